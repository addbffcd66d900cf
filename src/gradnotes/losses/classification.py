"""Losses for labels: cross-entropy of probabilities, of logits, of softmax. [004 section 3.5, 001]"""

from __future__ import annotations

import numpy as np

from .terms import first, paired, reduced

__all__ = ["bce", "bce_with_logits", "one_hot", "sigmoid", "softmax", "softmax_cross_entropy"]


def bce(y, a, reduction: str = "mean") -> tuple[float, np.ndarray]:
    r"""Binary cross-entropy of *probabilities*, gradient in the probability. [004 (3.54), (3.55)]

    .. math:: L = -\frac1n \sum_j \{y_j \log a_j + (1 - y_j) \log(1 - a_j)\}, \qquad
              \frac{\partial L}{\partial a_i} = \frac1n \frac{a_i - y_i}{a_i (1 - a_i)}

    The textbook form. It needs 0 < a < 1 strictly; for training use `bce_with_logits`.

    Examples
    --------
    >>> value, gradient = bce([1.0], [0.5])
    >>> round(value, 6), gradient.tolist()
    (0.693147, [-2.0])
    """
    y, a = paired(y, a)
    _labels(y)
    if not ((a > 0) & (a < 1)).all():
        raise ValueError(f"a must be in (0, 1), got {first(a, (a <= 0) | (a >= 1))}: use bce_with_logits")
    return reduced(-(y * np.log(a) + (1 - y) * np.log1p(-a)), (a - y) / (a * (1 - a)), reduction)


def bce_with_logits(z, y, reduction: str = "mean") -> tuple[float, np.ndarray]:
    r"""Binary cross-entropy of logits, a = sigmoid(z); gradient in z. [004 (3.54), 001 Lost function]

    .. math:: L = \operatorname{mean}_j \{\max(z_j, 0) - z_j y_j + \log(1 + e^{-|z_j|})\}, \qquad
              \frac{\partial L}{\partial z_i} = \frac1n(\sigma(z_i) - y_i)

    The exponent is never positive: no overflow and no lost digit at any finite logit.

    Parameters
    ----------
    z : array_like
        Logits (log-odds), any shape.
    y : array_like, the shape of `z`
        Labels in [0, 1]; 0 and 1 are the classes, values between are allowed.
    reduction : {"mean", "sum", "half_sum"}

    Raises
    ------
    ValueError
        If shapes differ, a label lies outside [0, 1] or `z` is not finite.

    Examples
    --------
    >>> bce_with_logits([1e4, -1e4], [0.0, 0.0])[0]
    5000.0
    """
    y, z = paired(y, z)
    _labels(y)
    value = np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
    return reduced(value, (1 - y) * sigmoid(z) - y * sigmoid(-z), reduction)


def softmax_cross_entropy(Z, y, reduction: str = "mean") -> tuple[float, np.ndarray]:
    r"""Cross-entropy of softmax(Z) against labels; gradient in Z. [001 Loss, 004 section 3.6]

    .. math:: L = \operatorname{mean}_i \Bigl(\log \sum_k e^{Z_{ik}} - \sum_k y_{ik} Z_{ik}\Bigr), \qquad
              \frac{\partial L}{\partial Z} = \frac1n (\operatorname{softmax}(Z) - y)

    Parameters
    ----------
    Z : array_like (n, C)
        Logits, one row for each sample.
    y : array_like (n,) of integer codes 0 .. C-1, or (n, C) of rows that sum to 1
    reduction : {"mean", "sum", "half_sum"}
        Over the n rows.

    Raises
    ------
    ValueError
        If shapes do not fit, a code is out of range, a row does not sum to 1, or `Z` is not finite.

    Examples
    --------
    >>> value, gradient = softmax_cross_entropy([[0.0, 0.0]], [0])
    >>> round(value, 6), gradient.tolist()
    (0.693147, [[-0.5, 0.5]])
    """
    Z = np.asarray(Z, dtype=float)
    if Z.ndim != 2 or not Z.size:
        raise ValueError(f"Z must be (n, C) with n, C >= 1, got shape {Z.shape}: a row per sample")
    if not np.isfinite(Z).all():
        raise ValueError(f"Z must be finite, got {first(Z, ~np.isfinite(Z))}: has the training diverged?")
    Y = one_hot(y, Z.shape[1])
    if len(Y) != len(Z):
        raise ValueError(f"Z and y must have the same number of rows, got {len(Z)} and {len(Y)}: a label per row")
    value, probability = cross_entropy_rows(Z, Y)
    return reduced(value, probability - Y, reduction)


