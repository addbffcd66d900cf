"""What the adjoint g of a result sends to an operand: the transposed local derivatives of the arithmetic.

A pull is called as ``pull(g, saved)``. It uses operators and elementary functions only, so that it can itself
be differentiated when g or the saved values carry derivatives of another level.
"""

from __future__ import annotations

from ..dual.functions import gather, place, power_growth, power_slope, reshape, transpose

__all__ = [
    "base", "exponent", "gathered", "matrix_left", "matrix_right", "negated", "over", "passed", "quotient",
    "scatter", "times",
]  # fmt: skip


def passed(g, _):
    """z = x + y: both operands receive g."""
    return g


def negated(g, _):
    """z = x - y: the second receives -g."""
    return -g


def times(g, y):
    """z = x y: x receives g y. The same for every function whose slope was saved."""
    return g * y


def over(g, y):
    """z = x / y: x receives g / y."""
    return g / y


def quotient(g, saved):
    """z = x / y: y receives -g z / y."""
    z, y = saved
    return -g * z / y


def base(g, saved):
    """z = x^y: x receives g y x^(y-1)."""
    return g * power_slope(*saved)


def exponent(g, saved):
    """z = x^y: y receives g z log x."""
    return g * power_growth(*saved)


def gathered(g, saved):
    """An operand that was repeated by broadcasting receives the sum over its copies."""
    pull, inner, shape = saved
    return gather(pull(g, inner), shape)


def matrix_left(g, saved):
    """Z = X Y: X receives G Y^T."""
    y, shape = saved
    if y.ndim == 2 and len(shape) == 2:
        return g @ y.T
    if y.ndim == 1:
        return _column(g) * y
    if len(shape) > 1:
        return gather(g @ _swapped(y), shape)
    return reshape(gather(_row(g) @ _swapped(y), (1, *shape)), shape)


def matrix_right(g, saved):
    """Z = X Y: Y receives X^T G."""
    x, shape = saved
    if x.ndim == 2 and len(shape) == 2:
        return x.T @ g
    if x.ndim == 1:
        return g * x if len(shape) == 1 else _column(x) * _row(g)
    if len(shape) > 1:
        return gather(_swapped(x) @ g, shape)
    return reshape(gather(_swapped(x) @ _column(g), (*shape, 1)), shape)


def _column(x):
    return reshape(x, (*getattr(x, "shape", ()), 1))


def _row(x):
    return reshape(x, (*x.shape[:-1], 1, x.shape[-1]))


def _swapped(x):
    return transpose(x, (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


def scatter(g, saved):
    """z = x[index]: x receives zeros with g added at the index. The sweep writes into one array per operand."""
    return place(g, *saved)
