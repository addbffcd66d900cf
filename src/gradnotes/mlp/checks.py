"""What a network refuses at the door: the rule, the value received, the remedy."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from ..losses import one_hot

__all__ = [
    "layer_sizes",
    "momentum_share",
    "one_number",
    "one_of",
    "parameter_shapes",
    "rate",
    "real_array",
    "samples",
    "targets",
    "whole",
]


def layer_sizes(sizes) -> tuple[int, ...]:
    sizes = tuple(sizes) if np.iterable(sizes) else (sizes,)
    if len(sizes) < 2:
        raise ValueError(f"sizes must have at least two entries, got {sizes!r}: give input and output size")
    return tuple(whole("each of sizes", size, "at least 1", math.inf) for size in sizes)


def parameter_shapes(sizes, weights, biases) -> None:
    for name, arrays in (("weights", weights), ("biases", biases)):
        if not isinstance(arrays, (list, tuple)) or len(arrays) != len(sizes) - 1:
            got = f"{len(arrays)} of them" if isinstance(arrays, (list, tuple)) else type(arrays).__name__
            raise ValueError(f"{name} must be a list of {len(sizes) - 1} arrays, got {got}: one for each layer")
    for k, shape in enumerate(pairwise(sizes)):
        for name, arrays, wanted in (("weights", weights, shape), ("biases", biases, shape[1:])):
            if np.shape(arrays[k]) != wanted:
                raise ValueError(
                    f"{name}[{k}] must have shape {wanted}, got {np.shape(arrays[k])}: "
                    "a row of weights belongs to one neuron of the layer before"
                )
            if not np.isfinite(np.asarray(arrays[k], dtype=float)).all():
                raise ValueError(f"{name}[{k}] must be finite, got a NaN or an infinity: start again from finite ones")


def real_array(name: str, values) -> np.ndarray:
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "fiubO":
            raise TypeError
        return array.astype(float, copy=False)
    except (TypeError, ValueError):
        got = repr(values)[:60]
        raise ValueError(f"{name} must be an array of real numbers, got {got}: one row for each sample") from None


def samples(X, width: int) -> np.ndarray:
    X = real_array("X", X)
    if X.ndim != 2 or X.shape[1] != width or not len(X):
        raise ValueError(f"X must have shape (n, {width}), n >= 1, got {X.shape}: one row for each sample")
    if not np.isfinite(X).all():
        raise ValueError("X must be finite, got a NaN or an infinity: clean the data first")
    return X


def targets(y, n: int, width: int, loss: str) -> np.ndarray:
    if loss == "cross_entropy":
        y = one_hot(y, width)
    else:
        y = real_array("y", y)
        y = y[:, None] if y.shape == (n,) and width == 1 else y
    if y.shape != (n, width):
        raise ValueError(f"y must have {n} rows of {width}, got shape {y.shape}: one row for each sample")
    if not np.isfinite(y).all():
        raise ValueError("y must be finite, got a NaN or an infinity: clean the data first")
    if loss == "bce" and not ((y >= 0) & (y <= 1)).all():
        wrong = y[(y < 0) | (y > 1)][0]
        raise ValueError(f"labels must be in [0, 1], got {wrong:g}: code the classes as 0 and 1")
    return y


def whole(name: str, value, rule: str, most: float) -> int:
    integral = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not integral or not 1 <= value <= most:
        raise ValueError(f"{name} must be a whole number {rule}, got {value!r}: choose one in that range")
    return int(value)


def one_number(name: str, value) -> float:
    if np.ndim(value) or isinstance(value, (str, complex)) or value is None:
        raise ValueError(f"{name} must be one number, got {value!r}: give a float")
    return float(value)


def rate(lr) -> float:
    if not 0 < one_number("lr", lr) < math.inf:
        raise ValueError(f"lr must be > 0, got {lr!r}: a step goes against the gradient, start with 0.1")
    return float(lr)


def momentum_share(momentum) -> float:
    if not 0 <= one_number("momentum", momentum) < 1:
        raise ValueError(f"momentum must be in [0, 1), got {momentum!r}: it is the share of velocity kept")
    return float(momentum)


def one_of(name: str, value, names) -> str:
    if value not in tuple(names):
        raise ValueError(f"{name} must be one of {', '.join(names)}, got {value!r}: choose one of them")
    return value