def cross_entropy_rows(Z: np.ndarray, Y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The terms of the mean and softmax(Z), for arrays that were checked before."""
    shifted = Z - Z.max(axis=1, keepdims=True)
    exponential = np.exp(shifted)
    total = exponential.sum(axis=1, keepdims=True)
    return (Y * (np.log(total) - shifted)).sum(axis=1), exponential / total


def sigmoid(z) -> np.ndarray:
    """1 / (1 + exp(-z)); where the exponential overflows, the quotient is 0, as it should be. [004 Example 3.1]

    Examples
    --------
    >>> sigmoid([-1e4, 0.0, 1e4]).tolist()
    [0.0, 0.5, 1.0]
    """
    z = np.asarray(z, dtype=float)
    e = np.negative(z, out=np.empty_like(z))  # one array, overwritten: fresh memory costs more than the arithmetic
    with np.errstate(over="ignore"):
        np.exp(e, out=e)
    e += 1
    return np.divide(1, e, out=e)[()]


def softmax(Z) -> np.ndarray:
    """exp(Z) / sum exp(Z) along the last axis, shifted by the largest entry. [001 Softmax]

    An entry of -inf gets the probability 0, as long as another entry of its row is finite.

    Raises
    ------
    ValueError
        If `Z` is empty, or a row holds NaN or inf, or nothing but -inf.

    Examples
    --------
    >>> softmax([1e4, 1e4]).tolist()
    [0.5, 0.5]
    """
    Z = np.asarray(Z, dtype=float)
    if not Z.size:
        raise ValueError(f"Z must not be empty, got shape {Z.shape}: a softmax needs at least one score")
    largest = Z.max(axis=-1, keepdims=True)  # NaN if the row holds one
    if not np.isfinite(largest).all():
        raise ValueError(f"the largest score must be finite, got {first(largest, ~np.isfinite(largest))}: check Z")
    exponential = np.exp(Z - largest)
    return exponential / exponential.sum(axis=-1, keepdims=True)


def one_hot(y, classes: int) -> np.ndarray:
    """Integer codes (n,) as unit vectors (n, classes); rows that sum to 1 go through. [001 One hot]

    Raises
    ------
    ValueError
        If a code is not an integer of 0 .. classes - 1, a row is negative somewhere or does not sum to 1, or
        `classes` is no whole number >= 1.

    Examples
    --------
    >>> one_hot([2, 0], 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    y = np.asarray(y)
    if not (isinstance(classes, (int, np.integer)) and classes >= 1):
        raise ValueError(f"classes must be a whole number >= 1, got {classes!r}: count the labels")
    if y.ndim == 1:
        if y.dtype.kind not in "iu":
            raise ValueError(f"labels must be integers 0..{classes - 1}, got {y.dtype}: use y.astype(int)")
        wrong = (y < 0) | (y >= classes)
        if wrong.any():
            raise ValueError(f"labels must be in 0..{classes - 1}, got {first(y, wrong)}: count from 0")
        return np.eye(classes)[y]
    if y.ndim != 2 or y.shape[1] != classes:
        raise ValueError(f"labels must be (n,) codes or (n, {classes}) rows, got shape {y.shape}: reshape them")
    y = y.astype(float, copy=False)
    if not (y.min(initial=0) >= 0 and np.abs(y.sum(axis=1) - 1).max(initial=0) <= 1e-9):
        wrong = ~((y >= 0).all(axis=1) & (np.abs(y.sum(axis=1) - 1) <= 1e-9))
        row = y[wrong][0].tolist()
        raise ValueError(f"each row of labels must be >= 0 and sum to 1, got {row}: one-hot rows or probabilities")
    return y


def _labels(y) -> None:
    if not ((y >= 0) & (y <= 1)).all():
        raise ValueError(f"labels must be in [0, 1], got {first(y, (y < 0) | (y > 1))}: code classes as 0, 1")
