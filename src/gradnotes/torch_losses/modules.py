"""Weighted, smoothed and focal cross-entropy as modules."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional as F

from .door import at, classes_last, known, one_number, per_class


class WeightedCrossEntropy(nn.Module):
    r"""Cross-entropy with a weight per class and label smoothing, as torch defines them. [003 1 and 3]

    .. math:: \ell = (1-\varepsilon)\,w_y(-\log p_y) + \frac{\varepsilon}{C}\sum_c w_c(-\log p_c)

    ``"mean"`` divides the sum by the sum of the weights :math:`w_y` of the batch, not by its size N: a mean
    of weighted losses over the rows is this one times (sum of weights)/N. With one row the weight cancels.
    Smoothing puts mass on the *weighted* classes: above the ratio C/eps - C + 1 of two weights the best
    answer for a certain row of the lighter class is the wrong class (chapter 18).

    Parameters
    ----------
    weight : sequence of C positive numbers
        A registered buffer: it moves with ``.to`` and stands in ``state_dict``.
    label_smoothing : float in [0, 1)
    reduction : "mean", "sum" or "none"

    Raises
    ------
    ValueError
        At construction for a bad argument; in the call for shapes, the mean of an empty batch, a target that is
        not integer, or (on the CPU, outside of ``vmap``) a target outside 0..C-1. A logit that is not a number
        makes a loss that is not a number; the training loop stops there.

    Examples
    --------
    >>> z, y = torch.tensor([[2.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), torch.tensor([0, 1, 0])
    >>> round(WeightedCrossEntropy([3.0, 1.0])(z, y).item(), 4)
    0.3962
    >>> round(WeightedCrossEntropy([3.0, 1.0], reduction="none")(z, y).mean().item(), 4)
    0.9245
    """

    def __init__(self, weight, label_smoothing: float = 0.0, reduction: str = "mean"):
        super().__init__()
        self.register_buffer("weight", per_class("weight", weight))
        self.label_smoothing = one_number("label_smoothing", label_smoothing, "in [0, 1)", lambda e: 0 <= e < 1)
        self.reduction = known(reduction)

    def forward(self, logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Logits ``(N, C)`` or ``(N, C, d1, ...)``, target ``(N)`` or ``(N, d1, ...)``, integer."""
        z = classes_last(logits, target, len(self.weight), self.reduction)
        w = self.weight.to(z.dtype)
        log_p = F.log_softmax(z, dim=-1)
        own = at(w.expand_as(log_p), target)
        each = -own * at(log_p, target)
        if self.label_smoothing:
            spread = -(w * log_p).sum(-1) / len(w)
            each = (1 - self.label_smoothing) * each + self.label_smoothing * spread
        if self.reduction == "mean":
            return each.sum() / own.sum()
        return each.sum() if self.reduction == "sum" else each

    def extra_repr(self) -> str:
        smoothing = f"label_smoothing={self.label_smoothing}"
        return f"classes={len(self.weight)}, {smoothing}, reduction={self.reduction!r}"


class FocalLoss(nn.Module):
    r"""Focal loss with a weight per class, exact and stable. [003 section 2, both classes]

    .. math:: FL = -\alpha_y (1-p_y)^\gamma \log p_y
        = \alpha_y\, e^{\gamma\,\log\sigma(m)}\,(-\log\sigma(-m))

    with :math:`p` the plain softmax (neither weighted nor smoothed) and the margin
    :math:`m = \log\sum_{c\ne y}e^{z_c}-z_y`, so that :math:`p_y=\sigma(-m)`. At gamma = 0 it is alpha times
    cross-entropy.

    ``"mean"`` divides by the number N of rows, as the source does; `WeightedCrossEntropy`, as torch, divides
    by the sum of the weights. Other libraries divide by N C or by the number of positive rows.

    Parameters
    ----------
    alpha : sequence of C positive numbers
        No default: [3, 1] favours class 0, [1, 3] class 1, and only the counts tell which is rare. For equal
        weights pass ``[1.0] * C``. A registered buffer.
    gamma : float >= 0
    reduction : "mean", "sum" or "none"

    Raises
    ------
    ValueError
        As `WeightedCrossEntropy`, and for a scalar alpha, or gamma negative or not finite.

    Examples
    --------
    >>> even = torch.zeros(1, 2, dtype=torch.float64)
    >>> loss = FocalLoss(alpha=[3.0, 1.0], gamma=2.0)(even, torch.tensor([0]))
    >>> round(loss.item(), 6), round(3 * 0.5**2 * math.log(2), 6)
    (0.51986, 0.51986)
    """

    def __init__(self, alpha, gamma: float = 2.0, reduction: str = "mean"):
        super().__init__()
        self.register_buffer("alpha", per_class("alpha", alpha))
        self.gamma = one_number("gamma", gamma, ">= 0 and finite", lambda g: 0 <= g < math.inf)
        self.reduction = known(reduction)

    def forward(self, logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Logits ``(N, C)`` or ``(N, C, d1, ...)``, target ``(N)`` or ``(N, d1, ...)``, integer."""
        z = classes_last(logits, target, len(self.alpha), self.reduction)
        own = target.unsqueeze(-1) == torch.arange(z.shape[-1], device=z.device)
        margin = torch.logsumexp(z.masked_fill(own, -torch.inf), -1) - at(z, target)
        each = -at(self.alpha.to(z.dtype).expand_as(z), target) * F.logsigmoid(-margin)
        if self.gamma:
            each = torch.exp(self.gamma * F.logsigmoid(margin)) * each
        return each if self.reduction == "none" else getattr(each, self.reduction)()

    def extra_repr(self) -> str:
        return f"classes={len(self.alpha)}, gamma={self.gamma}, reduction={self.reduction!r}"
