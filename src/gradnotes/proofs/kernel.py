"""The trusted kernel: what a fact is, what a certificate is, and the few lines that judge one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sympy as sp

from .text import text

__all__ = ["Certificate", "Fact", "NotProved", "certify"]


class NotProved(AssertionError):
    """The statement is not established. It may still be true: pair it with a counterexample to know."""


@dataclass(frozen=True)
class Fact:
    """``expression > 0``, or ``expression >= 0`` when not strict.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> print(Fact(x - 1), "|", Fact(x**2, strict=False))
    x - 1 > 0 | x**2 >= 0
    """

    expression: sp.Expr
    strict: bool = True

    def __str__(self) -> str:
        return f"{text(self.expression)} {'>' if self.strict else '>='} 0"


class Certificate(list):
    """A list of (coefficient, fact), as `certify` takes it, that also remembers what it is for.

    Attributes
    ----------
    claim : str
        The statement in words; for the reader, no check relies on it.
    goal : Fact or None
        What the terms add up to; for the reader, no check relies on it.
    """

    def __init__(self, terms: Iterable = (), claim: str = "", goal: Fact | None = None):
        super().__init__(terms)
        self.claim, self.goal = claim, goal

    def words(self) -> list[str]:
        """Each term as text: ``2 SUB(t, t)``, ``[x > 0]``."""
        return [f"{'' if c == 1 else f'{text(c)} '}{getattr(fact, 'name', f'[{fact}]')}" for c, fact in self]

    def __str__(self) -> str:
        return " + ".join(self.words()) or "0"


def certify(goal, certificate: Iterable, given: Collection[Fact], *, strict: bool = True) -> bool:
    r"""Accept that ``goal > 0`` because it is a sum of given facts with coefficients >= 0, or raise.

    .. math:: \text{goal} = \sum_k c_k e_k,\qquad c_k \ge 0,\quad e_k > 0 \text{ or } e_k \ge 0 \text{ given}

    Five questions, no search and no trust: is each term a pair, is each coefficient exact and certainly
    nonnegative, is each fact among the given ones, is the sum identical to the goal (``expand(...) == 0``), and
    does one strict fact have a certainly positive coefficient?

    Parameters
    ----------
    goal : SymPy expression
        To be shown > 0.
    certificate : iterable of (coefficient, Fact)
        Coefficients are exact: integers, fractions, or SymPy symbols declared positive.
    given : collection of Fact
        The facts that are known.
    strict : bool
        False: show only ``goal >= 0``; no strict fact is then needed.

    Returns
    -------
    True

    Raises
    ------
    NotProved
        With the reason, when one of the five answers is no.

    Examples
    --------
    >>> p = sp.Symbol("p", real=True)
    >>> square = Fact((p - sp.Rational(1, 2)) ** 2, strict=False)
    >>> certify(sp.Rational(1, 4) - p * (1 - p), [(1, square)], [square], strict=False)
    True
    >>> certify(p, [(1, Fact(p))], [])
    Traceback (most recent call last):
    ...
    gradnotes.proofs.kernel.NotProved: p > 0 is used but not given: certify only from known facts
    """
    terms = [_term(entry) for entry in certificate]
    for coefficient, fact in terms:
        if coefficient.has(sp.Float) or coefficient.is_nonnegative is not True:
            raise NotProved(f"a coefficient must be exact and >= 0, got {coefficient}: use integers or fractions")
        if fact not in given:
            raise NotProved(f"{fact} is used but not given: certify only from known facts")
    goal = sp.sympify(goal)
    difference = sp.expand(goal - sum(c * fact.expression for c, fact in terms))
    if difference != 0:
        raise NotProved(f"the terms do not add up to the goal: goal minus sum is {text(difference)}")
    if strict and not any(fact.strict is True and c.is_positive is True for c, fact in terms):
        raise NotProved(f"no strict fact has a positive coefficient: this shows only {text(goal)} >= 0")
    return True


def _term(entry) -> tuple[sp.Expr, Fact]:
    try:
        coefficient, fact = entry
        coefficient = sp.sympify(coefficient, strict=True)
    except (TypeError, ValueError, sp.SympifyError):
        raise NotProved(f"a term must be a pair (coefficient, fact), got {entry!r}") from None
    if not isinstance(coefficient, sp.Expr) or not isinstance(fact, Fact):
        raise NotProved(f"a term must be a pair (number, Fact), got {entry!r}")
    return coefficient, fact
