"""What `ascend` and `stationary_law` let in."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..gain import StepModel

__all__ = ["activation", "places", "positive", "rate", "three", "whole"]


def three(model) -> tuple[float, float, float]:
    """The knots a, a_1, b."""
    if not isinstance(model, StepModel) or model.n != 1:
        raise ValueError(f"model must be a StepModel with one cut, got {model!r}: give StepModel three knots")
    return model.knots


def activation(phi):
    """`phi` itself, if it has a derivative."""
    if isinstance(phi, type) or not callable(getattr(phi, "derivative", None)):
        raise ValueError(f"phi must have the method derivative, got {phi!r}: try Algebraic(0.01)")
    return phi


def positive(lr) -> float:
    """A learning rate as a number."""
    try:
        good = 0 < float(lr) < np.inf
    except (TypeError, ValueError):
        good = False
    if not good:
        raise ValueError(f"lr must be > 0 and finite, got {lr!r}: ascent goes up the gradient, try 0.001")
    return float(lr)


def rate(lr) -> Callable[[int], float]:
    """A learning rate as a function of the step."""
    if callable(lr):
        return lambda step: positive(lr(step))
    constant = positive(lr)
    return lambda step: constant


def whole(name: str, value, least: int) -> None:
    """Refuse what is not an integer >= least."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} must be a whole number >= {least}, got {value!r}: it counts, so give an int")


def places(start, a: float, cut: float, b: float, chains: int) -> np.ndarray:
    """Where the chains begin, as distances from the cut."""
    try:
        where = np.asarray(cut if start is None else start, dtype=float)
    except (TypeError, ValueError):
        where = np.array(np.nan)
    if where.shape not in ((), (chains,)) or not ((where >= a) & (where <= b)).all():
        raise ValueError(
            f"start must be a number in [{a:g}, {b:g}] or {chains} of them, got {start!r}: the default is a_1"
        )
    return np.full(chains, where - cut)
