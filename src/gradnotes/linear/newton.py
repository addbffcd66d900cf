"""Newton's method for convex losses, with the two ways to solve its linear system."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.linalg.lapack import dpocon, dpotrf, dpotrs

from ..optim import Path

__all__ = ["conjugate_gradients", "inverse", "newton"]


def newton(
    gradient: Callable, direction: Callable, x0, *, tol: float = 1e-10, max_steps: int = 100, watch=None
) -> Path:
    r"""Damped Newton steps until the gradient is small. [001 Lost function; the second-order remedy]

    .. math:: x_{t+1} = x_t - s\, d_t, \qquad \nabla^2 f(x_t)\, d_t = \nabla f(x_t)

    The step s is 1, halved as long as the norm of the gradient does not shrink. That is enough for a convex
    f: along d the squared norm starts to fall with slope ``-2 |gradient|^2``.

    Parameters
    ----------
    gradient : callable
        x -> gradient, of the shape of x.
    direction : callable
        (x, gradient) -> d, at least approximately; see `inverse` and `conjugate_gradients`.
    x0 : array_like
    tol : float
        Stop when the Euclidean norm of the gradient is below it; tested before each step.
    max_steps : int
    watch : callable, optional
        Called with (x, d) before each step; the estimators look there for separable data.

    Raises
    ------
    ValueError
        If `x0` is not finite, or `tol` or `max_steps` is negative.

    Returns
    -------
    Path
        As `gradnotes.optim.gradient_descent` returns it. A walk that can make the gradient no smaller because
        its digits are used up has the reason ``"gradient"`` as well: f(x) - min f is below 1e-15 (1 + norm).

    Examples
    --------
    >>> path = newton(lambda x: np.exp(x) - 2, lambda x, g: g / np.exp(x), 0.0)
    >>> path.steps, round(float(path.x[-1]), 12) == round(math.log(2), 12)
    (5, True)
    """
    if not (tol >= 0 and max_steps >= 0):
        raise ValueError(f"tol and max_steps must be >= 0, got {tol!r} and {max_steps!r}: 1e-10 and 100 serve")
    x = np.array(x0, dtype=float)[()]
    if not np.isfinite(x).all():
        raise ValueError(f"x0 must be finite, got {x0!r}: choose a start where f is defined")
    g = gradient(x)
    xs, norms = [x], [float(np.linalg.norm(g))]
    reason = "max_steps"
    for step in range(max_steps + 1):
        if norms[-1] < tol:
            reason = "gradient"
            break
        if step == max_steps:
            break
        d = direction(x, g)
        if watch is not None:
            watch(x, d)
        s = 1.0
        while s > 1e-9:
            new, g_new = x - s * d, gradient(x - s * d)
            norm = float(np.linalg.norm(g_new))
            if norm <= (1 - 1e-4 * s) * norms[-1]:
                break
            s /= 2
        else:
            if abs(np.vdot(g, d)) < 1e-15 * (1 + norms[0]):
                reason = "gradient"
            break
        x, g = new, g_new
        xs.append(x)
        norms.append(norm)
    return Path(np.array(xs), np.array(norms), reason)


def inverse(H: np.ndarray) -> Callable:
    """The map g -> d with H d = g for a symmetric H >= 0; where H is singular, a d of least (scaled) length.

    g is a vector, or a matrix whose columns are solved for.

    H is first scaled to a unit diagonal, so that the units of the features do not matter, then factorised
    (Cholesky); a matrix that is singular to working precision falls back on its pseudo-inverse.

    Examples
    --------
    >>> inverse(np.array([[4.0, 0.0], [0.0, 0.0]]))(np.array([8.0, 0.0])).tolist()
    [2.0, 0.0]
    """
    diagonal = np.diag(H)
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    H = H * scale * scale[:, None]
    factor, failed = dpotrf(H, lower=1)
    if not failed and dpocon(factor, np.abs(H).sum(axis=0).max(), uplo="L")[0] > 1e-13:
        return lambda g: (scale * dpotrs(factor, (scale * g.T).T, lower=1)[0].T).T
    pseudo = np.linalg.pinv(H, rcond=1e-13, hermitian=True)
    return lambda g: (scale * (pseudo @ (scale * g.T).T).T).T


def conjugate_gradients(times: Callable, g: np.ndarray, near: Callable, tol: float, max_steps: int = 500):
    """Solve H d = g by preconditioned conjugate gradients: H is never built, only multiplied with.

    Parameters
    ----------
    times : callable
        v -> H v, for a symmetric H >= 0 with g in its range.
    g : ndarray
    near : callable
        The preconditioner r -> M r, with M symmetric, positive and close to the inverse of H.
    tol : float
        Stop when ``|g - H d| <= tol |g|``.

    Examples
    --------
    >>> H = np.array([[2.0, 1.0], [1.0, 3.0]])
    >>> conjugate_gradients(H.__matmul__, H @ [1.0, -1.0], lambda r: r, 1e-12).round(9).tolist()
    [1.0, -1.0]
    """
    d, rest = np.zeros_like(g), g
    target = tol * np.linalg.norm(g)
    p = z = near(rest)
    rz = np.vdot(rest, z)
    for _ in range(max_steps):
        if not rz > 0 or math.sqrt(np.vdot(rest, rest)) <= target:
            break
        Hp = times(p)
        curvature = np.vdot(p, Hp)
        if not curvature > 0:
            break
        d = d + rz / curvature * p
        rest = rest - rz / curvature * Hp
        z = near(rest)
        rz, before = np.vdot(rest, z), rz
        p = z + rz / before * p
    return d
