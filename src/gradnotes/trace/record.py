"""Run a formula on numbers that write down what is done to them, in forward or in reverse mode."""

from __future__ import annotations

import operator
from collections.abc import Callable

from ..dual import Dual
from ..dual import functions as fn
from ..dual.tracked import Tracked, new_level, plain, real, shape_of
from ..tape.sweep import Tape, sweep
from ..tape.var import Var
from .table import Edge, Row, Trace
from .text import number

__all__ = ["forward", "reverse"]


def forward(f: Callable, x: tuple, seed: tuple) -> Trace:
    r"""The trace of f with tangents: the derivative along `seed`, one sweep. [004 Table 3.1]

    Parameters
    ----------
    f : callable
        Of as many numbers as `x` has, returns one number.
    x, seed : tuples of numbers
        The point, and the direction.

    Returns
    -------
    Trace
        Its rows are ordered by depth in the graph, then by the order of computation.

    Raises
    ------
    TypeError
        If `f` is not callable or uses an operation on arrays, or an entry is not a real number.
    ValueError
        If `x` and `seed` differ in length.

    Examples
    --------
    >>> forward(lambda x1, x2: x1 * x2, (2.0, 5.0), (1.0, 0.0)).rows[-1]
    Row(name='y', expression='v1', value=10.0, derivative=5.0)
    """
    x, seed = _numbers("forward", "x", x), _numbers("forward", "seed", seed)
    if len(x) != len(seed):
        raise ValueError(f"forward: seed must have one entry for each of the {len(x)} inputs, got {len(seed)}")
    level = new_level()

    def slope(compute, values, k, _):
        return compute(*(Dual(v, 1.0, level) if i == k else v for i, v in enumerate(values))).tangent

    book = _Book("forward", f, [Dual(*pair, level) for pair in zip(x, seed, strict=True)], slope)
    return book.trace([number.tangent for number in book.numbers])


def reverse(f: Callable, x: tuple) -> Trace:
    r"""The trace of f with adjoints: the derivative with respect to every step, one sweep back. [004 Table 3.2]

    Raises
    ------
    TypeError
        As `forward`.

    Examples
    --------
    >>> [row.derivative for row in reverse(lambda x1, x2: x1 * x2, (2.0, 5.0)).rows]
    [5.0, 2.0, 1.0, 1.0]
    """
    x, tape = _numbers("reverse", "x", x), Tape()
    tape.nodes.extend(() for _ in x)

    def slope(_, values, k, result):
        edges = tape.nodes[result.index]  # one for each operand that is not a constant
        _, pull, saved = edges[min(k, len(edges) - 1)]
        return pull(1.0, saved)

    book = _Book("reverse", f, [Var(v, tape, k) for k, v in enumerate(x)], slope)
    adjoints = [None] * len(tape.nodes)
    if book.end is not None:
        adjoints[book.end] = 1.0
    sweep(tape.nodes, adjoints, release=False, keep=True)
    return book.trace([0.0 if g is None else g for g in adjoints])


def _numbers(name, which, values):
    if not isinstance(values, (tuple, list)):
        raise TypeError(f"{name}: {which} must be a tuple with one number for each input, got {type(values).__name__}")
    numbers = [real(name, v, f"{which}[{k}]") for k, v in enumerate(values)]
    for k, v in enumerate(numbers):
        if shape_of(v):
            raise TypeError(f"{name}: {which}[{k}] must be one number, got shape {shape_of(v)}: a trace is of numbers")
    return [float(v) for v in numbers]


