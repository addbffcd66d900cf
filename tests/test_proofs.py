"""The theorems, every way to break them, and a number for each hypothesis that is dropped."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import chain, combinations
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from scipy.optimize import linprog

from gradnotes import proofs
from gradnotes.gain import PHIS, Arctan, StepModel
from gradnotes.proofs import ALL_AXIOMS, MONO, ODD, SUB, Certificate, Fact, NotProved, certify, phi, prove
from gradnotes.proofs import __main__ as command
from gradnotes.proofs.simplex import minimise

NAMES = ("subadditivity", "case 1", "case 2", "case 3", "exact weights")
NEEDS = {
    "subadditivity": {ODD},
    "case 1": {ODD, SUB},
    "case 2": {ODD, MONO, SUB},
    "case 3": {ODD, MONO, SUB},
    "exact weights": {ODD, SUB},
}
MUTANTS = [  # (theorem, change, the step that it must lose, the change undone)
    ("subadditivity", {"convex": True}, "chords", {"convex": False}),
    ("subadditivity", {"weak_sub": True}, "chords", {"weak_sub": False}),
    ("case 1", {"printed_17": True}, "G'(a_1) = 0", {"printed_17": False}),
    ("case 1", {"printed_left": True}, "G' < 0 on [a, a_1[", {}),
    ("case 1", {"weak_sub": True}, "G' > 0 on [a, a_1[", {}),
    ("case 2", {"printed_17": True}, "G'(a) > 0", {}),
    ("case 2", {"threshold": False}, "G'(a) > 0", {"threshold": True}),
    ("case 2", {"imbalance": False}, "G' < 0 on [a_1, b]", {"imbalance": True}),
    ("case 2", {"weak_sub": True}, "2 phi(L/2) > phi(L)", {}),
    ("case 3", {"factor": 2}, "G' < 0 on [a, a_1]", {"factor": 3}),
    ("case 3", {"factor": 1}, "G' < 0 on [a, a_1]", {"factor": Fraction(3)}),
    ("case 3", {"factor": Fraction(299, 100)}, "G' < 0 on [a, a_1]", {"factor": 4}),
    ("exact weights", {"inverse_frequency": True}, "G_w'(a_1) = 0", {}),
    ("exact weights", {"weak_sub": True}, "G_w' > 0 on [a, a_1[", {}),
]


@pytest.mark.parametrize("name", NAMES)
def test_every_theorem_is_proved_and_verifies(name):
    theorem = prove(name)
    assert theorem.name == name and theorem.verify() is True
    assert len(theorem.certificates) == len(proofs.steps(name))


def test_the_proposition_is_its_lemma_and_its_three_cases():
    assert [theorem.name for theorem in proofs.prove_proposition()] == list(NAMES[:4])


@pytest.mark.parametrize("name", NAMES)
def test_a_theorem_holds_exactly_when_its_axioms_are_there(name):
    for axioms in chain.from_iterable(combinations(sorted(ALL_AXIOMS), k) for k in range(4)):
        if set(axioms) >= NEEDS[name]:
            assert prove(name, axioms=axioms).verify()
        else:
            with pytest.raises(NotProved, match=name):
                prove(name, axioms=axioms)


@pytest.mark.parametrize(("name", "change", "step", "undone"), MUTANTS)
def test_mutant_fails_at_its_step_and_passes_when_restored(name, change, step, undone):
    with pytest.raises(NotProved) as refusal:
        prove(name, **change)
    assert step in str(refusal.value)
    assert prove(name, **undone).verify()


def test_what_survives_a_mutation_survives():
    assert prove("case 3", weak_sub=True).verify()  # strict already by its hypothesis
    assert prove("case 3", printed_17=True).verify()  # the printed G falls everywhere: there case 3 is true
    left = proofs.steps("case 3")[1]
    assert left.claim == "G' < 0 on [a, a_1]"
    assert proofs.find(left, {ODD, MONO})  # no concavity needed


@pytest.mark.parametrize("name", NAMES)
def test_zero_is_not_positive_in_any_context(name):
    honest = [step for step in proofs.steps(name) if step.goal.expression != 0]
    assert honest
    for step in honest:
        with pytest.raises(NotProved):
            proofs.find(replace(step, goal=Fact(sp.Integer(0))))


proved = cache(prove)  # for tests that only read


def every_certificate(certificates):
    for certificate in certificates:
        yield certificate
        for _, fact in certificate:
            yield from every_certificate(getattr(fact, "sides", ()))


def alterations(coefficient, fact):
    yield from ((coefficient + 1, fact), (-coefficient, fact), (coefficient / 2, fact), (0, fact))
    yield coefficient, replace(fact, expression=fact.expression + 1)
    yield coefficient, replace(fact, expression=-fact.expression)
    yield coefficient, replace(fact, strict=not fact.strict)
    yield (coefficient,)
    yield None


@pytest.mark.parametrize("name", NAMES)
def test_any_term_of_any_certificate_deleted_or_altered_is_noticed(name):
    theorem = prove(name)
    touched = 0
    for certificate in every_certificate(theorem.certificates):
        for k, term in enumerate(list(certificate)):
            del certificate[k]
            with pytest.raises(NotProved):
                theorem.verify()
            certificate.insert(k, term)
            for altered in alterations(*term):
                certificate[k] = altered
                with pytest.raises(NotProved):
                    theorem.verify()
                certificate[k] = term
            touched += 1
    assert touched >= 8 and theorem.verify()


def test_plain_lists_of_the_same_terms_are_accepted_and_nothing_else_is_believed():
    theorem = prove("case 2")
    plain = [[tuple(term) for term in certificate] for certificate in theorem.certificates]
    assert replace(theorem, certificates=plain).verify()
    for tampered in (
        replace(theorem, certificates=plain[:-1]),
        replace(theorem, certificates=[*plain, []]),
        replace(theorem, certificates=[None, *plain[1:]]),
        replace(theorem, statement="G has its maximum at a_1"),
        replace(theorem, name="case 3"),
        replace(theorem, axioms=ALL_AXIOMS - {MONO}),
    ):
        with pytest.raises(NotProved):
            tampered.verify()


def test_an_instance_must_be_what_its_axiom_says():
    step = proofs.steps("case 2")[1]
    certificate = proofs.find(step)
    k = next(i for i, (_, fact) in enumerate(certificate) if getattr(fact, "axiom", None) == SUB)
    coefficient, fact = certificate[k]
    u, v = fact.arguments
    for forged in (
        replace(fact, sides=()),
        replace(fact, sides=tuple(Certificate() for _ in fact.sides)),
        replace(fact, arguments=(u, v + 1)),
        replace(fact, axiom=MONO),
        Fact(fact.expression, fact.strict),
    ):
        with pytest.raises(NotProved):
            proofs.check(step, [*certificate[:k], (coefficient, forged), *certificate[k + 1 :]])


X = sp.Symbol("x", real=True)
Y = sp.Symbol("y", positive=True)


@pytest.mark.parametrize(
    ("goal", "certificate", "given", "match"),
    [
        (X, [(1, Fact(X))], [], "not given"),
        (X, [(1, Fact(X, strict=False))], [Fact(X, strict=False)], "no strict fact"),
        (X, [(1, Fact(X))], [Fact(X, strict=False)], "not given"),
        (2 * X, [(1, Fact(X))], [Fact(X)], "do not add up"),
        (-X, [(-1, Fact(X))], [Fact(X)], ">= 0, got -1"),
        (X, [(1.0, Fact(X))], [Fact(X)], "exact"),
        (X * X, [(X, Fact(X))], [Fact(X)], "exact and >= 0, got x"),
        (X, [("1", Fact(X))], [Fact(X)], "pair"),
        (X, [(1, X)], [Fact(X)], "pair"),
        (X, [(sp.nan, Fact(X))], [Fact(X)], "got nan"),
        (0, [], [Fact(X)], "no strict fact"),
        (0, [(0, Fact(X))], [Fact(X)], "no strict fact"),
    ],
)
def test_certify_refuses_and_says_why(goal, certificate, given, match):
    with pytest.raises(NotProved, match=match):
        certify(goal, certificate, given)


def test_certify_accepts_exact_positive_sums():
    assert certify(X + 1, [(Fraction(1, 2), Fact(2 * X)), (1, Fact(sp.Integer(1)))], {Fact(2 * X), Fact(sp.Integer(1))})
    assert certify(X * Y, [(Y, Fact(X))], [Fact(X)])
    assert issubclass(NotProved, AssertionError)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("case 4", {}), "name must be one of"),
        (("case 1", {"factor": 2}), "knows no change"),
        (("case 3", {"factor": "three"}), "factor must be a number"),
        (("case 1", {"axioms": {"LUCK"}}), "part of ALL_AXIOMS"),
    ],
)
def test_unknown_names_changes_and_axioms_are_value_errors(arguments, match):
    name, options = arguments
    with pytest.raises(ValueError, match=match):
        prove(name, **options)


def test_equation_18_comes_from_the_integral_for_an_undefined_phi():
    a, a1, b, theta = proofs.POINTS
    printed_18 = -phi(a - theta) - phi(b - theta) + 2 * phi(a1 - theta)
    assert sp.expand(proofs.gain_derivative() - printed_18) == 0
    assert sp.expand(proofs.gain_derivative(printed_17=True) - printed_18) != 0
    for kind in PHIS.values():  # the same formula, evaluated, against the package
        values = dict(zip(proofs.POINTS, (-0.3, 0.9, 2.0, 0.55), strict=True))
        slope = sp.lambdify(proofs.POINTS, proofs.gain_derivative(), [{"phi": kind()}])(*values.values())
        assert slope == pytest.approx(StepModel((-0.3, 0.9, 2.0)).gain_gradient(0.55, kind()), abs=1e-14)


@pytest.mark.parametrize("name", NAMES[1:])
@pytest.mark.parametrize("kind", PHIS)
def test_facts_used_and_goals_shown_are_true_in_numbers(name, kind):
    """A second road: sample points that meet the hypotheses and evaluate all that the certificate says there."""
    rng, activation = np.random.default_rng(5), PHIS[kind](1.0)
    for step, certificate in zip(proofs.steps(name), proved(name).certificates, strict=True):
        at = [*proofs.POINTS, *sp.symbols("w_+ w_-", positive=True)]
        numbers = sp.lambdify(at, [f.expression for f in (step.goal, *step.facts)], [{"phi": activation}, "numpy"])
        used = sp.lambdify(at, [fact.expression for _, fact in certificate], [{"phi": activation}, "numpy"])
        a, a1, b, theta = rng.integers(0, 121, (4, 12000)) / 40  # a grid, so that equalities occur
        a1 = np.where(rng.random(a1.shape) < 0.5, a1, a + a1 / 20)  # and small classes
        b = np.where(rng.random(b.shape) < 0.5, b, 2 * a1 - a)
        inside = (a < a1) & (a1 < b)
        a, a1, b, theta = (v[inside] for v in (a, a1, b, theta))
        points = (a, a1, b, theta, activation(b - a1), activation(a1 - a))  # the weights obey their law
        goal, *facts = numbers(*points)
        met = np.all([holds(value, fact) for value, fact in zip(facts, step.facts, strict=True)], axis=0)
        if step.goal.expression == 0:
            assert not met.any()  # its hypotheses contradict each other
            continue
        assert met.sum() >= 20, step.claim
        assert holds(goal + 0 * theta, step.goal)[met].all()
        for value, (_, fact) in zip(used(*points), certificate, strict=True):
            assert holds(value + 0 * theta, fact)[met].all()


def holds(value, fact):
    return value > 1e-12 if fact.strict else value >= -1e-12


# --- a number for each mutant: not provable here, and false there ---------------------------------------------


def cubic(x):
    """Odd, increasing, bounded by 1, but convex near 0."""
    return x**3 / (1 + abs(x) ** 3)


def hump(x):
    """Odd and subadditive, since hump(x)/x falls; but not increasing."""
    return x / (1 + x * x)


def ramp(x):
    """Odd, increasing, concave, but not strictly: linear up to 10."""
    return np.clip(x / 10, -1, 1)


def lame(x):
    """Increasing, concave on the right, but a hundred times steeper on the left: not odd."""
    return Arctan()(x) * np.where(x < 0, 100, 1)


def slope(f, theta, a1, b=1.0, a=0.0, weights=(1, 1)):
    """G' by (18), without oddness."""
    plus, minus = weights
    return plus * (f(a1 - theta) - f(a - theta)) + minus * (f(a1 - theta) - f(b - theta))


