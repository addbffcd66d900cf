"""Forward mode: a dual number is a value and its tangent, and every operation moves both."""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np

from . import functions as fn
from .tracked import Tracked, mismatch, new_level, plain, real, shape_of

__all__ = ["Dual", "derivative", "jvp"]


def _operation(name: str, compute: Callable, left: Callable, right: Callable):
    """The methods ``x op y`` and ``y op x``: z = compute(x, y), dz = left(dx, x, y, z) + right(dy, x, y, z)."""

    def apply(one, two, other, level):
        if isinstance(other, Tracked) and other.level > level:
            if not isinstance(other, Dual):
                return NotImplemented  # its own method takes this number for a constant
            level = other.level
        (x, dx), (y, dy) = _split(name, one, level), _split(name, two, level)
        try:
            z = compute(x, y)
        except ValueError as error:
            raise mismatch(name, x, y, error) from None
        tangent = 0.0 if dx is None else left(dx, x, y, z)
        if dy is not None:
            tangent = tangent + right(dy, x, y, z)
        return Dual(z, tangent, level)

    return (lambda self, other: apply(self, other, other, self.level)), (
        lambda self, other: apply(other, self, other, self.level)
    )


def _split(name, x, level):
    """Value and tangent at this level; whatever has no tangent at this level is a constant."""
    if isinstance(x, Dual) and x.level == level:
        return x.value, x.tangent
    return real(name, x, "the other operand"), None


class Dual(Tracked):
    r"""A value and its tangent: x + dx eps with eps^2 = 0. [004 (3.48)-(3.49)]

    .. math:: f(x + \dot x\,\varepsilon) = f(x) + f'(x)\,\dot x\,\varepsilon

    Parameters
    ----------
    value : float, array, or a number of a lower level
    tangent : the same
        Repeated to the shape of `value`; ValueError if that cannot be.
    level : int
        Which derivative it belongs to; `jvp` takes care of it, so that nested derivatives do not mix.

    Examples
    --------
    >>> x = Dual(3.0, 1.0)
    >>> y = x * x + 2 * x
    >>> y.value, y.tangent
    (15.0, 8.0)
    """

    __slots__ = ("level", "tangent", "value")

    def __init__(self, value, tangent, level: int = 0):
        self.value, tangent = real("Dual", value, "value"), real("Dual", tangent, "tangent")
        self.level, shape = level, shape_of(self.value)
        try:
            self.tangent = fn.spread(tangent, shape)
        except ValueError:
            raise ValueError(f"Dual: tangent must have the shape {shape} of value, got {shape_of(tangent)}") from None

    def __repr__(self) -> str:
        return f"Dual({self.value!r}, {self.tangent!r})"

    __add__, __radd__ = _operation("add", operator.add, lambda dx, x, y, z: dx, lambda dy, x, y, z: dy)
    __sub__, __rsub__ = _operation("subtract", operator.sub, lambda dx, x, y, z: dx, lambda dy, x, y, z: -dy)
    __mul__, __rmul__ = _operation("multiply", operator.mul, lambda dx, x, y, z: dx * y, lambda dy, x, y, z: x * dy)
    __truediv__, __rtruediv__ = _operation(
        "divide", operator.truediv, lambda dx, x, y, z: dx / y, lambda dy, x, y, z: -z * dy / y
    )
    __pow__, __rpow__ = _operation(
        "power", fn.power, lambda dx, x, y, z: fn.power_slope(x, y) * dx, lambda dy, x, y, z: fn.power_growth(x, z) * dy
    )
    __matmul__, __rmatmul__ = _operation(
        "matmul", operator.matmul, lambda dx, x, y, z: dx @ y, lambda dy, x, y, z: x @ dy
    )

    def _then(self, value, slope):
        """The result of a function with this value and this derivative: the tangent is multiplied by it."""
        return Dual(value, slope * self.tangent, self.level)

    def _both(self, linear, *args):
        """The result of a linear operation: the tangent goes through the same operation as the value."""
        return Dual(linear(self.value, *args), linear(self.tangent, *args), self.level)

    def __neg__(self):
        return self._then(-self.value, -1.0)

    def __abs__(self):
        return self._then(abs(self.value), np.sign(plain(self)))

    def exp(self):
        y = fn.exp(self.value)
        return self._then(y, y)

    def log(self):
        return Dual(fn.log(self.value), self.tangent / fn.divisor(self.value), self.level)

    def sin(self):
        return self._then(fn.sin(self.value), fn.cos(self.value))

    def cos(self):
        return self._then(fn.cos(self.value), -fn.sin(self.value))

    def tanh(self):
        y = fn.tanh(self.value)
        return self._then(y, 1.0 - y * y)

    def sigmoid(self):
        y = fn.sigmoid(self.value)
        return self._then(y, y * (1.0 - y))

    def relu(self):
        positive = plain(self) > 0
        return self.pick(positive)

    def sqrt(self):
        y = fn.sqrt(self.value)
        return Dual(y, 0.5 * self.tangent / y, self.level)

    def sum(self, axis=None, keepdims=False):
        return self._both(fn.sum, axis, keepdims)

    def max(self, axis=None, keepdims=False):
        tangent = fn.sum(fn.ties(self, axis) * self.tangent, axis, keepdims)
        return Dual(fn.max(self.value, axis, keepdims), tangent, self.level)

    def logsumexp(self, axis=None, keepdims=False):
        y, e, s = fn.lse_parts(self.value, axis, keepdims)
        return Dual(y, fn.sum(e / s * self.tangent, axis, keepdims), self.level)

    def reshape(self, shape):
        return self._both(fn.reshape, shape)

    def transpose(self, axes=None):
        return self._both(fn.transpose, axes)

    def pick(self, condition):
        return Dual(fn.pick(condition, self.value), fn.pick(condition, self.tangent), self.level)

    def place(self, index, shape):
        return self._both(fn.place, index, shape)

    def __getitem__(self, index):
        return Dual(self.value[index], self.tangent[index], self.level)


