"""The step model: a line cut into pieces of alternating class, and a soft cut. [000 section 2.2]"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import quadrature
from .maximiser import maximiser_of_many, offset_of_maximum
from .regime import RegimeReport, regime_of

__all__ = ["StepModel"]


@dataclass(frozen=True)
class StepModel:
    r"""Truth y = +1 on [a_0, a_1], -1 on ]a_1, a_2], +1 on ]a_2, a_3], ...; a machine with n cuts theta.

    The soft prediction is g(theta, x) = prod_i -phi(x - theta_i), the gain its agreement with the truth,
    G(theta) = integral of y g over [a_0, a_{n+1}], without a density. [000 (10)-(16)]

    Shapes: with n = 1 `theta` has any shape and results have it; with n > 1 its last axis has length n and
    results have the leading shape. `weights` is (positive side, negative side), both > 0.

    Parameters
    ----------
    knots : sequence of n + 2 numbers
        a_0 < a_1 < ... < a_{n+1}, in the unit of x.

    Raises
    ------
    ValueError
        If knots are fewer than three, not finite, unsorted or repeated; later, if theta has the wrong length.

    Examples
    --------
    >>> from gradnotes.gain import Arctan
    >>> model = StepModel((0, 0.45, 1))
    >>> round(float(model.maximiser(Arctan())), 6)
    0.238984
    """

    knots: tuple[float, ...]

    def __post_init__(self):
        try:
            knots = np.array(self.knots, dtype=float)
        except (TypeError, ValueError):
            raise ValueError(f"knots must be numbers, got {self.knots!r}: give them as (0, .45, 1)") from None
        if knots.ndim != 1 or knots.size < 3:
            raise ValueError(
                f"knots must be at least three numbers, got {self.knots!r}: two ends, a cut between"
            )
        if not np.isfinite(knots).all() or not np.isfinite(knots[-1] - knots[0]):
            raise ValueError(f"knots must be finite, got {self.knots!r}: replace NaN and infinite values")
        if not (np.diff(knots) > 0).all():
            raise ValueError(f"knots must increase strictly, got {self.knots!r}: sort, drop repeated ones")
        object.__setattr__(self, "knots", tuple(knots.tolist()))

    @property
    def n(self) -> int:
        """The number of cuts."""
        return len(self.knots) - 2

    def label(self, x):
        """The truth at x: +1 or -1; a knot belongs to the piece on its left. [000 (10)]

        Raises
        ------
        ValueError
            If an x lies outside [a, b].
        """
        x = np.asarray(x, dtype=float)
        if not ((x >= self.knots[0]) & (x <= self.knots[-1])).all():
            a, b = self.knots[0], self.knots[-1]
            raise ValueError(f"x must lie in [{a:g}, {b:g}], got {x!r}: clip it or drop it")
        return (1 - 2 * (np.searchsorted(self.knots[1:-1], x, side="left") % 2))[()]

    def g(self, theta, x, phi):
        """The soft prediction prod_i -phi(x - theta_i) for one theta; the shape of `x`. [000 (11)]"""
        theta, x = self._theta(theta), np.asarray(x, dtype=float)
        if theta.size != self.n:
            raise ValueError(
                f"g takes one theta ({self.n} numbers), got shape {theta.shape}: call it for each"
            )
        return np.prod([-_phi(phi)(x - cut) for cut in theta.ravel()], axis=0)[()]

    def gain(self, theta, phi, weights=(1, 1)):
        """G(theta), integral of w(y) y g over [a, b]: closed form if n = 1, quadrature else. [000 (16)]"""
        theta, (plus, minus), big = self._theta(theta), _weights(weights), _phi(phi).antiderivative
        if self.n > 1:
            return quadrature.gain(self.knots, theta, phi, (plus, minus))[()]
        a, cut, b = self.knots
        return (plus * (big(theta - a) - big(theta - cut)) + minus * (big(b - theta) - big(theta - cut)))[()]

    def gain_gradient(self, theta, phi, weights=(1, 1)):
        """Gradient of `gain` in theta, the shape of `theta`; n = 1: formula (18). [000 (18)-(19)]"""
        theta, (plus, minus), phi = self._theta(theta), _weights(weights), _phi(phi)
        if self.n > 1:
            return quadrature.gradient(self.knots, theta, phi, (plus, minus))[()]
        a, cut, b = self.knots
        return (plus * (phi(theta - a) + phi(cut - theta)) + minus * (phi(cut - theta) - phi(b - theta)))[()]

    def loss(self, theta, phi):
        """The integral of 1 - y g over [a, b] without a density: b - a - gain. [000 (14)-(15), 000-E18]"""
        return self.knots[-1] - self.knots[0] - self.gain(theta, phi)

    def accuracy(self, theta):
        """Share of [a, b] on which the sign of g is the truth; n = 1: 1 - ``|theta - a_1|`` / L. [000 (5)]"""
        theta = self._theta(theta)
        a, b = self.knots[0], self.knots[-1]
        if self.n == 1:
            return (1 - np.abs(np.clip(theta, a, b) - self.knots[1]) / (b - a))[()]
        edges = quadrature.edges(self.knots, theta)
        middle = (edges[..., 1:] + edges[..., :-1]) / 2
        sign = 1 - 2 * ((middle[..., :, None] > theta[..., None, :]).sum(axis=-1) % 2)
        return (np.where(sign == self.label(middle), np.diff(edges, axis=-1), 0.0).sum(axis=-1) / (b - a))[()]

    def sensitivity(self, theta):
        """Share of the positive side [a, a_1] that is called positive; n = 1. [000 after (5)]"""
        a, cut, _ = self._three("sensitivity")
        return np.clip((self._theta(theta) - a) / (cut - a), 0, 1)[()]

    def specificity(self, theta):
        """Share of the negative side [a_1, b] that is called negative; n = 1. [000 after (5)]"""
        _, cut, b = self._three("specificity")
        return np.clip((b - self._theta(theta)) / (b - cut), 0, 1)[()]

    def balanced_error(self, theta):
        """1 - (sensitivity + specificity) / 2; n = 1."""
        self._three("balanced_error")
        return 1 - (self.sensitivity(theta) + self.specificity(theta)) / 2

    def maximiser(self, phi, weights=(1, 1)):
        """The theta in [a, b]^n of largest gain.

        n = 1: the global maximiser, error at most 1e-10 where it is unique, the smallest one in a tie.
        n > 1: sorted; the best of a seeded multistart (`gradnotes.gain.maximiser`), projected gradient at
        most 1e-8; that it is the global one is not claimed.
        """
        if self.n == 1:
            a, cut, b = self.knots
            offset = offset_of_maximum(cut - a, b - cut, _phi(phi), _weights(weights))
            return np.float64(min(max(cut + offset, a), b))
        return maximiser_of_many(self, _phi(phi), _weights(weights))

    def bias(self, phi, weights=(1, 1)):
        """Inner knots minus maximiser, > 0 against the positives; n = 1: to full relative precision."""
        if self.n == 1:
            a, cut, b = self.knots
            return np.float64(0.0 - offset_of_maximum(cut - a, b - cut, _phi(phi), _weights(weights)))
        return np.array(self.knots[1:-1]) - self.maximiser(phi, weights)

    def regime(self, phi, weights=(1, 1)) -> RegimeReport:
        """What becomes of the smaller class, and the case of the Proposition; n = 1. [000 section 3.1]"""
        a, cut, b = self._three("regime")
        return regime_of(a, cut, b, _phi(phi), _weights(weights))

    def exact_weights(self, phi) -> tuple[float, float]:
        """(w+, w-) with w+ phi(A) = w- phi(B) and sum 2: with them the maximiser is a_1 exactly; n = 1."""
        a, cut, b = self._three("exact_weights")
        left, right = float(_phi(phi)(cut - a)), float(phi(b - cut))
        return 2 * right / (left + right), 2 * left / (left + right)

    def frequency_weights(self) -> tuple[float, float]:
        """(w+, w-) inversely proportional to the lengths of the classes, with sum 2."""
        pieces = np.diff(self.knots)
        plus, minus = float(pieces[0::2].sum()), float(pieces[1::2].sum())
        return 2 * minus / (plus + minus), 2 * plus / (plus + minus)

    def _theta(self, theta) -> np.ndarray:
        try:
            theta = np.asarray(theta, dtype=float)
        except (TypeError, ValueError):
            raise ValueError(f"theta must be numbers of one length, got {theta!r}") from None
        if not np.isfinite(theta).all():
            raise ValueError(f"theta must be finite, got {theta!r}: project an ascent that ran away")
        if self.n > 1 and (theta.ndim == 0 or theta.shape[-1] != self.n):
            raise ValueError(
                f"theta must have last axis {self.n}, got shape {theta.shape}: a number for each cut"
            )
        return theta

    def _three(self, name: str) -> tuple[float, float, float]:
        if self.n != 1:
            raise ValueError(f"{name} is defined for one cut, got n = {self.n}: give StepModel three knots")
        return self.knots


def _weights(weights) -> tuple[float, float]:
    try:
        w = np.array(weights, dtype=float)
    except (TypeError, ValueError):
        w = np.array([])
    if w.shape != (2,) or not ((w > 0) & np.isfinite(w)).all():
        raise ValueError(f"weights must be two finite numbers > 0 (positive, negative side), got {weights!r}")
    return float(w[0]), float(w[1])


def _phi(phi):
    parts = (phi, getattr(phi, "derivative", None), getattr(phi, "antiderivative", None))
    if isinstance(phi, type) or not all(map(callable, parts)):
        raise ValueError(f"phi must have __call__, derivative, antiderivative, got {phi!r}: try Arctan()")
    return phi
