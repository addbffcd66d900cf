"""Expressions as people write them: ``theta - a`` and not ``-a + theta``, ``phi''(z)`` and not ``Subs(...)``."""

from __future__ import annotations

from sympy.printing.str import StrPrinter

__all__ = ["text"]


class _Printer(StrPrinter):
    def _print_Add(self, expr, order=None):
        terms = sorted(self._as_ordered_terms(expr, order=order), key=lambda t: t.could_extract_minus_sign())
        words = [self.parenthesize(term, 0) for term in terms]
        return words[0] + "".join(f" - {w[1:]}" if w.startswith("-") else f" + {w}" for w in words[1:])

    def _print_Subs(self, expr):
        derivative, _, (point,) = expr.args
        return f"{derivative.expr.func}{chr(39) * derivative.derivative_count}({self._print(point)})"


def text(expression) -> str:
    """The expression on one line, positive terms first.

    Examples
    --------
    >>> import sympy as sp
    >>> a, theta = sp.symbols("a theta")
    >>> text(-a + theta)
    'theta - a'
    """
    return _Printer().doprint(expression)
