"""Random starting weights: the variance of each, as a function of the width of the layer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["he_normal", "normal", "xavier_normal", "xavier_uniform"]


def normal(fan_in: int, fan_out: int, rng, scale: float = 0.01) -> np.ndarray:
    r"""Independent weights from N(0, scale^2), whatever the width. [002 Weight initialisation, 002-E39]

    Parameters
    ----------
    fan_in, fan_out : int
        Number of inputs and outputs of the layer, >= 1.
    rng : Generator or seed
    scale : float
        Standard deviation, > 0; the slides take 0.01.

    Returns
    -------
    ndarray (fan_in, fan_out)

    Raises
    ------
    ValueError
        If a fan is not a positive integer, or `scale` is not positive and finite.

    Examples
    --------
    >>> normal(256, 120, rng=0).shape
    (256, 120)
    """
    if not 0 < scale < np.inf:
        raise ValueError(f"scale must be > 0 and finite, got {scale!r}: it is a standard deviation")
    return _draw("normal", fan_in, fan_out, rng, lambda n, m: scale)


def xavier_uniform(fan_in: int, fan_out: int, rng) -> np.ndarray:
    r"""Weights from U(-a, a), a = sqrt(6 / (fan_in + fan_out)). [002 Weight initialisation, 002-E40]

    The variance a^2 / 3 = 2 / (fan_in + fan_out) is the compromise between keeping the variance of
    the signal (1 / fan_in) and keeping that of the gradient (1 / fan_out).

    Parameters
    ----------
    fan_in, fan_out : int
        Number of inputs and outputs of the layer, >= 1 (a convolution counts channels times kernel area).
    rng : Generator or seed

    Returns
    -------
    ndarray (fan_in, fan_out)

    Raises
    ------
    ValueError
        If a fan is not a positive integer.

    Examples
    --------
    >>> W = xavier_uniform(256, 120, rng=0)
    >>> bool(abs(W).max() < 0.12633), bool(abs(W).max() > 0.12630)
    (True, True)
    """
    return _draw("uniform", fan_in, fan_out, rng, lambda n, m: np.sqrt(6 / (n + m)))


def xavier_normal(fan_in: int, fan_out: int, rng) -> np.ndarray:
    r"""Weights from N(0, 2 / (fan_in + fan_out)). [002 Weight initialisation, 002-E40]

    Parameters
    ----------
    fan_in, fan_out : int
        Number of inputs and outputs of the layer, >= 1.
    rng : Generator or seed

    Returns
    -------
    ndarray (fan_in, fan_out)

    Raises
    ------
    ValueError
        If a fan is not a positive integer.

    Examples
    --------
    >>> bool(abs(xavier_normal(256, 120, rng=0).std() - 0.0729325) < 0.001)
    True
    """
    return _draw("normal", fan_in, fan_out, rng, lambda n, m: np.sqrt(2 / (n + m)))


def he_normal(fan_in: int, fan_out: int, rng) -> np.ndarray:
    r"""Weights from N(0, 2 / fan_in), made for relu, which switches off half of the units.

    Parameters
    ----------
    fan_in, fan_out : int
        Number of inputs and outputs of the layer, >= 1.
    rng : Generator or seed

    Returns
    -------
    ndarray (fan_in, fan_out)

    Raises
    ------
    ValueError
        If a fan is not a positive integer.

    Examples
    --------
    >>> bool(abs(he_normal(784, 256, rng=0).std() - 0.0505076) < 0.001)
    True
    """
    return _draw("normal", fan_in, fan_out, rng, lambda n, m: np.sqrt(2 / n))


def _draw(law: str, fan_in, fan_out, rng, width: Callable) -> np.ndarray:
    for name, fan in (("fan_in", fan_in), ("fan_out", fan_out)):
        if isinstance(fan, bool) or not isinstance(fan, (int, np.integer)) or fan < 1:
            raise ValueError(f"{name} must be a positive integer, got {fan!r}: it counts units")
    rng = np.random.default_rng(rng)
    size, w = (int(fan_in), int(fan_out)), width(int(fan_in), int(fan_out))
    return rng.uniform(-w, w, size) if law == "uniform" else rng.normal(0.0, w, size)
