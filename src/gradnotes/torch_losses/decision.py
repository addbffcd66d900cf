"""What a loss asks for: its best output at each true probability, and where its classifier changes its mind."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch

__all__ = ["best_output", "decision_threshold"]


def decision_threshold(loss: Callable) -> float:
    r"""The share of class 1 at which two equal logits are the best answer, for two classes. [003 B2]

    At :math:`p=\tfrac12` label 0 pulls the logit of class 1 by a, label 1 by b; the expected pull
    :math:`(1-\eta)a+\eta b` vanishes at :math:`\eta=a/(a-b)`. For a convex loss class 1 is predicted above it.
    Both rows stand in one batch, so that a mean, whatever it divides by, scales a and b alike.

    Parameters
    ----------
    loss : callable
        ``loss(logits (n, 2), target (n,))``, with any reduction.

    Returns
    -------
    float, larger than 1 or negative where no share changes the prediction

    Raises
    ------
    ValueError
        If the two labels pull in the same way, or a pull is not finite: then no share balances them.

    Examples
    --------
    >>> from gradnotes.torch_losses import FocalLoss
    >>> [round(decision_threshold(FocalLoss([3.0, 1.0], gamma)), 6) for gamma in (0.0, 2.0, 5.0)]
    [0.75, 0.75, 0.75]
    """
    z = torch.zeros(2, 2, dtype=torch.float64, requires_grad=True)
    a, b = torch.autograd.grad(loss(z, torch.tensor([0, 1])).sum(), z)[0][:, 1].tolist()
    if not (math.isfinite(a) and math.isfinite(b) and a != b):
        raise ValueError(f"the labels 0 and 1 must pull a logit in different ways, got {a:g} and {b:g}: is it a loss?")
    return a / (a - b)


def best_output(loss: Callable, eta) -> np.ndarray:
    r"""The probability of class 1 with the smallest expected loss, where class 1 has the share `eta`.

    Bisection on the slope of :math:`\eta\,\ell(p;1)+(1-\eta)\,\ell(p;0)` in the logit. [003 B2]

    Parameters
    ----------
    loss : callable
        As in `decision_threshold`, but with reduction "none"; strictly convex in the logit difference, or with
        one minimum.
    eta : array_like (n,), in [0, 1]

    Returns
    -------
    ndarray (n,) float64; a certain row of a loss without finite minimum gives 0 or 1 within e^-60

    Raises
    ------
    ValueError
        If `eta` leaves [0, 1], or the loss does not give one value for each row.

    Examples
    --------
    >>> from gradnotes.torch_losses import WeightedCrossEntropy
    >>> best_output(WeightedCrossEntropy([3.0, 1.0], reduction="none"), [0.5, 0.75]).round(6).tolist()
    [0.25, 0.5]
    """
    eta = torch.as_tensor(eta, dtype=torch.float64).reshape(-1)
    if not ((eta >= 0) & (eta <= 1)).all():
        raise ValueError(f"eta must be in [0, 1], got {eta.tolist()}: it is a probability")
    low, high = torch.full_like(eta, -60.0), torch.full_like(eta, 60.0)
    ones = torch.ones(len(eta), dtype=torch.int64)
    for _ in range(70):
        middle = ((low + high) / 2).requires_grad_()
        z = torch.stack([torch.zeros_like(middle), middle], dim=1)
        of_one, of_zero = loss(z, ones), loss(z, 0 * ones)
        if of_one.shape != eta.shape:
            shape = tuple(of_one.shape)
            raise ValueError(f'loss must give one value for each row, got shape {shape}: use reduction="none"')
        risk = eta * of_one + (1 - eta) * of_zero
        rises = torch.autograd.grad(risk.sum(), middle)[0] > 0
        middle = middle.detach()
        low, high = torch.where(rises, low, middle), torch.where(rises, middle, high)
    return torch.sigmoid(low).numpy()