def jvp(f: Callable, x, v):
    r"""Value and directional derivative of f at x along v, in one sweep: (f(x), J(x) v). [004 (3.48)]

    Parameters
    ----------
    f : callable
        Takes one argument (or as many as the tuple `x` has), returns a number, an array, or a tuple of them.
    x : float, array, or a tuple of them
        Where. May itself carry derivatives: ``jvp(tape.grad(f), x, v)`` is a Hessian-vector product.
    v : as `x`
        The direction, of the same shape.

    Returns
    -------
    (value, tangent), each of the shape of f(x)

    Raises
    ------
    TypeError
        If `f` is not callable, or `x`, `v` or f(x) is not made of real numbers.
    ValueError
        If `v` has another shape than `x`.

    Examples
    --------
    >>> jvp(lambda x: x * x, 3.0, 0.5)
    (9.0, 3.0)
    """
    if not callable(f):
        raise TypeError(f"jvp: f must be callable, got {type(f).__name__}")
    several = isinstance(x, tuple)
    points, directions = (x, v) if several else ((x,), (v,))
    if not isinstance(directions, tuple) or len(points) != len(directions):
        raise ValueError(f"jvp: v must be a tuple of {len(points)} directions, one for each argument, got {v!r}")
    level, duals = new_level(), []
    for k, (point, direction) in enumerate(zip(points, directions, strict=True)):
        point, direction = real("jvp", point, f"x (argument {k})"), real("jvp", direction, f"v (argument {k})")
        if shape_of(point) != shape_of(direction):
            raise ValueError(
                f"jvp: v must have the shape of x, got {shape_of(direction)} for {shape_of(point)} (argument {k})"
            )
        duals.append(Dual(point, direction, level))
    return _unpack(f(*duals), level)


def _unpack(y, level):
    if isinstance(y, (tuple, list)):
        pairs = [_unpack(part, level) for part in y]
        return tuple(p[0] for p in pairs), tuple(p[1] for p in pairs)
    if isinstance(y, Dual) and y.level == level:
        return y.value, y.tangent
    y = real("jvp", y, "the result of f")
    return y, y * 0.0


def derivative(f: Callable, x):
    r"""f'(x) of a function of one number; entry by entry if `x` is an array and f works entry by entry.

    Parameters
    ----------
    f : callable
    x : float or array

    Raises
    ------
    TypeError
        If `f` is not callable or `x` is not real.

    Examples
    --------
    >>> derivative(lambda x: x**3, 2.0)
    12.0
    >>> derivative(lambda x: derivative(lambda y: x * y * y, 3.0), 2.0)  # d/dx of 6 x
    6.0
    """
    if not callable(f):
        raise TypeError(f"derivative: f must be callable, got {type(f).__name__}")
    x = real("derivative", x, "x")
    shape = shape_of(x)
    return jvp(f, x, np.ones(shape) if shape else 1.0)[1]
