"""The cut of largest gain: all critical points for one cut, a seeded multistart for several.

One cut. In t = theta - a_1 the derivative of the gain is [000 (18)]

    h(t) = w+ [phi(A + t) - phi(t)] - w- [phi(t) + phi(B - t)],    -A <= t <= B.

Its sign is taken on a grid that is fine near a, a_1 and b at every scale; each change from + to - is refined
by Brent's method, and the local maxima (ends included) are compared by their gain.

Several cuts. Starts: the knots; every choice of some first cuts at the wall a, some last ones at b and some
neighbours merged in the middle of their piece (at most 48, evenly chosen); 12 sorted uniform points from the
generator of seed 0. From each, bounded quasi-Newton steps, then Newton steps on the free cuts. In a tie the
smaller theta wins.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.optimize import brentq, minimize

__all__ = ["maximiser_of_many", "offset_of_maximum"]

EPS = float(np.finfo(float).eps)
DECADES = np.logspace(-20, 0, 241)  # the grid of one side, in units of its length
EVEN = np.linspace(0, 1, 257)


def offset_of_maximum(A: float, B: float, phi, weights) -> float:
    """The t in [-A, B] of largest gain, the smallest in a tie; full relative precision near 0."""
    plus, minus = weights
    tail = getattr(phi, "tail", lambda x: 1 - phi(x))

    def terms(t):
        near, far = phi(A + t), phi(B - t)
        # near - far: through the tails where phi is close to 1, directly where it is close to 0
        sharp = np.maximum(near, far) > 0.5
        gains, losses = np.where(sharp, tail(B - t), near), np.where(sharp, tail(A + t), far)
        return plus * gains, -plus * losses, (plus - minus) * far, -(plus + minus) * phi(t)

    def h(t):
        first, second, third, fourth = terms(t)
        return (first + second) + third + fourth

    def gain(t):
        big = phi.antiderivative
        return plus * (big(A + t) - big(t)) + minus * (big(B - t) - big(t))

    t = np.unique(np.concatenate([[0.0], *(np.clip(s, -A, B) for s in _grid(A, B))]))
    value, noise = h(t), 4 * EPS * sum(np.abs(term) for term in terms(t))
    sign = np.where(np.abs(value) <= noise, 0, np.sign(value)).astype(int)
    peaks = ([-A] if sign[0] <= 0 else []) + _descents(h, t, sign)
    height = np.array([float(gain(p)) for p in peaks])
    tie = 8 * EPS * (plus + minus) * float(phi.antiderivative(A + B))
    return float(peaks[int(np.argmax(height >= height.max() - tie))])


def _grid(A, B):
    yield -A + (A + B) * EVEN
    for side in (A, B):
        yield -side * DECADES
        yield side * DECADES
        yield -A + side * DECADES
        yield B - side * DECADES


def _descents(h, t, sign) -> list[float]:
    """Where h passes from + to - (or is + up to the right end), in increasing order.

    A stretch where h is 0 up to rounding is a plateau of the gain if it is wide: its left end counts. If it is
    narrow (at most a hundredth of [-A, B]) it is the rounding of one root: 0 if h(0) vanishes, else by Brent.
    """
    points = []
    seen = np.flatnonzero(sign)
    for i, j in pairwise(seen):
        if sign[i] > 0 > sign[j]:
            if j > i + 1 and t[j - 1] - t[i + 1] > 0.01 * (t[-1] - t[0]):
                points.append(t[i + 1])
            elif (t[i + 1 : j] == 0).any():
                points.append(0.0)
            else:
                xtol = EPS * min(abs(t[i]), abs(t[j])) + 1e-300
                points.append(brentq(h, t[i], t[j], xtol=xtol, rtol=4 * EPS))
    if seen.size and sign[seen[-1]] > 0:
        points.append(t[min(seen[-1] + 1, t.size - 1)])
    return [float(p) for p in points]


def maximiser_of_many(model, phi, weights) -> np.ndarray:
    """The best sorted theta of the multistart; `model` is a StepModel with n > 1."""
    a, b = model.knots[0], model.knots[-1]
    best, height = None, -np.inf
    for start in starts(model):
        answer = minimize(
            lambda theta: (-model.gain(theta, phi, weights), -model.gain_gradient(theta, phi, weights)),
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(a, b)] * model.n,
            options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 500},
        )
        if -answer.fun < height - 1e-7 * (b - a):
            continue
        theta = np.sort(_polish(model, phi, weights, answer.x))
        value = model.gain(theta, phi, weights)
        close = 1e-12 * (b - a)
        tie = abs(value - height) <= close and tuple(theta) < tuple(best - 1e-9 * (b - a))
        if tie or value > height + close:
            best, height = theta, value
    return best


def starts(model) -> np.ndarray:
    """The rows from which the multistart begins; sorted, in [a, b]."""
    knots, n = np.array(model.knots), model.n
    inner, a, b = knots[1:-1], knots[0], knots[-1]
    rows = [
        [a] * left + middle + [b] * right
        for left in range(n + 1)
        for right in range(n + 1 - left)
        for middle in _merged(list(inner[left : n - right]))
    ]
    keep = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), 48)).round().astype(int))
    chance = np.sort(np.random.default_rng(0).uniform(a, b, (12, n)), axis=1)
    return np.vstack([np.array(rows)[keep], chance])


def _merged(cuts: list) -> list[list]:
    """The cuts as they are, and with some neighbours moved to the middle between them."""
    if len(cuts) < 2:
        return [cuts]
    pair = [(cuts[0] + cuts[1]) / 2] * 2
    return [[cuts[0], *rest] for rest in _merged(cuts[1:])] + [[*pair, *rest] for rest in _merged(cuts[2:])]


def projected(theta, gradient, a, b) -> np.ndarray:
    """The gradient without the parts that push out of [a, b]."""
    stuck = ((theta <= a) & (gradient < 0)) | ((theta >= b) & (gradient > 0))
    return np.where(stuck, 0.0, gradient)


def _polish(model, phi, weights, theta, steps: int = 20):
    """Newton steps on the cuts that are not at a wall, kept only while the projected gradient shrinks."""
    a, b = model.knots[0], model.knots[-1]

    def slope(x):
        return projected(x, model.gain_gradient(x, phi, weights), a, b)

    now = slope(theta)
    for _ in range(steps):
        free = np.flatnonzero(now)
        if np.abs(now).max() <= 1e-13 or not free.size:
            break
        width = 1e-6 * getattr(phi, "scale", b - a)
        shifts = width * np.eye(model.n)[free]
        both = model.gain_gradient(np.concatenate([theta + shifts, theta - shifts]), phi, weights)
        curvature = (both[: free.size, free] - both[free.size :, free]) / (2 * width)
        try:
            step = np.linalg.solve(curvature, now[free])
        except np.linalg.LinAlgError:
            break
        trial = theta.copy()
        trial[free] = np.clip(theta[free] - step, a, b)
        after = slope(trial)
        if not np.abs(after).max() < np.abs(now).max():
            break
        theta, now = trial, after
    return theta
