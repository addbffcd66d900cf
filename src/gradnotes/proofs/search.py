"""The search for certificates. Nothing here is trusted: what it finds is judged by `certify`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations_with_replacement, permutations

import sympy as sp

from .axioms import ALL_AXIOMS, MONO, ODD, Axiom, Instance, check_instance, demands, phi
from .kernel import Certificate, Fact, NotProved, certify
from .simplex import minimise
from .text import text

__all__ = ["Step", "check", "find", "instance"]

PRIZE = 10**6  # what one unit of a strict fact is worth in the linear programme


@dataclass(frozen=True)
class Step:
    """One line of a proof: a goal, the hypotheses that hold there, and where to look for a certificate.

    Parameters
    ----------
    claim : str
        In words.
    goal : Fact
        To be shown; the goal ``0 > 0`` means that the hypotheses contradict each other.
    facts : tuple of Fact
        The hypotheses, on positions and on values of phi.
    arguments : tuple of expressions
        Where axioms may be instantiated (a hint for the search, not for the judge).
    multipliers : tuple of positive expressions
        Factors that instances may carry, such as the two weights.
    """

    claim: str
    goal: Fact
    facts: tuple[Fact, ...] = ()
    arguments: tuple = ()
    multipliers: tuple = (sp.Integer(1),)


def check(step: Step, certificate: Sequence, axioms: Collection[Axiom] = ALL_AXIOMS) -> bool:
    """Judge a certificate of `step`: instances are rebuilt from the axioms, the rest must be hypotheses.

    Raises
    ------
    NotProved
        With the step and the reason.
    """
    try:
        given = list(step.facts)
        if not isinstance(certificate, Sequence):
            raise NotProved(f"a certificate must be a list of (coefficient, fact), got {certificate!r}")
        for term in certificate:
            fact = term[1] if isinstance(term, Sequence) and len(term) == 2 else None
            if isinstance(fact, Instance):
                check_instance(fact, step.facts, axioms)
                given.append(fact)
        return certify(step.goal.expression, certificate, given, strict=step.goal.strict)
    except NotProved as reason:
        raise NotProved(f"{step.claim}: {reason}") from None


def find(step: Step, axioms: Collection[Axiom] = ALL_AXIOMS) -> Certificate:
    """Search a certificate of `step` over the instances at its arguments, and have it judged.

    Raises
    ------
    NotProved
        If there is none over these instances.
    """
    candidates = [(sp.Integer(1), fact) for fact in step.facts]
    candidates += [(factor, fact) for fact in _instances(step, frozenset(axioms)) for factor in step.multipliers]
    found = _combine(step.goal, candidates)
    if found is None:
        names = ", ".join(sorted(axioms)) or "no axiom"
        raise NotProved(f"{step.claim}: no certificate from {names} and the hypotheses")
    found.claim = step.claim
    check(step, found, axioms)
    return found


def instance(axiom: Axiom, arguments: Sequence, facts: Collection[Fact] = ()) -> Instance:
    """The axiom at these arguments, as strict as the facts allow; its side conditions are certified here.

    Parameters
    ----------
    axiom : ODD, MONO or SUB
    arguments : (x, sign), (p, q) or (u, v)
    facts : collection of Fact
        What is known about the arguments.

    Raises
    ------
    NotProved
        If a side condition does not follow from the facts.

    Examples
    --------
    >>> from gradnotes.proofs import SUB
    >>> u, v = sp.symbols("u v", real=True)
    >>> print(instance(SUB, (u, v), [Fact(u), Fact(v)]))
    phi(u) + phi(v) - phi(u + v) > 0
    >>> instance(SUB, (u, -v), [Fact(u), Fact(v)])
    Traceback (most recent call last):
    ...
    gradnotes.proofs.kernel.NotProved: SUB of (u, -v): -v >= 0 does not follow from the facts
    """
    for strict in (True, False):
        try:
            says, owes, _ = demands(axiom, arguments, strict)
        except NotProved:
            if not strict:
                raise
            continue
        sides = tuple(_combine(condition, [(sp.Integer(1), fact) for fact in facts]) for condition in owes)
        if None not in sides:
            return Instance(says, strict, axiom, tuple(map(sp.expand, arguments)), sides)
    lacking = owes[sides.index(None)]
    raise NotProved(f"{axiom} of ({', '.join(map(text, arguments))}): {lacking} does not follow from the facts")


def _instances(step: Step, axioms: frozenset[Axiom]) -> Iterator[Instance]:
    """All instances at the arguments of the step whose side conditions can be certified."""
    arguments = tuple(dict.fromkeys(map(sp.expand, step.arguments)))
    mentioned = {f.args[0] for fact in (step.goal, *step.facts) for f in fact.expression.atoms(phi)}
    turned = [x for x in arguments if sp.expand(-x) in mentioned]
    pairs = [pair for pair in combinations_with_replacement(arguments, 2) if sp.expand(sum(pair)) in arguments]
    wanted: list[tuple[Axiom, tuple]] = [(MONO, pair) for pair in permutations((sp.Integer(0), *arguments), 2)]
    wanted += [(axiom, pair) for axiom in (Axiom.SUB, Axiom.WEAK_SUB) for pair in pairs]
    wanted += [(ODD, (x, sp.Integer(sign))) for x in (*turned, sp.Integer(0)) for sign in (1, -1)]
    for axiom, pair in wanted:
        if axiom not in axioms:
            continue
        try:
            candidate = instance(axiom, pair, step.facts)
            check_instance(candidate, step.facts, axioms)
        except NotProved:
            continue
        yield candidate


def _combine(goal: Fact, candidates: Sequence[tuple[sp.Expr, Fact]]) -> Certificate | None:
    """Coefficients >= 0, few and small, with which the candidates add up to the goal; None if there are none."""
    columns = [dict(_coefficients(factor * fact.expression)) for factor, fact in candidates]
    costs: list = [1] * len(columns)
    target = dict(_coefficients(goal.expression))
    for column, (factor, fact) in zip(columns, candidates, strict=True):  # one term, if one is enough
        ratio = _ratio(target, column)
        if ratio and (fact.strict or not goal.strict):
            return Certificate([(ratio * factor, fact)], goal=goal)
    if goal.strict:  # win a prize for min(1, sum of the strict coefficients)
        for column, (_, fact) in zip(columns, candidates, strict=True):
            if fact.strict:
                column["strict"] = Fraction(1)
        columns += [{"strict": Fraction(-1), "cap": Fraction(1)}, {"cap": Fraction(1)}, {"strict": Fraction(-1)}]
        costs += [-PRIZE, 0, 0]
        target["cap"] = Fraction(1)
    solution = minimise(costs, columns, target)
    if solution is None or (goal.strict and not solution[len(candidates)]):
        return None
    used = [(x, *candidate) for x, candidate in zip(solution, candidates, strict=False) if x]
    scale = 1 if target.keys() - {"cap"} else min((x for x, *_ in used), default=1)  # 0 = sum: any scale will do
    terms = [(sp.Rational(*(x / scale).as_integer_ratio()) * factor, fact) for x, factor, fact in used]
    return Certificate(terms, goal=goal)


def _ratio(target: dict, column: dict) -> sp.Rational | None:
    """The number c > 0 with target = c * column, if there is one."""
    if not target or target.keys() != column.keys():
        return None
    ratios = {target[row] / column[row] for row in target}
    ratio = ratios.pop()
    return sp.Rational(*ratio.as_integer_ratio()) if not ratios and ratio > 0 else None


@lru_cache(maxsize=4096)
def _coefficients(expression: sp.Expr) -> tuple:
    """The expression as a sparse vector over its monomials."""
    parts = sp.expand(expression).as_coefficients_dict()
    return tuple((monomial, Fraction(int(c.p), int(c.q))) for monomial, c in parts.items() if c)
