"""Weights for classes, from their counts in the training part."""

from __future__ import annotations

import math

import torch

from .door import floats, one_number


def inverse_frequency_weights(counts) -> torch.Tensor:
    """The weights N/(C n_c), float64: every class gets the same total weight. [003 section 1, 003-I07]

    `counts` are the rows of each class in the *training* part. With two classes 1 - n_c/N is proportional to
    this; with more it is not. Divide by their sum, or not: only the ratios move a threshold.

    Raises
    ------
    ValueError
        If a count is zero or negative, or fewer than two classes are given.

    Examples
    --------
    >>> inverse_frequency_weights([38, 118]).tolist()
    [2.0526315789473686, 0.6610169491525424]
    """
    n = counted(counts)
    return n.sum() / (len(n) * n)


def effective_number(counts, beta: float) -> torch.Tensor:
    r"""The effective number of samples :math:`E_n = (1-\beta^n)/(1-\beta)`, float64. [003 section 4]

    From 1 (beta = 0) to n (the limit beta = 1); computed without cancellation near beta = 1.

    Raises
    ------
    ValueError
        If beta is outside [0, 1], or as `inverse_frequency_weights`.

    Examples
    --------
    >>> [round(e, 2) for e in effective_number([1, 10, 38, 118, 1000], 0.99).tolist()]
    [1.0, 9.56, 31.74, 69.45, 100.0]
    """
    n = counted(counts)
    remedy = ": 0 gives equal weights, 1 inverse frequency"
    beta = one_number("beta", beta, "in [0, 1]", lambda b: 0 <= b <= 1, remedy)
    if beta == 1:
        return n
    return torch.ones_like(n) if beta == 0 else -torch.expm1(n * math.log(beta)) / (1 - beta)


def class_balanced_weights(counts, beta: float) -> torch.Tensor:
    r"""Weights :math:`1/E_{n_c}`, proportional to :math:`(1-\beta)/(1-\beta^{n_c})`. [003 section 4, 003-I09]

    Float64, scaled to sum C. beta = 0 gives ones, beta = 1 (the limit) inverse frequencies. In between a
    class stops counting once it has about 1/(1-beta) rows: choose 1 - beta near 1/n of the class where that
    should happen (003-I08).

    Raises
    ------
    ValueError
        As `effective_number`; a zero count has no weight.

    Examples
    --------
    >>> class_balanced_weights([38, 118], 0.999).round(decimals=6).tolist()
    [1.498118, 0.501882]
    """
    inverse = 1 / effective_number(counts, beta)
    return inverse * (len(inverse) / inverse.sum())


def counted(counts) -> torch.Tensor:
    n = floats("counts", counts).to("cpu", torch.float64)
    if n.ndim != 1 or len(n) < 2:
        raise ValueError(f"counts must hold one number for each class, at least two, got {counts!r}")
    if not (torch.isfinite(n).all() and (n > 0).all()):
        raise ValueError(f"every count must be > 0, got {n.tolist()}: a class without rows has no weight")
    return n
