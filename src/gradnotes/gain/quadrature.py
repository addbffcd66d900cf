"""Integrals of y g and of its gradient for several cuts, over pieces that end at the knots and at the cuts.

On each piece the rule is the double exponential one: its nodes crowd towards both ends, which is where the
steep parts of g lie, however sharp phi is.
"""

from __future__ import annotations

import numpy as np

__all__ = ["edges", "gain", "gradient"]


def _rule(points: int = 80, reach: float = 3.7) -> tuple[np.ndarray, np.ndarray]:
    """Distances from the left end of [0, 1] and weights; the left half, mirrored by `_nodes`."""
    k = np.linspace(-reach, reach, 2 * points + 1)
    q = np.exp(-np.pi * np.sinh(k))
    x = 1 / (1 + q)
    w = np.pi * np.cosh(k) * q / (1 + q) ** 2
    return x, w / w.sum()


X, W = _rule()


def edges(knots, theta) -> np.ndarray:
    """Knots and cuts, clipped to [a, b], in order: shape (..., 2n + 2)."""
    inside = np.clip(theta, knots[0], knots[-1])
    fixed = np.broadcast_to(knots, (*theta.shape[:-1], len(knots)))
    return np.sort(np.concatenate([fixed, inside], axis=-1), axis=-1)


def _nodes(knots, theta, weights):
    """Nodes (..., points) and y w(y) dx there."""
    ends = edges(knots, theta)
    left, width = ends[..., :-1], np.diff(ends, axis=-1)
    side = np.searchsorted(knots[1:-1], left + width / 2, side="left") % 2
    density = np.where(side == 0, weights[0], -weights[1]) * width
    x = left[..., None] + width[..., None] * X
    shape = (*theta.shape[:-1], -1)
    return x.reshape(shape), (density[..., None] * W).reshape(shape)


def gain(knots, theta, phi, weights) -> np.ndarray:
    """The integral of w(y) y prod_i -phi(x - theta_i), the leading shape of `theta`."""
    x, dx = _nodes(knots, theta, weights)
    return (np.prod(-phi(x[..., None, :] - theta[..., :, None]), axis=-2) * dx).sum(axis=-1)


def gradient(knots, theta, phi, weights) -> np.ndarray:
    """Its gradient: entry i has phi'(x - theta_i) in place of the i-th factor; the shape of `theta`."""
    x, dx = _nodes(knots, theta, weights)
    z = x[..., None, :] - theta[..., :, None]
    factors, slopes = -phi(z), phi.derivative(z)
    n = theta.shape[-1]
    others = [np.prod(np.delete(factors, i, axis=-2), axis=-2) for i in range(n)]
    return np.stack([(slopes[..., i, :] * others[i] * dx).sum(axis=-1) for i in range(n)], axis=-1)