def test_without_concavity_the_cases_are_false():
    assert cubic(0.2) > 2 * cubic(0.1)
    assert slope(cubic, 1.0, 0.5) == pytest.approx(0.278, abs=5e-4)  # case 1: uphill at b
    t = np.linspace(0.05, 0.45, 9)
    assert (slope(cubic, 0.5 - t, 0.5) < 0).all() and (slope(cubic, 0.5 + t, 0.5) > 0).all()  # a_1 is a minimum
    assert slope(cubic, 1.0, 0.45) > 0.1  # case 2: A < B and G' > 0 at b
    assert cubic(0.35) > 3 * cubic(0.15) and slope(cubic, 0.5, 0.15, b=0.5) > 0.02  # case 3
    A, B = 0.2, 0.21
    assert slope(cubic, A + B, A, b=A + B, weights=(1 / cubic(A), 1 / cubic(B))) > 0.5  # exact weights


def test_without_monotonicity_cases_2_and_3_are_false():
    assert 2 * hump(1.0) > hump(4.0) and slope(hump, 1.0, 1.0, b=4.0) == pytest.approx(0.2)
    assert hump(1.0) > 3 * hump(10.0) and slope(hump, 1.0, 10.0, b=11.0) > 0.5
    u = np.linspace(0.1, 5, 40)
    assert (hump(u[:, None]) + hump(u) - hump(u[:, None] + u) > 0).all()  # it is subadditive


