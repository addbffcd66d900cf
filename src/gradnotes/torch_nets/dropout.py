"""The two networks of the dropout slides, 60 - 60 - 30 - 1, and the splits they are judged on. [002 Drop out]"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

__all__ = ["CpuDropout", "Splits", "limit_columns", "made_columns", "slide_net", "standard_splits"]


class CpuDropout(nn.Module):
    r"""`nn.Dropout` whose masks come from the CPU's generator, so that every device sees the same masks.

    .. math:: y = x\, m / (1 - p) \text{ in training}, \qquad y = x \text{ in inference}

    Parameters
    ----------
    p : float
        Probability that an entry is dropped, in [0, 1).

    Raises
    ------
    ValueError
        If `p` is outside [0, 1).

    Examples
    --------
    >>> layer = CpuDropout(0.5)
    >>> sorted(set(layer(torch.full((100,), 2.0)).tolist())), layer.eval()(torch.ones(3)).tolist()
    ([0.0, 4.0], [1.0, 1.0, 1.0])
    """

    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"p must be in [0, 1), got {p!r}: it is the probability of dropping an entry")
        self.p = float(p)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.p == 0:
            return x
        keep = torch.rand(x.shape) >= self.p
        return x * (keep.to(x.device, x.dtype) / (1 - self.p))

    def extra_repr(self) -> str:
        return f"p={self.p}"


def slide_net(
    rng, drop_input: float = 0.0, drop_hidden: float = 0.0, inputs: int = 60, dtype=torch.float64
) -> nn.Sequential:
    """The network of both listings, line by line; its output is the logit (n, 1). [002 Drop out, both listings]

    Modules are ``drop0 dense1 relu1 drop1 dense2 relu2 drop2 dense3``; a dropout with p = 0 is left out.
    Weights are Xavier uniform, drawn by NumPy (as Keras draws them too); biases start at 0.

    Parameters
    ----------
    rng : Generator or seed
    drop_input : float
        0.2 in the first listing.
    drop_hidden : float
        0.2 after both hidden layers in the second listing.
    inputs : int
    dtype : torch.dtype

    Raises
    ------
    ValueError
        If a probability is outside [0, 1) or `inputs` is not positive.

    Examples
    --------
    >>> sum(p.numel() for p in slide_net(0, drop_input=0.2).parameters())
    5521
    >>> [name for name, _ in slide_net(0, drop_hidden=0.2).named_children()]
    ['dense1', 'relu1', 'drop1', 'dense2', 'relu2', 'drop2', 'dense3']
    """
    if not isinstance(inputs, (int, np.integer)) or inputs < 1:
        raise ValueError(f"inputs must be an integer >= 1, got {inputs!r}: it counts the columns of the data")
    rng = np.random.default_rng(rng)
    drops = {0: CpuDropout(drop_input), 1: CpuDropout(drop_hidden), 2: CpuDropout(drop_hidden)}
    sizes = (inputs, 60, 30, 1)
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    for k in range(3):
        if drops[k].p:
            parts[f"drop{k}"] = drops[k]
        parts[f"dense{k + 1}"] = xavier_dense(rng, sizes[k], sizes[k + 1], dtype)
        if k < 2:
            parts[f"relu{k + 1}"] = nn.ReLU()
    return nn.Sequential(parts)


def xavier_dense(rng: np.random.Generator, inputs: int, outputs: int, dtype) -> nn.Linear:
    """A dense layer, Xavier uniform weights from `rng`, biases 0."""
    layer = nn.utils.skip_init(nn.Linear, inputs, outputs, dtype=dtype)
    bound = np.sqrt(6 / (inputs + outputs))
    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(rng.uniform(-bound, bound, (outputs, inputs))))
        layer.bias.zero_()
    return layer


def limit_columns(c: float, layers: Iterable[str] = ("dense1", "dense2")) -> Callable[[dict], None]:
    """The `project` of `gradnotes.torch_train.train` that keeps the weights into each unit no longer than `c`.

    torch stores them as a row of ``weight (out, in)``, so lengths are taken along the last axis; leading seed
    axes are welcome. Keras' ``MaxNorm(c)`` on both hidden layers, without its division by 1e-7 + length.

    Raises
    ------
    ValueError
        If `c` is not positive, or (when it projects) a layer is not among the parameters.

    Examples
    --------
    >>> weights = {"dense1.weight": torch.tensor([[3.0, 4.0], [1.0, 2.0]])}
    >>> limit_columns(3, layers=["dense1"])(weights)
    >>> [[round(w, 6) for w in row] for row in weights["dense1.weight"].tolist()]
    [[1.8, 2.4], [1.0, 2.0]]
    """
    if not 0 < c < np.inf:
        raise ValueError(f"c must be > 0 and finite, got {c!r}: it is the largest length allowed")
    names = [f"{layer}.weight" for layer in layers]

    def project(params: dict) -> None:
        missing = [name for name in names if name not in params]
        if missing:
            raise ValueError(f"layers must be among {sorted(params)}, got {missing}: pass layers=[...]")
        with torch.no_grad():
            for name in names:
                length = params[name].norm(dim=-1, keepdim=True)
                params[name].mul_(torch.where(length > c, c / length, 1.0))

    return project


class Splits(NamedTuple):
    """Data of S trainings: ``X (S, n, d)``, ``y (S, n, 1)`` to learn from, ``X_new (S, m, d)``, ``y_new (S, m)``."""

    X: np.ndarray
    y: np.ndarray
    X_new: np.ndarray
    y_new: np.ndarray

    def accuracy(self, logits) -> np.ndarray:
        """Share of right answers on the new rows, from logits (S, m, 1); (S,). A NaN is wrong."""
        z = np.asarray(logits)[..., 0]
        return (((z > 0) == self.y_new) & np.isfinite(z)).mean(axis=1)

    def log_loss(self, logits) -> np.ndarray:
        """Mean cross-entropy on the new rows; (S,)."""
        z = np.asarray(logits)[..., 0]
        return np.logaddexp(0, (1 - 2 * self.y_new) * z).mean(axis=1)


def standard_splits(X, y, train_rows, new_rows, floor: float = 0.05) -> Splits:
    """Stack the splits, each standardised by the mean and deviation of *its* training rows.

    Parameters
    ----------
    X, y : arrays (n, d) and (n,) with y in {0, 1}
    train_rows, new_rows : integer arrays (S, n_train) and (S, n_new)
    floor : float
        Smallest deviation that is divided by, > 0 (a pixel that is blank in all training rows).

    Raises
    ------
    ValueError
        If the rows do not come in pairs, overlap or are none of 0..n-1, X is not finite, a label is not 0 or 1, or
        `floor` is not positive.

    Examples
    --------
    >>> splits = standard_splits([[1.0], [3.0], [9.0]], [0, 1, 1], [[0, 1]], [[2]])
    >>> splits.X.ravel().tolist(), splits.X_new.ravel().tolist()
    ([-1.0, 1.0], [7.0])
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    train_rows, new_rows = np.asarray(train_rows), np.asarray(new_rows)
    if train_rows.ndim != 2 or new_rows.ndim != 2 or len(train_rows) != len(new_rows) or len(X) != len(y):
        raise ValueError(
            f"rows must be (S, n) and (S, m), labels as many as X, got {train_rows.shape}, {new_rows.shape}, "
            f"{len(X)} rows and {len(y)} labels"
        )
    if not train_rows.size or not new_rows.size or min(train_rows.min(), new_rows.min()) < 0 or (
        max(train_rows.max(), new_rows.max()) >= len(X)
    ):
        raise ValueError(f"rows must be numbers from 0 to {len(X) - 1}, at least one on each side of a split")
    if not np.isfinite(X).all():
        raise ValueError("X must be finite, got a NaN or an infinity: fill it in or leave the row out")
    if not np.isin(y, (0, 1)).all():
        raise ValueError(f"y must hold 0 and 1 only, got {np.unique(y)[:5]}: the network has one output")
    if not floor > 0:
        raise ValueError(f"floor must be > 0, got {floor!r}: a constant column would be divided by 0")
    if any(np.intersect1d(a, b).size for a, b in zip(train_rows, new_rows, strict=True)):
        raise ValueError("no row may be both learnt from and judged on: remove the training rows from new_rows")
    known = X[train_rows]
    mean, scale = known.mean(axis=1, keepdims=True), known.std(axis=1, keepdims=True).clip(min=floor)
    return Splits((known - mean) / scale, y[train_rows][..., None], (X[new_rows] - mean) / scale, y[new_rows])


def made_columns(n: int, rng, columns: int = 60, matter: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Made data: independent standard normal columns; ``y = 1`` where the first `matter` of them sum to > 0.

    Returns
    -------
    X (n, columns), y (n,) in {0, 1}

    Raises
    ------
    ValueError
        If `n` < 1, or `matter` is not between 1 and `columns`.

    Examples
    --------
    >>> X, y = made_columns(1797, rng=0)
    >>> X.shape, bool(0.45 < y.mean() < 0.55)
    ((1797, 60), True)
    """
    if n < 1:
        raise ValueError(f"n must be >= 1, got {n!r}: it counts the rows")
    if not 1 <= matter <= columns:
        raise ValueError(f"matter must be between 1 and columns = {columns}, got {matter!r}")
    X = np.random.default_rng(rng).normal(size=(n, columns))
    return X, (X[:, :matter].sum(axis=1) > 0).astype(float)
