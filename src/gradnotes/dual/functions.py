"""The elementary functions: on arrays they compute, on a number with a derivative they call its method."""

from __future__ import annotations

import builtins
import math

import numpy as np

from .tracked import Tracked, filled, mismatch, plain, real, shape_of

__all__ = [
    "cos", "exp", "log", "logsumexp", "matmul", "max", "mean", "relu", "reshape",
    "sigmoid", "sin", "sqrt", "sum", "tanh", "transpose", "where",
]  # fmt: skip

_LOWEST = -np.finfo(float).max


def exp(x):
    """The exponential; its slope is itself."""
    return x.exp() if isinstance(x, Tracked) else np.exp(real("exp", x))


def log(x):
    """The natural logarithm, slope 1/x; -inf at 0 and NaN below, both with NumPy's warning."""
    return x.log() if isinstance(x, Tracked) else np.log(real("log", x))


def sin(x):
    """The sine, slope cos x."""
    return x.sin() if isinstance(x, Tracked) else np.sin(real("sin", x))


def cos(x):
    """The cosine, slope -sin x."""
    return x.cos() if isinstance(x, Tracked) else np.cos(real("cos", x))


def tanh(x):
    """The hyperbolic tangent y, slope 1 - y^2."""
    if type(x) is float:
        return math.tanh(x)
    return x.tanh() if isinstance(x, Tracked) else np.tanh(real("tanh", x))


def sigmoid(x):
    """y = 1/(1 + e^-x), slope y (1 - y); no overflow for any finite x."""
    if isinstance(x, Tracked):
        return x.sigmoid()
    x = real("sigmoid", x)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e)[()] / (1.0 + e)


def relu(x):
    """max(x, 0); the slope at 0 is 0 by convention."""
    return x.relu() if isinstance(x, Tracked) else np.maximum(real("relu", x), 0.0)


def sqrt(x):
    """The square root y, slope 1/(2 y): infinite at 0."""
    return x.sqrt() if isinstance(x, Tracked) else np.sqrt(real("sqrt", x))


def sum(x, axis=None, keepdims=False):
    """Sum of the entries along `axis` (None: of all)."""
    if isinstance(x, Tracked):
        return x.sum(axis, keepdims)
    return np.add.reduce(real("sum", x), axis, keepdims=keepdims)


def mean(x, axis=None, keepdims=False):
    """Mean of the entries along `axis` (None: of all)."""
    if isinstance(x, Tracked):
        return x.mean(axis, keepdims)
    return np.mean(filled("mean", real("mean", x)), axis=axis, keepdims=keepdims)


def max(x, axis=None, keepdims=False):
    """Largest entry along `axis` (None: of all); entries that tie share the slope equally."""
    if isinstance(x, Tracked):
        return x.max(axis, keepdims)
    return np.maximum.reduce(filled("max", real("max", x)), axis, keepdims=keepdims)


def logsumexp(x, axis=None, keepdims=False):
    """log of the sum of e^x along `axis`, without overflow; its slope is the softmax."""
    if isinstance(x, Tracked):
        return x.logsumexp(axis, keepdims)
    return lse_parts(real("logsumexp", x), axis, keepdims)[0]


def matmul(x, y):
    """The matrix product ``x @ y``, with NumPy's rules for vectors and stacks of matrices."""
    if isinstance(x, Tracked) or isinstance(y, Tracked):
        return x @ y
    x, y = real("matmul", x, "argument 0"), real("matmul", y, "argument 1")
    try:
        return np.matmul(x, y)
    except ValueError:
        raise mismatch("matmul", x, y) from None


def reshape(x, shape):
    """The same entries in another shape."""
    if isinstance(x, Tracked):
        return x.reshape(shape)
    x = real("reshape", x)
    try:
        return x.reshape(shape) if type(x) is np.ndarray else np.reshape(x, shape)
    except ValueError:
        raise ValueError(f"reshape: shape {shape_of(x)} of the argument does not fit into {shape}") from None


def transpose(x, axes=None):
    """The axes in another order (None: reversed)."""
    return x.transpose(axes) if isinstance(x, Tracked) else np.transpose(real("transpose", x), axes)