def test_without_oddness_everything_is_false():
    def low(x):
        return 0.5 - np.exp(-x)

    assert 2 * low(1.0) < low(2.0)  # concave, but low(0) = -1/2
    assert slope(lame, 0.5, 0.5) > 1 and slope(lame, 0.45, 0.45) > 1  # cases 1 and 2: G'(a_1)
    assert lame(0.95) > 3 * lame(0.05) and slope(lame, 0.05, 0.05) > 1
    assert slope(lame, 0.3, 0.3, weights=(1 / lame(0.3), 1 / lame(0.7))) > 1


def test_with_weak_concavity_the_gain_is_flat():
    theta = np.linspace(0, 1, 11)
    assert np.abs(slope(ramp, theta, 0.5)).max() < 1e-15
    assert 2 * ramp(0.5) == ramp(1.0)
    assert np.abs(slope(ramp, theta, 0.5, weights=(1.0, 1.0))).max() < 1e-15


def test_the_three_cannot_be_lowered():
    def steep(x):
        return 0.3 * np.tanh(x / 0.001) + 0.7 * np.tanh(x / 3000)

    theta = np.linspace(0, 1, 2001)
    for factor, top in ((3.0, -0.0003), (2.99, 0.0027), (2.9, 0.0297), (2.0, 0.2998)):
        B = 3000 * np.arctanh((factor * steep(1.0) - 0.3) / 0.7)
        assert steep(B) == pytest.approx(factor * steep(1.0))
        assert slope(steep, theta, 1.0, b=1 + B).max() == pytest.approx(top, abs=6e-5)
    model = StepModel((0, 0.45, 1))
    assert Arctan()(0.55) > Arctan()(0.45)
    assert model.gain_gradient(0.0, Arctan()) == pytest.approx(0.0384, abs=5e-5)