class _Book:
    """The steps of one run: what was done to which operands, and the slope of each step in each of them."""

    def __init__(self, mode, f, inputs, slope):
        if not callable(f):
            raise TypeError(f"{mode}: f must be callable, got {type(f).__name__}")
        self.mode, self.slope, self.inputs = mode, slope, len(inputs)
        self.numbers, self.edges = list(inputs), []
        self.texts = [(f"x{k + 1}", ()) for k in range(len(inputs))]
        self.depth = [0] * len(inputs)
        y = f(*(Step(x, self, k) for k, x in enumerate(inputs)))
        if isinstance(y, (tuple, list)):
            raise TypeError(f"{mode}: the result of f must be one number, got {type(y).__name__}: trace each in turn")
        self.end = y.index if isinstance(y, Step) else None
        self.y = None if self.end is not None else float(real(mode, y, "the result of f"))

    def write(self, text, compute, *operands):
        """Do one step on the numbers below and note it."""
        inner = [o.value if isinstance(o, Step) else real(self.mode, o, "an operand") for o in operands]
        for v in inner:
            if shape_of(v):
                got = f"got shape {shape_of(v)}: arrays belong to gradnotes.tape"
                raise TypeError(f"{self.mode}: an operand must be one number, {got}")
        result = compute(*inner)
        values, index = [plain(v) for v in inner], len(self.numbers)
        for k, o in enumerate(operands):
            if isinstance(o, Step):
                self.edges.append((o.index, index, float(self.slope(compute, values, k, result))))
        self.numbers.append(result)
        self.texts.append((text, operands))
        self.depth.append(1 + max(self.depth[o.index] for o in operands if isinstance(o, Step)))
        return Step(result, self, index)

    def trace(self, derivatives):
        """The record with names: inputs v1-n ... v0, then the steps by depth."""
        order = sorted(range(len(self.numbers)), key=lambda k: (self.depth[k], k))
        name = {k: f"v{place - self.inputs + 1}" for place, k in enumerate(order)}
        rows = []
        for k in order:
            text, operands = self.texts[k]
            text = text.format(*(name[o.index] if isinstance(o, Step) else number(o) for o in operands))
            rows.append(Row(name[k], text, float(plain(self.numbers[k])), float(derivatives[k])))
        if self.end is None:
            rows.append(Row("y", number(self.y), self.y, 1.0 if self.mode == "reverse" else 0.0))
        else:
            value = float(plain(self.numbers[self.end]))
            rows.append(Row("y", name[self.end], value, float(derivatives[self.end])))
        place = {k: i for i, k in enumerate(order)}
        edges = sorted(self.edges, key=lambda e: (place[e[1]], place[e[0]]))
        return Trace(self.mode, tuple(rows), tuple(Edge(name[a], name[b], slope) for a, b, slope in edges))


class Step(Tracked):
    """A number of forward or reverse mode that tells a book what is done to it."""

    __slots__ = ("book", "index", "value")

    def __init__(self, value, book, index):
        self.value, self.book, self.index = value, book, index

    @property
    def level(self):
        return self.value.level


def _operator(compute, text):
    return (lambda self, other: self.book.write(text, compute, self, other)), (
        lambda self, other: self.book.write(text, compute, other, self)
    )


def _function(compute, text):
    return lambda self: self.book.write(text, compute, self)


def _refused(name):
    def method(self, *args, **options):
        raise TypeError(f"trace: {name} works on arrays, and a trace is of single numbers: use gradnotes.tape")

    return method


for _name, _compute, _sign in (
    ("add", operator.add, "+"), ("sub", operator.sub, "-"), ("mul", operator.mul, "*"),
    ("truediv", operator.truediv, "/"), ("pow", fn.power, "**"),
):  # fmt: skip
    _direct, _reflected = _operator(_compute, f"{{}} {_sign} {{}}")
    setattr(Step, f"__{_name}__", _direct)
    setattr(Step, f"__r{_name}__", _reflected)
for _name in ("exp", "log", "sin", "cos", "tanh", "sigmoid", "relu", "sqrt"):
    setattr(Step, _name, _function(getattr(fn, _name), _name + "({})"))
Step.__neg__, Step.__abs__ = _function(operator.neg, "-{}"), _function(abs, "abs({})")
for _name, _said in (
    ("sum", "sum"), ("mean", "mean"), ("max", "max"), ("logsumexp", "logsumexp"), ("reshape", "reshape"),
    ("transpose", "transpose"), ("pick", "where"), ("__getitem__", "indexing"), ("__matmul__", "matmul"),
    ("__rmatmul__", "matmul"),
):  # fmt: skip
    setattr(Step, _name, _refused(_said))
