"""Losses for numbers: squared error, Huber, Tukey. [004 section 3.5]"""

from __future__ import annotations

import numpy as np

from .terms import paired, reduced

__all__ = ["huber", "mse", "tukey"]


def mse(y, a, reduction: str = "mean") -> tuple[float, np.ndarray]:
    r"""Squared error and its gradient in the prediction. [004 (3.52.2), (3.53)]

    .. math:: L = c \sum_j (y_j - a_j)^2, \qquad \frac{\partial L}{\partial a_i} = 2c\,(a_i - y_i)

    with c = 1/n over *all* entries for ``"mean"`` (no factor 1/2), 1 for ``"sum"``, 1/2 for ``"half_sum"``.

    Parameters
    ----------
    y, a : array_like, one shape
        Targets and predictions; not broadcast, since (n,) against (n, 1) is nearly always a mistake.
    reduction : {"mean", "sum", "half_sum"}

    Returns
    -------
    (float, ndarray of the shape of `a`)

    Raises
    ------
    ValueError
        If shapes differ, are empty, an entry is not finite, or `reduction` is unknown.

    Examples
    --------
    >>> value, gradient = mse([1, 0], [0.5, 0.0], reduction="half_sum")
    >>> value, gradient.tolist()
    (0.125, [-0.5, 0.0])
    """
    y, a = paired(y, a)
    e = a - y
    return reduced(e * e, 2 * e, reduction)


def huber(y, a, reduction: str = "mean", *, delta: float = 1.0) -> tuple[float, np.ndarray]:
    r"""Huber's loss: a parabola up to `delta`, a straight line beyond. [004 section 3.5, list after (3.53)]

    .. math:: \rho(e) = \tfrac12 e^2 \ (|e| \le \delta), \quad \delta(|e| - \tfrac\delta2) \ (|e| > \delta),
              \qquad \rho'(e) = \max(-\delta, \min(\delta, e)), \qquad e = a - y

    The half is inside, as in torch's ``HuberLoss``. The pull of one point is bounded by `delta`, never zero.

    Examples
    --------
    >>> value, pull = huber([0.0, 0.0], [0.5, 78.0], reduction="sum")
    >>> value, pull.tolist()
    (77.625, [0.5, 1.0])
    """
    y, a = paired(y, a)
    _positive(delta=delta)
    e = a - y
    inside = np.clip(e, -delta, delta)
    return reduced(inside * (e - inside / 2), inside, reduction)


def tukey(y, a, reduction: str = "mean", *, c: float = 4.685) -> tuple[float, np.ndarray]:
    r"""Tukey's bisquare: beyond the distance `c` a point pulls no more. [004 section 3.5, list after (3.53)]

    .. math:: \rho(e) = \tfrac{c^2}{6}\bigl[1 - (1 - (e/c)^2)^3\bigr], \qquad
              \rho'(e) = e\,\bigl(1 - (e/c)^2\bigr)^2 \qquad (|e| \le c)

    and beyond it ``c^2/6`` with slope 0. Not convex: several minima, so the start matters.

    Examples
    --------
    >>> tukey([0.0], [78.0])[1].tolist(), round(tukey([0.0], [1.0])[1].item(), 4)
    ([0.0], 0.911)
    """
    y, a = paired(y, a)
    _positive(c=c)
    e = a - y
    s = np.clip(e / c, -1, 1) ** 2
    return reduced(c * c / 6 * s * (3 - 3 * s + s * s), np.where(s < 1, e, 0.0) * (1 - s) ** 2, reduction)


def _positive(**named: float) -> None:
    for name, value in named.items():
        if not 0 < value < np.inf:
            raise ValueError(f"{name} must be > 0 and finite, got {value!r}: it is a distance in units of y")