def test_the_other_mutants_are_false_too():
    even, tilted, lost = StepModel((0, 0.5, 1)), StepModel((0, 0.45, 1)), StepModel((0, 0.4, 1))
    f = Arctan()
    printed_17 = lambda theta: f(0 - theta) - f(1 - theta)  # noqa: E731
    assert printed_17(0.25) < 0 < even.gain_gradient(0.25, f) and printed_17(0.0) < 0 < tilted.gain_gradient(0.0, f)
    assert even.gain(0.3, f) > even.gain(0.2, f)
    assert even.gain_gradient(0.0, f) > 0.05  # the printed sign on the left of case 1
    assert lost.gain_gradient(0.0, f) < -0.01 and lost.maximiser(f) == 0  # without the threshold
    assert even.gain_gradient(0.5, f) == 0  # without A < B
    assert tilted.bias(f, weights=tilted.frequency_weights()) < -0.03  # inverse frequencies over-correct
    assert cubic(0.2) > 2 * cubic(0.1)  # convex


def test_a_jump_at_zero_breaks_the_axioms():
    """Odd, strictly concave on ]0, oo[, limit 1, but not continuous at 0: the lemma fails."""

    def jump(x):
        return 1 - 1 / x

    assert 2 * jump(0.1) < jump(0.2) < 0


