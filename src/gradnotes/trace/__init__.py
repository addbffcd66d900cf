"""The evaluation trace of a formula: every step with its value and its derivative, as a table and as a graph.

``forward(f, x, seed)`` and ``reverse(f, x)`` run `f` on the numbers of `gradnotes.dual` and `gradnotes.tape`,
so that the table shows what those do. [004 Tables 3.1 and 3.2]
"""

from __future__ import annotations

from .record import forward, reverse
from .table import Edge, Row, Trace

__all__ = ["Edge", "Row", "Trace", "forward", "reverse"]
