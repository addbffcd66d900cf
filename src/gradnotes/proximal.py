"""Proximal gradient (ISTA and FISTA): minimise f + R, f smooth, R with a simple minimiser of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

__all__ = ["ProximalPath", "fista", "ista"]


class ProximalPath(NamedTuple):
    """Iterates of a proximal method.

    ``x (T+1, ...)`` with the start as iterate 0; ``residual (T,)`` is the length of ``(z_t - x_{t+1}) / step``,
    z_t being where the gradient was taken: it is 0 exactly at a minimiser; ``converged`` says that the last
    residual is below `tol`.
    """

    x: np.ndarray
    residual: np.ndarray
    converged: bool

    @property
    def steps(self) -> int:
        """T, the number of steps taken."""
        return len(self.residual)


def ista(grad: Callable, prox: Callable, x0, *, step: float, tol: float = 1e-10, max_steps: int = 10_000):
    r"""Proximal gradient: a gradient step on f, then the proximal step of R. [002 LASSO]

    .. math:: x_{t+1} = \mathrm{prox}(x_t - s \nabla f(x_t),\; s), \qquad
              \mathrm{prox}(u, s) = \arg\min_x \tfrac12 |x - u|^2 + s R(x)

    With s <= 1 / L, L the largest curvature of f, the objective f + R never rises.

    Parameters
    ----------
    grad : callable
        Gradient of f at x.
    prox : callable
        ``prox(u, s)``; for R = lam times the sum of absolute values it is soft-thresholding at ``lam * s``.
    x0 : array_like
    step : float
        s > 0; take 1 / L.
    tol : float
        Stop when the residual is below it, > 0.
    max_steps : int

    Returns
    -------
    ProximalPath

    Raises
    ------
    ValueError
        If `step` or `tol` is not positive, `max_steps` is no integer >= 1, `x0` or an iterate is not finite (the
        step is too long), or `grad` or `prox` gives another shape than that of x0.

    Examples
    --------
    The minimiser of ``(w - 1.5)^2 / 2 + |w| / 2`` is the soft-thresholded 1.5:

    >>> shrink = lambda u, s: np.sign(u) * np.maximum(abs(u) - 0.5 * s, 0)
    >>> float(ista(lambda w: w - 1.5, shrink, [0.0], step=1.0).x[-1, 0])
    1.0
    """
    return _descend(grad, prox, x0, step, tol, max_steps, lambda t: 0.0)


def fista(grad: Callable, prox: Callable, x0, *, step: float, tol: float = 1e-10, max_steps: int = 10_000):
    r"""Proximal gradient from a point that looks ahead along the last move.

    .. math:: z_t = x_t + \frac{\tau_t - 1}{\tau_{t+1}} (x_t - x_{t-1}), \qquad
              x_{t+1} = \mathrm{prox}(z_t - s \nabla f(z_t),\; s), \qquad
              \tau_{t+1} = \frac{1 + \sqrt{1 + 4 \tau_t^2}}{2}, \; \tau_0 = 1

    The error of the objective falls like 1/t^2 instead of 1/t, but it may rise in between.

    Parameters
    ----------
    grad, prox, x0, step, tol, max_steps
        As in `ista`.

    Returns
    -------
    ProximalPath

    Raises
    ------
    ValueError
        As in `ista`.

    Examples
    --------
    >>> shrink = lambda u, s: np.sign(u) * np.maximum(abs(u) - 0.5 * s, 0)
    >>> float(fista(lambda w: w - 1.5, shrink, [0.0], step=1.0).x[-1, 0])
    1.0
    """
    tau = [1.0]

    def look_ahead(t):
        tau.append((1 + np.sqrt(1 + 4 * tau[-1] ** 2)) / 2)
        return (tau[-2] - 1) / tau[-1]

    return _descend(grad, prox, x0, step, tol, max_steps, look_ahead)


def _descend(grad, prox, x0, step, tol, max_steps, look_ahead) -> ProximalPath:
    if not 0 < step < np.inf:
        raise ValueError(f"step must be > 0 and finite, got {step!r}: take 1 / (largest curvature of f)")
    if not tol > 0:
        raise ValueError(f"tol must be > 0, got {tol!r}: a residual of exactly 0 may never come")
    if not isinstance(max_steps, (int, np.integer)) or max_steps < 1:
        raise ValueError(f"max_steps must be an integer >= 1, got {max_steps!r}: it bounds the loop")
    x = [np.array(x0, dtype=float)]
    if not np.isfinite(x[0]).all():
        raise ValueError("x0 must be finite, got a NaN or an infinity: start from zeros")
    before, residual = x[0], []
    for t in range(max_steps):
        z = x[-1] + look_ahead(t) * (x[-1] - before)
        before = x[-1]
        slope = _shaped("grad", grad(z), before.shape)
        new = _shaped("prox", prox(z - step * slope, step), before.shape)
        if not abs(new).max(initial=0.0) < 1e150:
            raise ValueError(
                f"the iterates left the floating-point range at step {t}: grad or prox gave a NaN, or step "
                f"{step:g} is too long, take 1 / (largest curvature of f)"
            )
        x.append(new)
        residual.append(float(np.linalg.norm(z - new) / step))
        if residual[-1] < tol:
            break
    return ProximalPath(np.stack(x), np.array(residual), residual[-1] < tol)


def _shaped(name: str, values, shape) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if values.shape != shape:
        raise ValueError(f"{name} must keep the shape {shape} of x0, got {values.shape}")
    return values
