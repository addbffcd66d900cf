"""The same loss on data: labelled points on a line, a machine with n cuts. [000 (6)-(9)]"""

from __future__ import annotations

import numpy as np

__all__ = ["Sample"]


class Sample:
    r"""Points x with labels y = +1 or -1; error rate, smooth loss and gradient of cuts theta.

    The loss is the mean over the points, L(theta) = mean(1 - y g(theta, x)) with g = prod_i -phi(x - theta_i).
    [000 (8), (11), (15)] Where `StepModel` integrates over the line, this averages over what was seen.

    Shapes: with cuts = 1 `theta` has any shape and results have it; else its last axis has length cuts.

    Parameters
    ----------
    x : array_like (N,)
        Points, in the unit of theta.
    y : array_like (N,)
        Labels, +1 or -1; positives are meant to lie left.
    cuts : int
        n, the number of cuts of the machine.

    Raises
    ------
    ValueError
        If x and y are not finite one-dimensional arrays of one length, or a label is not +1 or -1; later, if
        theta is not finite or has the wrong length, `rows` chooses no point, or phi has no derivative.

    Examples
    --------
    >>> from gradnotes.gain import Algebraic
    >>> three = Sample([0.0, 4.0, 7.0], [1, 1, -1])
    >>> three.error_rate([3.0, 5.0]).tolist()
    [0.3333333333333333, 0.0]
    >>> round(float(three.loss(4.0, Algebraic(eps=9.0))), 6)  # (1 - .8 + 1 + 1 - .707107) / 3
    0.497631
    """

    def __init__(self, x, y, cuts: int = 1):
        self.x, self.y, self.cuts = np.asarray(x, dtype=float), np.asarray(y), cuts
        if self.x.ndim != 1 or self.x.shape != self.y.shape or not self.x.size:
            raise ValueError(f"x and y must be rows of one length >= 1, got shapes {self.x.shape}, {self.y.shape}")
        if not np.isfinite(self.x).all():
            raise ValueError("x must be finite, got NaN or infinite entries: remove those points")
        if not np.isin(self.y, (-1, 1)).all():
            raise ValueError(f"y must be +1 or -1, got {np.unique(self.y)[:4]!r}: map your labels first")
        if isinstance(cuts, bool) or not isinstance(cuts, (int, np.integer)) or cuts < 1:
            raise ValueError(f"cuts must be a whole number >= 1, got {cuts!r}")

    def error_rate(self, theta):
        """Share of the points on the wrong side; a point on a cut belongs to the piece on its left."""
        crossed = (self.x > self._theta(theta)[..., None]).sum(axis=-2)
        return (1 - 2 * (crossed % 2) != self.y).mean(axis=-1)[()]

    def loss(self, theta, phi):
        """mean(1 - y g), in ]0, 2[."""
        g = np.prod(-phi(self.x - self._theta(theta)[..., None]), axis=-2)
        return (1 - self.y * g).mean(axis=-1)[()]

    def gradient(self, theta, phi, rows=slice(None)):
        """The gradient of the loss of the points `rows` (default: all), the shape of `theta`."""
        if not callable(getattr(phi, "derivative", None)):
            raise ValueError(f"phi must have the method derivative, got {phi!r}: try Algebraic(0.01)")
        z = self.x[rows] - self._theta(theta)[..., None]
        if not z.shape[-1]:
            raise ValueError(f"rows must choose at least one point, got {rows!r}: an empty batch has no mean")
        slopes = phi.derivative(z)
        if self.cuts > 1:
            factors = -phi(z)
            rest = [np.prod(np.delete(factors, i, axis=-2), axis=-2) for i in range(self.cuts)]
            slopes = slopes * np.stack(rest, axis=-2)
        result = -(self.y[rows] * slopes).mean(axis=-1)
        return result[()] if self.cuts > 1 else result[..., 0][()]

    def best_cut(self) -> tuple[float, float]:
        """A single cut with the lowest error rate, and that rate, by trying all gaps; the smallest in a tie."""
        if self.cuts != 1:
            raise ValueError(f"best_cut tries single cuts, got cuts = {self.cuts}")
        tries = self.candidates()
        order = np.argsort(self.x, kind="stable")
        positive = np.r_[0, np.cumsum(self.y[order] > 0)]
        left = np.searchsorted(self.x[order], tries, side="right")
        wrong = left - positive[left] + positive[-1] - positive[left]
        k = int(np.argmin(wrong))
        return float(tries[k]), float(wrong[k] / self.x.size)

    def candidates(self) -> np.ndarray:
        """One cut in every gap between different points, and one beyond each end."""
        values = np.unique(self.x)
        reach = max(float(np.ptp(values)), 1.0)
        return np.r_[values[0] - reach, (values[1:] + values[:-1]) / 2, values[-1] + reach]

    def _theta(self, theta) -> np.ndarray:
        """theta with a last axis of length cuts."""
        theta = np.asarray(theta, dtype=float)
        if not np.isfinite(theta).all():
            raise ValueError(f"theta must be finite, got {theta!r}: project an ascent that ran away")
        if self.cuts == 1:
            return theta[..., None]
        if theta.ndim == 0 or theta.shape[-1] != self.cuts:
            raise ValueError(f"theta must have last axis {self.cuts}, got shape {theta.shape}: a number for each cut")
        return theta