def where(condition, x, y):
    """`x` where the condition holds, else `y`; only the chosen entry receives a derivative."""
    if isinstance(condition, Tracked):
        raise TypeError("where: argument 0 must be a condition such as x > 0, got a number with a derivative")
    if not (isinstance(x, Tracked) or isinstance(y, Tracked)):
        x, y = real("where", x, "argument 1"), real("where", y, "argument 2")
    condition = np.asarray(condition, dtype=bool)
    try:
        np.broadcast_shapes(condition.shape, shape_of(x), shape_of(y))
    except ValueError:
        shapes = f"{condition.shape}, {shape_of(x)} and {shape_of(y)}"
        raise ValueError(f"where: shapes {shapes} of the three arguments do not fit") from None
    return pick(condition, x, "argument 1") + pick(~condition, y, "argument 2")


def pick(condition, x, which="the argument"):
    """`x` where the condition holds, else 0: the half of `where` that concerns one of its arguments."""
    if isinstance(x, Tracked):
        return x.pick(condition)
    return np.where(condition, real("where", x, which), 0.0)[()]


def place(x, index, shape):
    """Zeros of `shape` with `x` added at `index`: the transpose of taking entries out."""
    if isinstance(x, Tracked):
        return x.place(index, shape)
    out = np.zeros(shape)
    np.add.at(out, index, x)
    return out


def spread(x, shape):
    """`x` repeated along new axes and axes of length one until it has `shape`."""
    now = shape_of(x)
    if now == shape:
        return x
    if isinstance(x, Tracked):
        return x + np.zeros(shape)
    return np.broadcast_to(x, shape) if now else np.full(shape, x)


def gather(x, shape):
    """The transpose of `spread`: add up what was repeated."""
    extra = len(x.shape) - len(shape)
    if 1 not in shape:
        return sum(x, tuple(range(extra))) if extra else x
    repeated = [i + extra for i, n in enumerate(shape) if n == 1 and x.shape[i + extra] != 1]
    return reshape(sum(x, (*range(extra), *repeated)), shape)


def kept(shape, axis):
    """`shape` after a reduction along `axis` with keepdims: ones in the place of the reduced axes."""
    if axis is None:
        return (1,) * len(shape)
    axes = {k % len(shape) for k in (axis if isinstance(axis, tuple) else (axis,))}
    return tuple(1 if k in axes else n for k, n in enumerate(shape))


def ties(x, axis):
    """Plain array: the share of each entry in the maximum along `axis`, equal for those that tie."""
    x = np.asarray(filled("max", plain(x)))
    winners = x == x.max(axis=axis, keepdims=True)
    return winners / winners.sum(axis=axis, keepdims=True)


def lse_parts(x, axis, keepdims):
    """(log-sum-exp, e^(x - m), its sum with the axes kept), m the largest entry, a constant."""
    values = filled("logsumexp", plain(x))
    m = np.maximum.reduce(values, axis, keepdims=True, initial=_LOWEST)  # -inf - -inf would be NaN
    e = exp(x - m)
    s = sum(e, axis, True)
    y = log(s) + m
    return y if keepdims else reshape(y, _dropped(shape_of(x), axis)), e, s


def _dropped(shape, axis):
    if axis is None:
        return ()
    if type(axis) is int:
        axis %= builtins.max(1, len(shape))
        return shape[:axis] + shape[axis + 1 :]
    axes = {k % len(shape) for k in axis}
    return tuple(n for k, n in enumerate(shape) if k not in axes)


def divisor(x):
    """A float as NumPy's, which divides by 0 to an infinity with a warning, as arrays do, and not to an error."""
    return np.float64(x) if type(x) is float else x


def power(x, y):
    """``x ** y``; Python would turn a root of a negative float into a complex number, here it is an error."""
    z = x**y
    if type(z) is complex:
        raise ValueError(f"power: a negative base needs an integer exponent, got {x!r} ** {y!r}")
    return z


def power_slope(x, y):
    """The derivative y x^(y-1) of a power in its base; 0 for y = 0, also at x = 0."""
    exponent = plain(y)
    if shape_of(exponent) == ():
        return y * power(x, y - 1 if exponent != 0 else 1.0)
    return y * x ** where(exponent == 0, 1.0, y - 1)


def power_growth(x, z):
    """The derivative z log x of z = x^y in its exponent; 0 at x = 0."""
    return z * log(where(plain(x) == 0, 1.0, x))
