"""How a binary operation is recorded: the method pair of a `Var`, from a rule of four parts."""

from __future__ import annotations

from collections.abc import Callable

from ..dual.tracked import Tracked, mismatch, real, shape_of
from .pulls import gathered

__all__ = ["operation", "repeated"]


def operation(name: str, compute: Callable, left: Callable, right: Callable, keep: Callable, broadcasts=True):
    """The methods ``x op y`` and ``y op x`` of z = compute(x, y).

    ``left`` and ``right`` are the pulls of x and of y; ``keep(x, y, z)`` gives what each of them needs saved.
    """

    def direct(self, other):
        if type(other) is type(self) and other.tape is self.tape:
            x, y = self.value, other.value
            try:
                z = compute(x, y)
            except ValueError as error:
                raise mismatch(name, x, y, error) from None
            for_left, for_right = keep(x, y, z)
            one, two = (self.index, left, for_left), (other.index, right, for_right)
            if broadcasts and type(z) is not float:
                shape = shape_of(z)
                if shape_of(x) != shape:
                    one = repeated(one, x)
                if shape_of(y) != shape:
                    two = repeated(two, y)
            nodes = self.tape.nodes
            nodes.append((one, two))
            return type(self)(z, self.tape, len(nodes) - 1)
        if isinstance(other, Tracked) and other.level > self.level:
            return getattr(other, reflected_name)(self)
        return with_constant(self, self.value, real(name, other, "the other operand"), left, 0)

    def reflected(self, other):
        return with_constant(self, real(name, other, "the other operand"), self.value, right, 1)

    def with_constant(self, x, y, pull, side):
        try:
            z = compute(x, y)
        except ValueError as error:
            raise mismatch(name, x, y, error) from None
        return self._edge(z, pull, keep(x, y, z)[side], broadcasts)

    reflected_name = {"add": "__radd__", "subtract": "__rsub__", "multiply": "__rmul__", "divide": "__rtruediv__",
                      "power": "__rpow__", "matmul": "__rmatmul__"}[name]  # fmt: skip
    return direct, reflected


def repeated(edge, x):
    """The edge to an operand x that was repeated by broadcasting: what arrives is added up."""
    parent, pull, saved = edge
    return parent, gathered, (pull, saved, shape_of(x))
