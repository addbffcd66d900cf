"""Forward mode: laws of the derivative, agreement with torch.func, nesting, and the errors at the door."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from gradnotes import tape
from gradnotes.dual import Dual, derivative, jvp
from gradnotes.verify import assert_same


def golden(name):
    """A value of golden.json."""
    return json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))["values"][name]["value"]


def f343(x):
    a = tape.exp(x)
    c = a + a**2
    return tape.exp(c) + tape.sin(c)


@pytest.mark.parametrize("x", [0.0, 0.3, -1.0, 1.0])
def test_formula_343_equals_the_golden_value(x):
    assert_same(derivative(f343, x), float(golden(f"AD.f343.x={x:g}")["f_dot"]), rtol=1e-13)


def test_whole_numbers_and_lists_become_floats():
    square = Dual(3, 1) * Dual(3, 1)
    assert (square.value, square.tangent) == (9.0, 6.0)
    assert (Dual([1, 2], 1) * 2).tangent.tolist() == [2.0, 2.0]


def test_the_square_of_the_infinitesimal_is_zero():
    eps = Dual(0.0, 1.0)
    assert ((eps * eps).value, (eps * eps).tangent) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("f", "slope", "x"),
    [
        (lambda x: x**3, 12.0, 2.0),
        (lambda x: 1 / x, -0.25, 2.0),
        (lambda x: 2.0**x, 4 * math.log(2), 2.0),
        (lambda x: x**x, 4 * (math.log(2) + 1), 2.0),
        (lambda x: 7 - x, -1.0, 2.0),
        (lambda x: abs(x), -1.0, -2.0),
        (lambda x: +x - (-x), 2.0, 2.0),
        (tape.exp, math.e, 1.0),
        (tape.log, 0.5, 2.0),
        (tape.sin, math.cos(2), 2.0),
        (tape.cos, -math.sin(2), 2.0),
        (tape.tanh, 1 - math.tanh(2) ** 2, 2.0),
        (tape.sigmoid, 0.25, 0.0),
        (tape.sqrt, 0.25, 4.0),
        (tape.relu, 1.0, 2.0),
    ],
)
def test_derivative_by_hand(f, slope, x):
    assert_same(derivative(f, x), slope, rtol=1e-14)
    assert_same(derivative(f, np.array([x, x])), [slope, slope], rtol=1e-14)


def test_a_function_that_does_not_use_its_argument_has_derivative_zero():
    assert derivative(lambda x: 3.0, 1.0) == 0.0
    assert_same(jvp(lambda x: np.ones(2), 1.0, 1.0)[1], np.zeros(2))


def test_jvp_is_linear_in_the_direction():
    rng = np.random.default_rng(0)
    x, v, w = rng.normal(size=(3, 4))

    def f(x):
        return tape.exp(x) * x[0]

    along = lambda v: jvp(f, x, v)[1]  # noqa: E731
    assert_same(along(2 * v - 3 * w), 2 * along(v) - 3 * along(w))


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")
def test_jvp_agrees_with_torch_func():
    rng = np.random.default_rng(1)
    A, x, v = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=4)
    ours = jvp(lambda x: tape.logsumexp(A @ x * x[0]) + tape.tanh(A @ x), x, v)
    At = torch.tensor(A)
    theirs = torch.func.jvp(
        lambda x: torch.logsumexp(At @ x * x[0], 0) + torch.tanh(At @ x), (torch.tensor(x),), (torch.tensor(v),)
    )
    assert_same(ours[0], theirs[0])
    assert_same(ours[1], theirs[1])


@pytest.mark.parametrize("name", ["sum", "max", "logsumexp", "mean"])
def test_methods_reduce_to_a_number_unless_dimensions_are_kept(name):
    x, v = np.array([[1.0, 2.0, 5.0], [4.0, 3.0, 0.5]]), np.ones((2, 3))
    value, slope = jvp(lambda x: getattr(x, name)(), x, v)
    kept, _ = jvp(lambda x: getattr(x, name)(keepdims=True), x, v)
    rows, _ = jvp(lambda x: getattr(x, name)(1), x, v)
    assert np.shape(value) == np.shape(slope) == () and kept.shape == (1, 1) and rows.shape == (2,)
    assert_same(slope, 6.0 if name == "sum" else 1.0)


def test_the_length_is_the_number_of_rows():
    x, v = np.arange(6.0).reshape(2, 3), np.ones((2, 3))
    assert_same(jvp(lambda x: len(x) * tape.sum(x), x, v)[1], 12.0)
    assert_same(jvp(lambda x: sum(row[2] for row in x), x, v), (2.0 + 5.0, 2.0))


def test_jvp_of_several_arguments_and_results():
    values, tangents = jvp(lambda x, y: (x * y, [x + y, 3.0]), (2.0, 5.0), (1.0, 0.0))
    assert values == (10.0, (7.0, 3.0))
    assert tangents == (5.0, (1.0, 0.0))


def test_tangents_take_the_shape_of_the_broadcast_value():
    _, tangent = jvp(lambda x: x + np.zeros((2, 3)), np.ones(3), np.arange(3.0))
    assert_same(tangent, [[0, 1, 2], [0, 1, 2]])
    _, total = jvp(lambda x: tape.sum(x + np.zeros((2, 3))), 1.0, 1.0)
    assert total == 6.0


def test_nested_derivatives_do_not_mix():
    assert derivative(lambda x: x * derivative(lambda y: x + y, 1.0), 1.0) == 1.0
    assert derivative(lambda x: x * derivative(lambda y: x * y, 2.0), 3.0) == 6.0
    assert derivative(lambda x: derivative(lambda y: y * x, 1.0) * x, 3.0) == 6.0


def test_five_derivatives_of_tanh():
    expected = [0.634739589982459, -0.767232310091917, 0.121592277383236, 2.774983422780783, -7.50352908975003]
    f = tape.tanh
    for value in expected:
        f = (lambda g: lambda x: derivative(g, x))(f)
        assert_same(f(0.7), value, rtol=1e-13)


def test_a_constant_factor_does_not_touch_the_tangent():
    """0 * inf would be NaN: the part without a tangent must not be computed."""
    with np.errstate(over="ignore"):
        value, tangent = jvp(lambda x: x * np.exp(np.array(1000.0)), 1.0, 1.0)
    assert value == tangent == math.inf


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Dual("x", 1.0), TypeError, "Dual: value must be real numbers, got str"),
        (lambda: Dual(1.0, np.ones(2)), ValueError, r"Dual: tangent must have the shape \(\) of value, got \(2,\)"),
        (lambda: derivative(tape.mean, np.ones(0)), ValueError, "mean: the argument must have at least one entry"),
        (lambda: derivative(3.0, 1.0), TypeError, "derivative: f must be callable, got float"),
        (lambda: derivative(abs, 1j), TypeError, "derivative: x must be real numbers, got complex"),
        (lambda: jvp(3.0, 1.0, 1.0), TypeError, "jvp: f must be callable, got float"),
        (lambda: jvp(abs, 1.0, 1j), TypeError, "jvp: v .argument 0. must be real numbers"),
        (lambda: jvp(abs, np.ones(3), np.ones(2)), ValueError, r"v must have the shape of x, got \(2,\) for \(3,\)"),
        (lambda: jvp(abs, (1.0, 2.0), 1.0), ValueError, "v must be a tuple of 2 directions"),
        (lambda: jvp(lambda x: "no", 1.0, 1.0), TypeError, "the result of f must be real numbers, got str"),
        (lambda: derivative(math.sin, 1.0), TypeError, "float: a Dual would lose its derivative"),
        (lambda: derivative(np.exp, 1.0), TypeError, "numpy.exp: argument 0 is a Dual"),
        (lambda: derivative(lambda x: x * 1j, 1.0), TypeError, "multiply: the other operand must be real"),
        (lambda: jvp(lambda x: x + np.ones(2), np.ones(3), np.ones(3)), ValueError, r"add: shapes \(3,\) and \(2,\)"),
        (lambda: derivative(lambda x: (-x) ** 0.5, 8.0), ValueError, "power: a negative base needs an integer"),
        (lambda: len(Dual(1.0, 1.0)), TypeError, "len: a Dual of shape"),
        (lambda: np.asarray(Dual(1.0, 1.0)), TypeError, "numpy.asarray: a Dual would lose"),
    ],
)
def test_errors_name_the_function_and_the_argument(call, error, message):
    with pytest.raises(error, match=message):
        call()
