"""The stationary law of one chain by linear algebra. [000 section 3.2]"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.integrate import quad
from scipy.sparse.linalg import MatrixRankWarning, spsolve

from ..gain import StepModel
from .door import activation, positive, three, whole

__all__ = ["LinearTheory", "StationaryLaw", "linear_theory", "stationary_law"]


class StationaryLaw(NamedTuple):
    """What `stationary_law` returns: values `theta (size,)` with `probability (size,)`, and their moments.

    A few probabilities may be slightly negative: that is the price of a grid that keeps means and variances.
    Below -1e-2 the grid is too coarse for the law, and `stationary_law` refuses. `rows` is the largest distance
    of a row sum of the transition matrix from 1.
    """

    theta: np.ndarray
    probability: np.ndarray
    mean: float
    variance: float
    rows: float

    def error(self, truth: float) -> float:
        """Root mean square distance of theta from `truth`."""
        return float(np.hypot(self.mean - truth, np.sqrt(self.variance)))

    def energy(self, model: StepModel, phi) -> float:
        """Mean excess loss: the mean of ``gain(theta*) - gain(theta)``, per unit density. [000 section 3.2]"""
        best = model.gain(model.maximiser(phi), phi)
        return float(self.probability @ (best - model.gain(self.theta, phi))) / (model.knots[-1] - model.knots[0])


def stationary_law(model: StepModel, phi, *, lr: float, size: int = 501, nodes: int = 64) -> StationaryLaw:
    r"""The stationary law of a projected chain with batches of one, by linear algebra instead of dice.

    theta lives on `size` values of [a, b]. The landing points theta + lr y(x) phi'(x - theta) are taken at Gauss
    nodes of v = arctan((x - theta)/s), on either side of a_1; each is spread over three values, at f grid steps
    from the middle one with the weights

    .. math:: \tfrac12 (f^2 - f), \quad 1 - f^2, \quad \tfrac12 (f^2 + f),

    which keep its mean and its square. One sparse system p (P - 1) = 0, sum p = 1 remains.

    Parameters
    ----------
    model : StepModel with one cut
    phi : an activation with ``derivative`` and ``scale``
    lr : float > 0
    size, nodes : int
        Values of theta; Gauss nodes on each side of a_1.

    Raises
    ------
    ValueError
        If the model has several cuts, phi no derivative or scale, or a number is out of its range; or if the
        law is narrower than the grid can show (`lr` small for `size`).

    Examples
    --------
    >>> from gradnotes.gain import Algebraic
    >>> law = stationary_law(StepModel((0, .3, 1)), Algebraic(.01), lr=.001)
    >>> round(law.variance / .001, 3)
    0.313
    """
    a, cut, b = three(model)
    s, alpha = float(activation(phi).scale), positive(lr)
    whole("size", size, 3), whole("nodes", nodes, 2)
    theta, gap = np.linspace(a, b, size, retstep=True)
    node, weight = np.polynomial.legendre.leggauss(nodes)
    ends = np.arctan((np.array([a, cut, b]) - theta[:, None]) / s)
    matrix = sparse.csr_array((size, size))
    for y, left, right in ((1, ends[:, :1], ends[:, 1:2]), (-1, ends[:, 1:2], ends[:, 2:])):
        v = (left + right) / 2 + (right - left) / 2 * node
        share = (right - left) / 2 * weight * s / np.cos(v) ** 2 / (b - a)
        land = np.clip(theta[:, None] + alpha * y * phi.derivative(s * np.tan(v)), a, b)
        middle = np.clip(np.rint((land - a) / gap), 1, size - 2).astype(int)
        f = (land - a) / gap - middle
        rows = np.broadcast_to(np.arange(size)[:, None], middle.shape)
        for k, part in ((-1, (f * f - f) / 2), (0, 1 - f * f), (1, (f * f + f) / 2)):
            entries = ((share * part).ravel(), (rows.ravel(), (middle + k).ravel()))
            matrix = matrix + sparse.coo_array(entries, shape=(size, size)).tocsr()
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    system = (sparse.diags_array(1 / sums) @ matrix - sparse.eye_array(size)).T.tolil()
    system[0] = np.ones(size)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MatrixRankWarning)
            p = spsolve(system.tocsc(), np.eye(size)[0])
    except RuntimeError:  # singular: no step leaves its grid value
        p = np.full(size, np.nan)
    if not p.min() > -1e-2:
        raise ValueError(
            f"lr must move the chain by about a grid step {gap:.3g} or more, got {alpha!r}: raise size = {size}"
        )
    mean = float(p @ (theta - cut))
    variance = float(p @ (theta - cut) ** 2) - mean**2
    return StationaryLaw(theta, p, cut + mean, variance, float(np.abs(sums - 1).max()))


class LinearTheory(NamedTuple):
    """Curvature H of the loss at its minimum, variance of one push there, and the variance that they give."""

    curvature: float
    push: float
    variance: float


def linear_theory(model: StepModel, phi, *, lr: float, batch_size: int = 1) -> LinearTheory:
    r"""What a parabola with noise predicts for constant steps, to first order in lr; all per unit density.

    .. math:: H = \tfrac1L [2\varphi'(\delta) - \varphi'(A-\delta) - \varphi'(B+\delta)], \quad
              \sigma^2 = \tfrac1L \int \varphi'(x - \theta^*)^2 dx, \quad V = \frac{\alpha \sigma^2}{2 m H}

    Raises
    ------
    ValueError
        If the model has several cuts, phi no derivative, or a number is out of its range; or if the maximiser
        is an end of [a, b], where there is no parabola.

    Examples
    --------
    >>> from gradnotes.gain import Algebraic
    >>> theory = linear_theory(StepModel((0, 3, 10)), Algebraic(.0001), lr=.001)
    >>> round(theory.variance / .001, 4), round(3 * np.pi / 32, 4)
    (0.2945, 0.2945)
    """
    a, cut, b = three(model)
    slope = activation(phi).derivative
    alpha, delta = positive(lr), model.bias(phi)
    whole("batch_size", batch_size, 1)
    best = cut - delta
    if best <= a or best >= b:
        raise ValueError(f"the maximiser must lie inside ]{a:g}, {b:g}[, got {best:g}: take a sharper phi")
    H = float(2 * slope(delta) - slope(best - a) - slope(b - best)) / (b - a)
    near = [q for q in best + np.array([-9, 0, 9]) * getattr(phi, "scale", b - a) if a < q < b]
    push = quad(lambda x: slope(x - best) ** 2, a, b, points=near, limit=400, epsabs=0, epsrel=1e-10)[0] / (b - a)
    return LinearTheory(H, push, alpha * push / (2 * batch_size * H))