# --- the search -----------------------------------------------------------------------------------------------


def test_the_exact_simplex_agrees_with_scipy():
    rng = np.random.default_rng(3)
    feasible = 0
    for _ in range(60):
        rows, columns = rng.integers(1, 5), rng.integers(1, 8)
        matrix = rng.integers(-3, 4, (rows, columns))
        target, cost = rng.integers(-4, 5, rows), rng.integers(0, 5, columns)
        answer = linprog(cost, A_eq=matrix, b_eq=target, method="highs")
        vectors = [{i: Fraction(int(v)) for i, v in enumerate(column) if v} for column in matrix.T]
        ours = minimise([int(c) for c in cost], vectors, {i: Fraction(int(v)) for i, v in enumerate(target) if v})
        assert (ours is not None) == answer.success
        if ours is not None:
            feasible += 1
            assert min(ours) >= 0 and (matrix @ np.array(ours) == target).all()
            assert float(np.dot(cost, ours)) == pytest.approx(answer.fun, abs=1e-9)
    assert 15 <= feasible <= 50


def test_the_simplex_sees_a_cost_without_lower_bound():
    assert minimise([-1, 0], [{"x": 1}, {"x": -1}], {"x": 1}) is None


# --- the command ----------------------------------------------------------------------------------------------


def test_the_command_prints_each_theorem(capsys):
    assert command.main([]) == 0
    printed = capsys.readouterr().out
    assert all(proved(name).statement in printed for name in NAMES)
    assert "SUB(theta - a_1, theta - a_1) needs theta - a_1 > 0" in printed and "Subs" not in printed
    assert printed.endswith("all theorems proved\n")


def test_the_command_exits_with_1_when_a_theorem_fails(capsys, monkeypatch):
    def refuse(name):
        raise NotProved("no")

    monkeypatch.setattr(command, "prove", refuse)
    assert command.main(["case 1"]) == 1
    assert "NOT PROVED" in capsys.readouterr().out
    assert command.main(["case 9"]) == 1


@pytest.mark.slow
def test_the_module_runs_as_a_command():
    run = subprocess.run([sys.executable, "-m", "gradnotes.proofs"], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0 and "all theorems proved" in run.stdout, run.stderr


def test_no_verdict_is_an_assert_statement():
    """`python -O` must not switch a proof off."""
    for module in Path(proofs.__file__).parent.glob("*.py"):
        assert not any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(module.read_text("utf-8"))))


def test_printing_puts_positive_terms_first():
    z = sp.Symbol("z", real=True)
    assert str(Fact(-phi(z).diff(z, 2).subs(z, 2 * X))) == "-phi''(2*x) > 0"
    assert str(Certificate([(2, Fact(-1 + X)), (1, Fact(X, strict=False))])) == "2 [x - 1 > 0] + [x >= 0]"
    assert str(Certificate()) == "0"


def test_the_undefined_activation_is_real():
    from gradnotes.proofs.axioms import POINTS, phi

    assert phi(POINTS[0]).is_real and all(point.is_real for point in POINTS)
