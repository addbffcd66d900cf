"""A number that records what is done to it: each operation with its local derivative beside it.

A node of the tape is a tuple of edges ``(parent, pull, saved)``: parent is an index, and ``pull(g, saved)``
is what the adjoint g of the node adds to the adjoint of that parent. Constants are not recorded.
"""

from __future__ import annotations

import operator

import numpy as np

from ..dual import functions as fn
from ..dual.tracked import Tracked, plain, real, shape_of
from .operation import operation, repeated
from .pulls import base, exponent, matrix_left, matrix_right, negated, over, passed, quotient, scatter, times
from .sweep import Tape

__all__ = ["Var"]


class Var(Tracked):
    """A value on a tape. [004 (3.50)-(3.51)]

    Made by `grad`, `value_and_grad` and `vjp`, which hand such numbers to your function. Immutable.

    Parameters
    ----------
    value : float, array, or a number of a lower level
    tape, index :
        Where its node stands; a new tape if none is given.

    Examples
    --------
    >>> x = Var(3.0)
    >>> y = x * x + 2.0 * x
    >>> y, len(y.tape.nodes)
    (Var(15.0), 4)
    """

    __slots__ = ("index", "tape", "value")

    def __init__(self, value, tape=None, index=0):
        if tape is None:
            tape, value = Tape(), real("Var", value, "value")
            tape.nodes.append(())
        self.value = value
        self.tape = tape
        self.index = index

    @property
    def level(self) -> int:
        return self.tape.level

    def _edge(self, value, pull, saved, broadcasts=False):
        """Record a node with one edge, to this number."""
        edge = (self.index, pull, saved)
        if broadcasts and type(value) is not float and shape_of(self.value) != shape_of(value):
            edge = repeated(edge, self.value)
        nodes = self.tape.nodes
        nodes.append((edge,))
        return Var(value, self.tape, len(nodes) - 1)

    # operation            name, value, pull of x, pull of y, what they need of (x, y, z)
    __add__, __radd__ = operation("add", operator.add, passed, passed, lambda x, y, z: (None, None))
    __sub__, __rsub__ = operation("subtract", operator.sub, passed, negated, lambda x, y, z: (None, None))
    __mul__, __rmul__ = operation("multiply", operator.mul, times, times, lambda x, y, z: (y, x))
    __truediv__, __rtruediv__ = operation(
        "divide", operator.truediv, over, quotient, lambda x, y, z: (y, (z, y))
    )
    __pow__, __rpow__ = operation("power", fn.power, base, exponent, lambda x, y, z: ((x, y), (x, z)))
    __matmul__, __rmatmul__ = operation(
        "matmul", operator.matmul, matrix_left, matrix_right,
        lambda x, y, z: ((y, shape_of(x)), (x, shape_of(y))), broadcasts=False,
    )  # fmt: skip

    def __neg__(self):
        return self._edge(-self.value, negated, None)

    def __abs__(self):
        return self._edge(abs(self.value), times, np.sign(plain(self)))

    def exp(self):
        y = fn.exp(self.value)
        return self._edge(y, times, y)

    def log(self):
        return self._edge(fn.log(self.value), over, fn.divisor(self.value))

    def sin(self):
        return self._edge(fn.sin(self.value), Var._sin_pull, self.value)

    @staticmethod
    def _sin_pull(g, x):
        return g * fn.cos(x)

    def cos(self):
        return self._edge(fn.cos(self.value), Var._cos_pull, self.value)

    @staticmethod
    def _cos_pull(g, x):
        return -g * fn.sin(x)

    def tanh(self):
        y = fn.tanh(self.value)
        return self._edge(y, Var._tanh_pull, y)

    @staticmethod
    def _tanh_pull(g, y):
        if type(y) is np.ndarray and type(g) is np.ndarray:  # the same formula, in one array of our own
            d = y * y
            np.subtract(1.0, d, out=d)
            d *= g
            return d
        return g * (1.0 - y * y)

    def sigmoid(self):
        y = fn.sigmoid(self.value)
        return self._edge(y, Var._sigmoid_pull, y)

    @staticmethod
    def _sigmoid_pull(g, y):
        return g * (y * (1.0 - y))

    def relu(self):
        return self.pick(plain(self) > 0)

    def sqrt(self):
        y = fn.sqrt(self.value)
        return self._edge(y, Var._sqrt_pull, y)

    @staticmethod
    def _sqrt_pull(g, y):
        return 0.5 * g / y

    def sum(self, axis=None, keepdims=False):
        x = self.value
        column = None if keepdims or axis is None else fn.kept(x.shape, axis)
        return self._edge(fn.sum(x, axis, keepdims), Var._sum_pull, (column, shape_of(x)))

    @staticmethod
    def _sum_pull(g, saved):
        column, shape = saved
        return fn.spread(g if column is None else fn.reshape(g, column), shape)

    def max(self, axis=None, keepdims=False):
        x = self.value
        saved = (fn.ties(x, axis), fn.kept(shape_of(x), axis))
        return self._edge(fn.max(x, axis, keepdims), Var._max_pull, saved)

    @staticmethod
    def _max_pull(g, saved):
        share, column = saved
        return fn.reshape(g, column) * share

    def logsumexp(self, axis=None, keepdims=False):
        y, e, s = fn.lse_parts(self.value, axis, keepdims)
        return self._edge(y, Var._logsumexp_pull, (e, s))

    @staticmethod
    def _logsumexp_pull(g, saved):
        e, s = saved
        return e * (fn.reshape(g, s.shape) / s)

    def reshape(self, shape):
        return self._edge(fn.reshape(self.value, shape), Var._reshape_pull, shape_of(self.value))

    @staticmethod
    def _reshape_pull(g, shape):
        return fn.reshape(g, shape)

    def transpose(self, axes=None):
        back = None if axes is None else tuple(np.argsort(axes).tolist())
        return self._edge(fn.transpose(self.value, axes), Var._transpose_pull, back)

    @staticmethod
    def _transpose_pull(g, axes):
        return fn.transpose(g, axes)

    def pick(self, condition):
        y = fn.pick(condition, self.value)
        return self._edge(y, Var._pick_pull, condition, broadcasts=True)

    @staticmethod
    def _pick_pull(g, condition):
        return fn.pick(condition, g)

    def __getitem__(self, index):
        if isinstance(index, Tracked):
            raise TypeError("index: an entry is chosen by integers or conditions, got a number with a derivative")
        return self._edge(self.value[index], scatter, (index, shape_of(self.value)))

    def place(self, index, shape):
        return self._edge(fn.place(self.value, index, shape), Var._place_pull, index)

    @staticmethod
    def _place_pull(g, index):
        return g[index]
