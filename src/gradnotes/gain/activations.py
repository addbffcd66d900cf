"""The five activations phi: odd, strictly concave on ]0, oo[, with limit 1. [000 (11), 000-E07]

Each class gives phi itself, its derivative and its antiderivative (0 at 0), and the tail 1 - phi without
cancellation. All is written in t = x / scale, so that a small scale means a sharp activation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import erf, erfc, expit

__all__ = ["PHIS", "Activation", "Algebraic", "Arctan", "Erf", "Softsign", "Tanh"]


def _positive(name: str, value) -> None:
    try:
        good = np.ndim(value) == 0 and 1e-300 < float(value) < np.inf
    except (TypeError, ValueError):
        good = False
    if not good:
        raise ValueError(f"{name} must be a finite number > 0, got {value!r}: it sets the width of the step")


def _finite(x) -> np.ndarray:
    x = np.asarray(x, dtype=float)
    if not np.isfinite(x).all():
        raise ValueError(f"x must be finite, got {x!r}: remove NaN and infinite entries first")
    return x


class Activation:
    """phi(x) = f(x / scale); a subclass writes f, f', the integral of f from 0, and 1 - f, all in t.

    Each constructor raises ValueError unless its `scale` (or `eps`) is a finite positive number; each method
    raises ValueError for an x that is not finite.
    """

    scale: float

    def __call__(self, x):
        """phi(x), the shape of `x`."""
        return self._f(_finite(x) / self.scale)[()]

    def derivative(self, x):
        """phi'(x), the shape of `x`; even, largest at 0."""
        return (self._slope(_finite(x) / self.scale) / self.scale)[()]

    def antiderivative(self, x):
        """Phi(x), the integral of phi from 0 to x; even, the shape of `x`."""
        return (self._integral(_finite(x) / self.scale) * self.scale)[()]

    def tail(self, x):
        """1 - phi(x), exact to the last digits also where phi(x) is nearly 1."""
        return self._tail(_finite(x) / self.scale)[()]


@dataclass(frozen=True)
class Arctan(Activation):
    r"""phi(x) = (2/pi) arctan(x / scale). [000 after (11)]

    Parameters
    ----------
    scale : float > 0
        In the unit of x; small is sharp.

    Examples
    --------
    >>> round(float(Arctan()(1.0)), 6)
    0.5
    """

    scale: float = 1.0

    def __post_init__(self):
        _positive("scale", self.scale)

    def _f(self, t):
        return 2 / np.pi * np.arctan(t)

    def _slope(self, t):
        return 2 / np.pi / np.hypot(1, t) / np.hypot(1, t)

    def _integral(self, t):
        large, small = np.maximum(np.abs(t), 1), np.minimum(np.abs(t), 1)
        log = 2 * np.log(large) + np.log1p((small / large) ** 2)  # log(1 + t^2) without overflow
        return (2 * t * np.arctan(t) - log) / np.pi

    def _tail(self, t):
        return 2 / np.pi * np.arctan2(1, t)


@dataclass(frozen=True)
class Algebraic(Activation):
    r"""phi(x) = x / sqrt(x^2 + eps); its scale is sqrt(eps). [000 after (11) and (20)]

    Parameters
    ----------
    eps : float > 0
        In the unit of x squared; small is sharp.

    Examples
    --------
    >>> round(float(Algebraic(eps=16.0)(3.0)), 6)
    0.6
    """

    eps: float = 1.0

    def __post_init__(self):
        _positive("eps", self.eps)

    @property
    def scale(self) -> float:
        return float(np.sqrt(self.eps))

    def _f(self, t):
        return t / np.hypot(1, t)

    def _slope(self, t):
        h = np.hypot(1, t)
        return 1 / h / h / h

    def _integral(self, t):
        return t * (t / (np.hypot(1, t) + 1))  # sqrt(1 + t^2) - 1 without cancellation

    def _tail(self, t):
        h = np.hypot(1, t)
        return np.where(t > 0, 1 / h / (h + np.abs(t)), 1 - t / h)


@dataclass(frozen=True)
class Tanh(Activation):
    r"""phi(x) = tanh(x / scale).

    Parameters
    ----------
    scale : float > 0
        In the unit of x; small is sharp.

    Examples
    --------
    >>> round(float(Tanh()(np.log(3) / 2)), 6)
    0.5
    """

    scale: float = 1.0

    def __post_init__(self):
        _positive("scale", self.scale)

    def _f(self, t):
        return np.tanh(t)

    def _slope(self, t):
        e = np.exp(-2 * np.abs(t))
        return 4 * e / (1 + e) ** 2

    def _integral(self, t):  # log cosh t: one form near 0, one far from it
        far = np.abs(t)
        near = np.minimum(far, 1)
        far_form = far + np.log1p(np.exp(-2 * far)) - np.log(2)
        return np.where(far < 1, np.log1p(np.sinh(near) ** 2) / 2, far_form)

    def _tail(self, t):
        return 2 * expit(-2 * t)


@dataclass(frozen=True)
class Erf(Activation):
    r"""phi(x) = erf(x / scale).

    Parameters
    ----------
    scale : float > 0
        In the unit of x; small is sharp.

    Examples
    --------
    >>> round(float(Erf().derivative(0.0)) ** 2 * np.pi, 6)
    4.0
    """

    scale: float = 1.0

    def __post_init__(self):
        _positive("scale", self.scale)

    def _f(self, t):
        return erf(t)

    def _slope(self, t):
        return 2 / np.sqrt(np.pi) * np.exp(-(np.minimum(np.abs(t), 30.0) ** 2))

    def _integral(self, t):
        return t * erf(t) + np.expm1(-(np.minimum(np.abs(t), 30.0) ** 2)) / np.sqrt(np.pi)

    def _tail(self, t):
        return erfc(t)


@dataclass(frozen=True)
class Softsign(Activation):
    r"""phi(x) = x / (scale + abs(x)): once differentiable, its second derivative jumps at 0.

    Parameters
    ----------
    scale : float > 0
        In the unit of x; small is sharp.

    Examples
    --------
    >>> round(float(Softsign()(3.0)), 6)
    0.75
    """

    scale: float = 1.0

    def __post_init__(self):
        _positive("scale", self.scale)

    def _f(self, t):
        return t / (1 + np.abs(t))

    def _slope(self, t):
        return 1 / (1 + np.abs(t)) / (1 + np.abs(t))

    def _integral(self, t):
        return np.abs(t) - np.log1p(np.abs(t))

    def _tail(self, t):
        far = np.abs(t)
        return np.where(t > 0, 1, 1 + 2 * far) / (1 + far)


#: The activations by name: ``PHIS["tanh"](scale=0.1)``.
PHIS = {"arctan": Arctan, "algebraic": Algebraic, "tanh": Tanh, "erf": Erf, "softsign": Softsign}
