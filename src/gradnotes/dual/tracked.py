"""What every number that carries a derivative has in common: comparisons, shapes, and clear refusals."""

from __future__ import annotations

import math
from itertools import count

import numpy as np

__all__ = ["Tracked", "filled", "mismatch", "new_level", "plain", "real", "shape_of"]

_LEVELS = count(1)
_FLOAT = np.dtype(float)

# How NumPy's own operators on a (array, number) pair are handed to the number.
_REFLECTED = {
    np.add: ("__add__", "__radd__"),
    np.subtract: ("__sub__", "__rsub__"),
    np.multiply: ("__mul__", "__rmul__"),
    np.true_divide: ("__truediv__", "__rtruediv__"),
    np.power: ("__pow__", "__rpow__"),
    np.matmul: ("__matmul__", "__rmatmul__"),
}
_COMPARISONS = {np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal}


def new_level() -> int:
    """A number larger than all before: an inner derivative gets a higher level than the one around it."""
    return next(_LEVELS)


def plain(x):
    """The float or array at the bottom of a number, however deeply derivatives are nested."""
    while isinstance(x, Tracked):
        x = x.value
    return x


def shape_of(x) -> tuple[int, ...]:
    """``x.shape``, and () for a float, which has none."""
    return () if isinstance(x, float) else x.shape


def real(name: str, x, which: str | int = "the argument"):
    """`x` as float64 if it is made of real numbers, else a TypeError that names the function and the argument."""
    if type(x) is float or (type(x) is np.ndarray and x.dtype is _FLOAT) or isinstance(x, (float, Tracked)):
        return x
    array = np.asarray(x)
    if array.dtype.kind not in "fiub":
        which = f"argument {which}" if type(which) is int else which
        raise TypeError(
            f"{name}: {which} must be real numbers, got {type(x).__name__} of dtype {array.dtype}: "
            "convert it to float first"
        )
    return array.astype(float, copy=False) if array.ndim else float(array)


def filled(name: str, x):
    """`x` if it has entries: a mean, a maximum or a log-sum-exp of nothing is no number."""
    if 0 in shape_of(x):
        raise ValueError(f"{name}: the argument must have at least one entry, got shape {shape_of(x)}: check the data")
    return x


class Tracked:
    """A number (or array) that carries a derivative: the base of `Dual`, of `tape.Var` and of a trace's rows.

    A subclass has ``value`` (float, array, or a number of a lower level), ``level``, and one method for
    each elementary function. Whatever it does not know raises TypeError instead of losing the derivative.
    """

    __slots__ = ()
    __hash__ = None  # compared by value, so it cannot be a key

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the value; () for a single number."""
        return shape_of(self.value)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of entries."""
        return math.prod(self.shape)

    @property
    def T(self):
        """The transpose."""
        return self.transpose()

    def mean(self, axis=None, keepdims=False):
        """Sum over the axes divided by the number of entries summed."""
        total = filled("mean", self).sum(axis, keepdims)
        return total * (math.prod(total.shape) / math.prod(self.shape))

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError(f"len: a {type(self).__name__} of shape () has no length")
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __pos__(self):
        return self

    def __bool__(self) -> bool:
        return bool(plain(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.value!r})"

    def __lt__(self, other):
        return plain(self) < plain(other)

    def __le__(self, other):
        return plain(self) <= plain(other)

    def __gt__(self, other):
        return plain(self) > plain(other)

    def __ge__(self, other):
        return plain(self) >= plain(other)

    def __eq__(self, other):
        return plain(self) == plain(other)

    def __ne__(self, other):
        return plain(self) != plain(other)

    def __float__(self) -> float:
        kind = type(self).__name__
        raise TypeError(
            f"float: a {kind} would lose its derivative (math.sin and the like ask for a float): "
            "use the functions of gradnotes.tape, or .value if the number alone is wanted"
        )

    def __array__(self, dtype=None, copy=None):
        raise TypeError(
            f"numpy.asarray: a {type(self).__name__} would lose its derivative: "
            "use the functions of gradnotes.tape, or .value if the number alone is wanted"
        )

    def __setitem__(self, index, value):
        raise TypeError(f"assignment to an entry of a {type(self).__name__} is not recorded: use tape.where")

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if method == "__call__" and not options:
            if ufunc in _REFLECTED:
                left, right = inputs
                forward, reflected = _REFLECTED[ufunc]
                mine = isinstance(left, Tracked)
                return getattr(left, forward)(right) if mine else getattr(right, reflected)(left)
            if ufunc in _COMPARISONS:
                return ufunc(*map(plain, inputs))
        raise TypeError(_unknown(ufunc.__name__, inputs))

    def __array_function__(self, function, types, args, options):
        raise TypeError(_unknown(function.__name__, args))


def _unknown(name: str, args) -> str:
    place = next((i for i, a in enumerate(args) if isinstance(a, Tracked)), 0)
    kind = type(args[place]).__name__ if args else "number"
    return (
        f"numpy.{name}: argument {place} is a {kind}, whose derivative numpy does not know: "
        "use the functions and operators of gradnotes.tape"
    )


def mismatch(name: str, x, y, error: ValueError | None = None) -> ValueError:
    """The error for two operands that do not fit each other; `error` itself if it already is one of ours."""
    if str(error).startswith((f"{name}: shapes", "power: a negative")):
        return error
    return ValueError(f"{name}: shapes {shape_of(x)} and {shape_of(y)} of the two arguments do not fit")
