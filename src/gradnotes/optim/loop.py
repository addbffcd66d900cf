"""The record and the one loop behind `gradient_descent` and `sgd`, and the checks at their door."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from numbers import Real
from typing import NamedTuple

import numpy as np

__all__ = ["Path", "descend", "positive_rate", "whole"]

TINY, HUGE = 1e-100, 1e100  # squares of numbers between them neither vanish nor overflow
FAR = 1e12  # a walk that is this many times farther out than max(1, |x_0|) has diverged


class Path(NamedTuple):
    """Where a descent went, and why it stopped.

    ``x (T+1, ...)`` holds the iterates, always finite; ``grad_norm (T+1,)`` the Euclidean norm of the gradient
    computed at each (by `sgd` on a batch), NaN at the end when none was computed there; ``stop_reason`` is
    ``"gradient"`` (norm below tol), ``"max_steps"`` or ``"diverged"``.

    Examples
    --------
    >>> from gradnotes.optim import gradient_descent
    >>> path = gradient_descent(lambda x: 2 * x, 1.0, lr=0.5)
    >>> path.x.tolist(), path.steps, path.converged, path.stop_reason
    ([1.0, 0.0], 1, True, 'gradient')
    """

    x: np.ndarray
    grad_norm: np.ndarray
    stop_reason: str

    @property
    def steps(self) -> int:
        """T, the number of updates that were made."""
        return len(self.x) - 1

    @property
    def converged(self) -> bool:
        """True when the norm of the gradient fell below tol: a small slope, not a proof of a minimum."""
        return self.stop_reason == "gradient"


def descend(gradient, x0, batches: Iterable, last, lr, momentum, nesterov, tol, project) -> Path:
    """The one loop behind both; at step `last` only the gradient is computed (None: at no step)."""
    x = _start(x0)
    shape, rate = x.shape, None if callable(lr) else positive_rate(lr)
    if not (isinstance(momentum, Real) and 0 <= momentum < 1):
        raise ValueError(f"momentum must be in [0, 1), got {momentum!r}: it is the share of velocity kept")
    xs, norms, v, vector = [x], [], 0.0, x.ndim == 1
    asarray, float64, sqrt = np.asarray, np.dtype(float), math.sqrt
    low, high = max(tol, TINY), HUGE  # between them a norm is exact and the walk goes on
    with np.errstate(over="ignore", invalid="ignore"):
        reach, speed = _norm(x), 0.0  # bounds of |x| and |v| by the triangle inequality: cheaper than measuring
        limit = FAR * max(1.0, reach)
        for step, rows in enumerate(batches):
            result = gradient(x, rows)
            g = asarray(result, float64)
            if g.shape != shape:
                raise _misshapen("gradient", g, shape)
            norm = sqrt(g.dot(g)) if vector else _norm(g)
            if not low < norm < high:
                norm = _norm(g)
                if not tol <= norm < math.inf:
                    if result is None:
                        raise ValueError("the gradient must be a number, got None: does the function return it?")
                    return _path(xs, [*norms, norm], "gradient" if norm < tol else "diverged")
            norms.append(norm)
            if step == last:
                break
            eta = rate or positive_rate(lr(step), step)
            if momentum:
                v, speed = momentum * v + g, momentum * speed + norm
                x = x - eta * (g + momentum * v if nesterov else v)
                reach += eta * (norm + speed)  # Nesterov's step is at most norm + momentum * speed long
            else:
                v = g
                x = x - eta * g
                reach += eta * norm
            if project is not None:
                x = np.array(project(x), dtype=float)[()]
                if x.shape != shape:
                    raise _misshapen("result of project", x, shape)
                reach = math.inf
            if not reach <= limit:
                reach, speed = _norm(x), _norm(v)
                if not reach <= limit:
                    return _path(xs + [x] * (reach < math.inf), norms, "diverged")
            xs.append(x)
    return _path(xs, norms, "max_steps")


def _path(xs, norms, reason) -> Path:
    iterates = np.concatenate(xs).reshape(len(xs), xs[0].size) if xs[0].ndim == 1 else np.array(xs)  # twice as fast
    return Path(iterates, np.array(norms + [math.nan] * (len(xs) - len(norms))), reason)


def _norm(v) -> float:
    """Euclidean norm of all entries, also where their squares would overflow or vanish."""
    flat = v.ravel()
    norm = math.sqrt(flat.dot(flat))
    if TINY < norm < HUGE:
        return norm
    largest = float(np.abs(flat).max(initial=0.0))
    return largest * math.sqrt(np.square(flat / largest).sum()) if 0 < largest < math.inf else largest


def _start(x0):
    try:
        x = np.array(x0, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"x0 must be a number or an array of numbers, got {x0!r}: give real numbers") from None
    if not x.size:
        raise ValueError(f"x0 must hold at least one number, got shape {x.shape}: there is nothing to move")
    if not np.isfinite(x).all():
        raise ValueError(f"x0 must be finite, got {x0!r}: choose a start where f is defined")
    return x[()]


def _misshapen(name: str, value, shape) -> ValueError:
    return ValueError(f"the {name} must have the shape {shape} of x, got {value.shape}: reshape it")


def positive_rate(lr, step=None) -> float:
    name = "lr" if step is None else f"lr({step})"
    if not (isinstance(lr, Real) and 0 < lr < math.inf):
        raise ValueError(f"{name} must be > 0, got {lr!r}: a step goes against the gradient, start with 0.1")
    return float(lr)


def whole(name: str, value, low: int, high: float = math.inf) -> int:
    try:
        if low <= operator.index(value) <= high:
            return operator.index(value)
    except TypeError:
        pass
    bounds = f">= {low}" if high == math.inf else f"from {low} to {high}, the number of rows"
    raise ValueError(f"{name} must be a whole number {bounds}; got {value!r}: choose one in that range")
