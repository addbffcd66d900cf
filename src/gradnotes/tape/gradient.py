"""Three ways to ask for a reverse sweep: `grad`, `value_and_grad` and `vjp`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..dual.tracked import Tracked, plain, real, shape_of
from .sweep import Tape, sweep
from .var import Var

__all__ = ["grad", "record", "value_and_grad", "vjp"]


class _Closed(list):
    """Takes the place of the nodes when a call is over, so that a number that escaped from it is noticed."""

    def append(self, node):
        raise ValueError("this Var belongs to a gradient call that is over: return it from f, or use its .value")


def record(f, args, name):
    """Run f on numbers of a new tape: (arguments, value of the result, nodes, index of the result or None)."""
    if not callable(f):
        raise TypeError(f"{name}: f must be callable, got {type(f).__name__}")
    if not args:
        raise TypeError(f"{name}: f must be given at least one argument, got none")
    tape, args = Tape(), [real(name, x, k) for k, x in enumerate(args)]
    tape.nodes.extend(() for _ in args)
    y = f(*[Var(x, tape, k) for k, x in enumerate(args)])
    nodes, tape.nodes = tape.nodes, _Closed()
    if type(y) is Var and y.tape is tape:
        return args, y.value, nodes, y.index
    if isinstance(y, (tuple, list)):
        raise TypeError(f"{name}: the result of f must be one number or array, got {type(y).__name__}")
    return args, real(name, y, "the result of f"), nodes, None


def seeded(index, inputs, seed):
    """The adjoints before the sweep: `seed` at the result, nothing elsewhere."""
    adjoints = [None] * max(inputs, (index or 0) + 1)
    if index is not None:
        adjoints[index] = seed
    return adjoints


def _finished(adjoints, args):
    """One gradient per argument: of its shape, the caller's own, zero where nothing arrived."""
    taken, gradients = set(), []
    for g, x in zip(adjoints, args, strict=False):
        shape = shape_of(x)
        if g is None:
            g = np.zeros(shape) if shape else 0.0
        elif type(g) is np.ndarray or not isinstance(g, Tracked):
            if not shape:
                g = float(g)
            elif id(g) in taken or g.base is not None:
                g = np.array(g, order="C")
            taken.add(id(g))
        gradients.append(g)
    return gradients


def value_and_grad(f: Callable) -> Callable:
    r"""The function that returns f and its gradient, from one run and one sweep back. [004 (3.50)-(3.51)]

    Parameters
    ----------
    f : callable
        Takes any number of floats or arrays, returns one number; written with operators and the functions
        of this module.

    Returns
    -------
    callable
        Called with the arguments of `f`, returns ``(value, gradient)``; with one argument the gradient has its
        shape, with several it is a tuple of one gradient each.

    Raises
    ------
    TypeError
        If `f` is not callable, or an argument or the result is not made of real numbers.
    ValueError
        If the result is not one number, or shapes inside `f` do not fit.

    Examples
    --------
    >>> value_and_grad(lambda x: (x * x).sum())(np.array([3.0, 4.0]))
    (25.0, array([6., 8.]))
    """
    return lambda *args: _value_and_grad(f, args, "value_and_grad")


def _value_and_grad(f, args, name):
    args, value, nodes, index = record(f, args, name)
    if shape_of(value) and np.size(plain(value)) != 1:
        raise ValueError(
            f"{name}: f must return one number, got shape {shape_of(value)}: sum it, or use vjp for a chosen direction"
        )
    seed = np.ones(shape_of(value)) if shape_of(value) else 1.0
    adjoints = seeded(index, len(args), seed)
    if index is None:
        nodes.clear()
    del nodes[len(adjoints) :]
    sweep(nodes, adjoints, len(args))
    gradients = _finished(adjoints, args)
    value = value if isinstance(value, Tracked) else float(np.asarray(value).item())
    return value, gradients[0] if len(args) == 1 else tuple(gradients)


def grad(f: Callable) -> Callable:
    r"""The gradient of f as a function, by reverse mode. [004 (3.50)-(3.51)]

    .. math:: \bar x_k = \frac{\partial y}{\partial x_k}, \qquad y = f(x_1, \dots, x_n)

    Called with one argument it returns an array of its shape (a float for a float), with several a tuple.
    It can be nested, and differentiated by `gradnotes.dual`: ``dual.jvp(grad(f), x, v)`` is H v.

    Raises
    ------
    TypeError, ValueError
        As `value_and_grad`.

    Examples
    --------
    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    >>> from gradnotes import tape
    >>> grad(lambda x, y: tape.log(x) + x * y - tape.sin(y))(2.0, 5.0)[0]
    5.5
    """
    return lambda *args: _value_and_grad(f, args, "grad")[1]


def vjp(f: Callable, *x):
    r"""Value of f and its pullback u -> J^T u, a sweep that can be repeated. [004 (3.50)]

    Parameters
    ----------
    f : callable
        Takes as many arguments as `x` has, returns a number or an array.
    *x : floats or arrays
        Where.

    Returns
    -------
    value : of the shape of f(x)
    pullback : callable
        ``pullback(u)`` with u of the shape of f(x) returns a tuple with one array per argument.

    Raises
    ------
    TypeError
        If `f` is not callable, or an argument, the result or u is not made of real numbers.
    ValueError
        If u does not have the shape of f(x).

    Examples
    --------
    >>> value, pullback = vjp(lambda x: x * x, np.array([1.0, 2.0, 3.0]))
    >>> pullback(np.array([1.0, 0.0, 10.0]))
    (array([ 2.,  0., 60.]),)
    """
    x = tuple(np.array(a) if isinstance(a, np.ndarray) else a for a in x)  # yours may change before the sweep
    x, value, nodes, index = record(f, x, "vjp")

    def pullback(u):
        u = real("vjp", u, "the argument of the pullback")
        if shape_of(u) != shape_of(value):
            raise ValueError(f"vjp: u must have the shape {shape_of(value)} of f(x), got {shape_of(u)}")
        adjoints = seeded(index, len(x), np.array(u) if isinstance(u, np.ndarray) else u)
        sweep(nodes[: len(adjoints)], adjoints, len(x), release=False)
        return tuple(_finished(adjoints, x))

    return value, pullback
