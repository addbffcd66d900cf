"""Reverse mode: golden values, every operation to order four, edges, memory, nesting, and the errors at the door."""

from __future__ import annotations

import gc
import json
import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch

from gradnotes import tape
from gradnotes.dual import derivative, jvp
from gradnotes.tape import Var, grad, value_and_grad, vjp
from gradnotes.verify import assert_same, check_grad


def golden(name):
    """A value of golden.json."""
    return json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))["values"][name]["value"]

rng = np.random.default_rng(5)
A, B, C = rng.normal(size=(2, 3)), rng.normal(size=(3, 4)), rng.normal(size=(2, 4))
S = rng.normal(size=(5, 2, 3))  # a stack of matrices
P = 0.5 + rng.random((2, 3))  # positive


def example(x1, x2):
    return tape.log(x1) + x1 * x2 - tape.sin(x2)


def test_the_worked_example_equals_the_golden_value():
    value, (d1, d2) = value_and_grad(example)(2.0, 5.0)
    assert_same(value, float(golden("AD.table3.1.primal")["y"]), rtol=1e-14)
    assert_same([d1, d2], [float(golden("AD.table3.2.adjoint")[k]) for k in ("x1", "x2")], rtol=1e-14)


# Every operation, in a function of one array that is smooth at the point; the weights break symmetry.
W = rng.normal(size=(2, 3))
OPERATIONS = {
    "add": (lambda x: (x + W) * W + (1.0 + x) * x, A),
    "add broadcast": (lambda x: (x + S) * S, A),
    "subtract": (lambda x: (x - W) * W - (2.0 - x) * x, A),
    "multiply": (lambda x: x * W * x, A),
    "multiply broadcast": (lambda x: x * A * x[0] * S, A[:1]),
    "divide": (lambda x: W / x + x / (1.0 + x * x) + 2.0 / x, P),
    "power constant": (lambda x: x**3 * W + x**0.5 + x**-1, P),
    "power array": (lambda x: x**W, P),
    "power of number": (lambda x: 2.0**x * W, A),
    "power both": (lambda x: x ** (x * W), P),
    "negative": (lambda x: -x * x, A),
    "abs": (lambda x: abs(x) * W, A),
    "exp": (lambda x: tape.exp(x) * W, A),
    "log": (lambda x: tape.log(x) * W, P),
    "sin": (lambda x: tape.sin(x) * W, A),
    "cos": (lambda x: tape.cos(x) * W, A),
    "tanh": (lambda x: tape.tanh(x) * W, A),
    "sigmoid": (lambda x: tape.sigmoid(x) * W, A),
    "relu": (lambda x: tape.relu(x) * W * x, A),
    "sqrt": (lambda x: tape.sqrt(x) * W, P),
    "matmul matrices": (lambda x: (x @ B) * C + tape.matmul(x, B), A),
    "matmul right": (lambda x: (A @ x) * C, B),
    "matmul vector right": (lambda x: A @ x * C[:, 0], B[:, 0]),
    "matmul left of vector": (lambda x: x @ B[:, 0] * C[:, 0], A),
    "matmul vector left": (lambda x: x @ B * C[0], A[0]),
    "matmul right of vector": (lambda x: A[0] @ x * C[0], B),
    "matmul dot": (lambda x: x @ A[1] + A[1] @ x, A[0]),
    "matmul both": (lambda x: x @ x.T @ x * W, A),
    "matmul stack left": (lambda x: (x @ B) * C, S),
    "matmul stack shared": (lambda x: (S @ x) * C, B),
    "matmul shared left": (lambda x: x @ tape.transpose(S, (0, 2, 1)) * S[:, 0, :1, None], A),
    "matmul stack by vector": (lambda x: (x @ A[0]) * S[:, :, 0], S),
    "matmul vector of stack": (lambda x: (S @ x) * S[:, :, 1], A[0]),
    "matmul vector by stack": (lambda x: (x @ S) * S[:, 0], A[:, 0]),
    "matmul stack right of vector": (lambda x: (A[:, 0] @ x) * S[:, 0], S),
    "sum all": (lambda x: tape.sum(x * W) ** 2, A),
    "sum axis": (lambda x: tape.sum(x * W, axis=0) ** 2, A),
    "sum axes": (lambda x: tape.tanh(tape.sum(x * S, axis=(0, -1))), A),
    "sum keepdims": (lambda x: tape.sum(x, axis=-1, keepdims=True) * x, A),
    "mean": (lambda x: tape.mean(x) * W * x + tape.mean(x, axis=1, keepdims=True) * x, A),
    "mean axis": (lambda x: tape.mean(x, axis=0) ** 2 * W, A),
    "max all": (lambda x: tape.max(x) * W * x, A),
    "max axis": (lambda x: tape.max(x, axis=0) * x, A),
    "max keepdims": (lambda x: tape.max(x, axis=1, keepdims=True) * x, A),
    "logsumexp all": (lambda x: tape.logsumexp(x * W), A),
    "logsumexp axis": (lambda x: tape.logsumexp(x * W, axis=1) ** 2, A),
    "logsumexp keepdims": (lambda x: tape.logsumexp(x, axis=0, keepdims=True) * W, A),
    "logsumexp axes": (lambda x: tape.logsumexp(x * S, axis=(0, 2)) ** 2, A),
    "reshape": (lambda x: tape.reshape(x * x, (3, 2)) @ W, A),
    "transpose": (lambda x: tape.transpose(x * x) * B[:, :2], A),
    "transpose axes": (lambda x: tape.transpose(x * x, (2, 0, 1)) * S[:3, 0, 0][:, None, None], S),
    "T": (lambda x: x.T @ x * B[:, :3], A),
    "where": (lambda x: tape.where(W > 0, x * x, x * W), A),
    "where broadcast": (lambda x: tape.where(S > 0, x * x, 3.0), A),
    "index integer": (lambda x: x[1] ** 2 * W[0], A),
    "index slice": (lambda x: x[:, ::-1] * x, A),
    "index pairs": (lambda x: x[[0, 1, 0], [2, 2, 2]] ** 2, A),
    "index mask": (lambda x: x[W > 0] ** 3, A),
    "index new axis": (lambda x: x[:, None] * x[None], A),
    "index last": (lambda x: x[..., 0] * x[..., -1], A),
}


def number(name):
    f, x = OPERATIONS[name]
    return (lambda x: tape.sum(tape.sin(f(x)))), x


@pytest.mark.parametrize("name", OPERATIONS)
def test_gradient_of_each_operation_to_order_four(name):
    """Reverse against differences of order four, forward against reverse, and the same one order higher."""
    f, x = number(name)
    check_grad(f, grad(f), x, rtol=1e-8)
    v = np.random.default_rng(7).normal(size=x.shape)
    value, tangent = jvp(f, x, v)
    gradient = grad(f)(x)
    assert_same(value, f(x), rtol=1e-13)
    assert_same(tangent, np.sum(gradient * v), rtol=1e-11, atol=1e-11)
    over = jvp(grad(f), x, v)[1]  # forward over reverse
    under = grad(lambda x: jvp(f, x, v)[1])(x)  # reverse over forward
    twice = grad(lambda x: tape.sum(grad(f)(x) * v))(x)  # reverse over reverse
    assert_same(over, under, rtol=1e-9, atol=1e-9)
    assert_same(over, twice, rtol=1e-9, atol=1e-9)
    check_grad(lambda x: np.sum(grad(f)(x) * v), lambda x: over, x, rtol=1e-7)


@pytest.mark.parametrize("name", ["exp", "divide", "tanh", "power both", "logsumexp axis", "matmul both", "sqrt"])
def test_fourth_derivative_along_a_line(name):
    """Four nested derivatives, in both modes and mixed, agree."""
    f, x = number(name)
    v = np.random.default_rng(8).normal(size=x.shape)

    def line(t):
        return f(x + t * v)

    def nested(*modes):
        g = line
        for mode in modes:
            g = mode(g)
        return g(0.1)

    forward = lambda g: lambda t: derivative(g, t)  # noqa: E731
    values = [nested(*modes) for modes in ([grad] * 4, [forward] * 4, [grad, forward] * 2, [forward, grad] * 2)]
    assert_same(values, [values[0]] * 4, rtol=1e-9)
    assert abs(values[0]) > 1e-3


def test_the_error_of_the_five_point_stencil_falls_by_sixteen():
    exact = grad(f343)(0.3)

    def error(h):
        stencil = (8 * (f343(0.3 + h) - f343(0.3 - h)) - (f343(0.3 + 2 * h) - f343(0.3 - 2 * h))) / (12 * h)
        return abs(stencil - exact)

    for h in (0.02, 0.01):
        assert 15 < error(h) / error(h / 2) < 17


def f343(x):
    a = tape.exp(x)
    c = a + a**2
    return tape.exp(c) + tape.sin(c)


# Edges of the domain: the conventions, each as in torch.
def torch_grad(f, x):
    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    f(x).sum().backward()
    return x.grad.numpy()


def test_relu_has_slope_zero_at_zero():
    x = np.array([-1.0, 0.0, 2.0])
    assert grad(lambda x: tape.sum(tape.relu(x)))(x).tolist() == [0.0, 0.0, 1.0]
    assert grad(tape.relu)(0.0) == derivative(tape.relu, 0.0) == 0.0
    assert_same(torch_grad(torch.relu, x), [0.0, 0.0, 1.0])


def test_abs_has_slope_zero_at_zero():
    assert grad(abs)(0.0) == derivative(abs, 0.0) == 0.0
    assert_same(torch_grad(torch.abs, [-2.0, 0.0]), [-1.0, 0.0])


def test_max_shares_ties_equally():
    x = np.array([2.0, 2.0, 1.0])
    assert grad(tape.max)(x).tolist() == [0.5, 0.5, 0.0] == torch_grad(torch.amax, x).tolist()
    rows = np.array([[1.0, 1.0], [0.0, 3.0]])
    assert grad(lambda x: tape.sum(tape.max(x, axis=1)))(rows).tolist() == [[0.5, 0.5], [0.0, 1.0]]


def test_log_near_zero_and_at_zero():
    assert_same(grad(tape.log)(1e-300), 1e300)
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        gradient = grad(lambda x: tape.sum(tape.log(x)))(np.array([0.0, 2.0]))
    assert gradient.tolist() == [math.inf, 0.5] == torch_grad(torch.log, [0.0, 2.0]).tolist()
    for slope in (grad(tape.log), lambda x: derivative(tape.log, x)):  # one float, as an entry of an array
        with pytest.warns(RuntimeWarning, match="divide by zero"):
            assert slope(0.0) == math.inf


def test_sqrt_at_zero_is_infinitely_steep():
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        gradient = grad(lambda x: tape.sum(tape.sqrt(x)))(np.array([0.0, 4.0]))
    assert gradient.tolist() == [math.inf, 0.25] == torch_grad(torch.sqrt, [0.0, 4.0]).tolist()
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert grad(tape.sqrt)(0.0) == math.inf


def test_where_does_not_protect_the_branch_that_is_not_taken():
    """As in torch: 0 times the infinite or undefined slope is NaN, with NumPy's warning; the cure is inside."""

    def unsafe(x):
        return tape.sum(tape.where(x > 0, tape.sqrt(x), 0.0))

    def safe(x):
        return tape.sum(tape.where(x > 0, tape.sqrt(tape.where(x > 0, x, 1.0)), 0.0))

    x = np.array([-1.0, 4.0])
    with pytest.warns(RuntimeWarning, match="invalid value"):
        gradient = grad(unsafe)(x)
    assert np.isnan(gradient[0]) and gradient[1] == 0.25
    assert np.isnan(torch_grad(lambda x: torch.where(x > 0, torch.sqrt(x), 0.0), x)[0])
    assert grad(safe)(x).tolist() == [0.0, 0.25]


def test_where_ignores_a_nan_value_that_is_not_chosen():
    x = np.array([1.0, 2.0])
    gradient = grad(lambda x: tape.sum(tape.where(np.array([True, False]), x, x * np.array([np.nan, 1.0]))))(x)
    assert np.isnan(gradient[0]) and gradient[1] == 1.0  # NaN from the recorded product, not from `where`
    assert tape.where(True, 1.0, np.nan) == 1.0


@pytest.mark.parametrize("exponent", [0, 1, 2, 3.0, -2, 0.5])
def test_powers_of_zero_and_one(exponent):
    x = np.array([1.0, 3.0] if exponent < 1 and exponent != 0 else [0.0, 1.0, 3.0])
    assert_same(grad(lambda x: tape.sum(x**exponent))(x), torch_grad(lambda x: x**exponent, x))


def test_power_with_base_zero_is_flat_in_the_exponent():
    assert grad(lambda x, p: x**p)(0.0, 2.0) == (0.0, 0.0)
    assert_same(grad(lambda p: tape.sum(np.array([0.0, 2.0]) ** p))(3.0), 8 * math.log(2))


@pytest.mark.parametrize("z", [-1e4, -800.0, -1.0, 0.0, 1.0, 800.0, 1e4])
def test_sigmoid_and_logsumexp_do_not_overflow(z):
    value, slope = value_and_grad(tape.sigmoid)(z)
    assert 0 <= value <= 1 and 0 <= slope <= 0.25
    value, slope = value_and_grad(lambda x: tape.logsumexp(x))(np.array([z, 0.0]))
    assert_same(value, torch.logsumexp(torch.tensor([z, 0.0], dtype=torch.float64), 0))
    assert_same(slope, torch.softmax(torch.tensor([z, 0.0], dtype=torch.float64), 0))


@pytest.mark.parametrize("shift", [-1e5, 0.0, 1e5])
def test_logsumexp_moves_with_a_common_shift(shift):
    assert_same(tape.logsumexp(np.array([shift, shift])), shift + math.log(2), rtol=1e-14)
    assert_same(grad(tape.logsumexp)(np.array([shift, shift])), [0.5, 0.5])


def test_logsumexp_of_a_masked_entry():
    x = np.array([[0.0, -np.inf], [1.0, 2.0]])
    assert_same(grad(lambda x: tape.sum(tape.logsumexp(x, axis=1)))(x)[0], [1.0, 0.0])


def test_an_entry_that_is_named_twice_receives_twice():
    assert grad(lambda x: tape.sum(x[[1, 1, 0]]))(np.zeros(3)).tolist() == [1.0, 2.0, 0.0]


def test_a_shared_adjoint_is_not_added_to_in_place():
    """Addition hands one array to both parents; adding to it in place would give 3 for b."""
    a, b = np.ones(3), np.ones(3)
    da, db = grad(lambda a, b: tape.sum(a + b) + tape.sum(2.0 * a))(a, b)
    assert da.tolist() == [3.0] * 3 and db.tolist() == [1.0] * 3
    da, db = grad(lambda a, b: tape.sum((a + b) * 1.0) + tape.sum(a[:2] * 2.0) + tape.sum(a[1:] * 5.0))(a, b)
    assert da.tolist() == [3.0, 8.0, 6.0] and db.tolist() == [1.0] * 3
    da, db = grad(lambda a, b: tape.sum(a[:2] * 2.0) + tape.sum((a + b) * 1.0))(a, b)  # the sum is swept first
    assert da.tolist() == [3.0, 3.0, 1.0] and db.tolist() == [1.0] * 3


def test_gradients_belong_to_the_caller():
    """Two equal adjoints come back as two writable arrays, also when they were views or the caller's own u."""
    da, db = grad(lambda a, b: tape.sum(a + b))(np.ones(3), np.ones(3))
    da += 5
    assert db.tolist() == [1.0] * 3
    u = np.ones(3)
    _, pullback = vjp(lambda x: x + 0.0, np.ones(3))
    pullback(u)[0][:] = 9
    assert u.tolist() == [1.0] * 3
    x = np.ones((2, 3))
    grad(lambda x: tape.sum(x))(x)[:] = 4
    assert x.tolist() == np.ones((2, 3)).tolist()


def test_a_second_call_gives_the_same_answer():
    g = grad(example)
    assert g(2.0, 5.0) == g(2.0, 5.0)
    _, pullback = vjp(lambda x: tape.tanh(A * x), np.ones(3))
    first, second = pullback(C[:, :3]), pullback(C[:, :3])
    assert_same(first[0], second[0], rtol=0, atol=0)


def test_vjp_is_not_disturbed_when_the_caller_changes_the_point():
    x = np.array([1.0, 2.0])
    _, pullback = vjp(lambda x: x * x, x)
    x[:] = 100.0
    assert pullback(np.ones(2))[0].tolist() == [2.0, 4.0]


def test_vjp_and_jvp_are_transposes():
    x, v, u = np.random.default_rng(2).normal(size=(3, 4))

    def f(x):
        return tape.sin(x) * x[::-1] + tape.logsumexp(x)

    _, tangent = jvp(f, x, v)
    (pulled,) = vjp(f, x)[1](u)
    assert_same(u @ tangent, pulled @ v)


def test_unused_and_constant_arguments_have_gradient_zero():
    dx, dy = grad(lambda x, y: x * 2.0)(1.0, np.ones((2, 2)))
    assert dx == 2.0 and dy.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert value_and_grad(lambda x: 3.0)(np.ones(2))[1].tolist() == [0.0, 0.0]
    assert vjp(lambda x: np.ones(2), 1.0)[1](np.ones(2)) == (0.0,)


def test_types_of_the_results():
    value, gradient = value_and_grad(lambda x: x * x)(3)
    assert (value, gradient, type(value), type(gradient)) == (9.0, 6.0, float, float)
    value, gradient = value_and_grad(lambda x: tape.sum(x * x))([1, 2])
    assert type(value) is float and gradient.dtype == np.float64
    assert type(grad(lambda x, y: x * y)(1.0, 2.0)) is tuple
    single = grad(lambda x: tape.sum(x * x))(np.ones((1, 2), dtype=np.float32))
    assert single.shape == (1, 2) and single.dtype == np.float64
    assert type(grad(lambda x: x * x)(np.float32(2.0))) is float
    assert grad(lambda x: x @ x[:, None])(np.array([3.0])).tolist() == [6.0]  # one number in an array is one number


def test_a_chain_of_a_hundred_thousand_operations():
    def chain(x):
        for _ in range(50_000):
            x = x * 1.00001 + 1e-6
        return x

    assert_same(grad(chain)(1.0), 1.00001**50_000, rtol=1e-10)


def test_the_tape_is_released_on_the_way():
    """100 steps hold 100 arrays; the sweep adds two at most, and nothing is left after it."""
    x = np.linspace(-1, 1, 50_000)

    def deep(x):
        for _ in range(100):
            x = tape.tanh(x)
        return tape.sum(x)

    grad(deep)(x)  # warm
    gc.collect()
    gc.disable()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    gradient = grad(deep)(x)
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    gc.enable()
    assert (peak - before) / x.nbytes < 103.5
    assert (after - before) / gradient.nbytes < 1.1


def test_indexing_in_a_loop_costs_one_array():
    n = 400
    x = np.random.default_rng(0).normal(size=(n, 500))

    def by_rows(x):
        total = 0.0
        for i in range(n):
            total = total + tape.sum(x[i] * x[i])
        return total

    tracemalloc.start()
    gradient = grad(by_rows)(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert_same(gradient, 2 * x)
    assert peak < 5 * x.nbytes


def test_hessian_vector_product_three_ways():
    def f(x):
        return tape.log(x[0]) + x[0] * x[1] - tape.sin(x[1])

    x, v = np.array([2.0, 5.0]), np.array([1.0, -1.0])
    H = np.array([[-0.25, 1.0], [1.0, math.sin(5.0)]])
    for product in (
        jvp(grad(f), x, v)[1],
        grad(lambda x: jvp(f, x, v)[1])(x),
        grad(lambda x: grad(f)(x) @ v)(x),
        vjp(grad(f), x)[1](v)[0],
    ):
        assert_same(product, H @ v, rtol=1e-13)


def test_forward_over_reverse_of_several_arguments():
    values, tangents = jvp(grad(example), (2.0, 5.0), (1.0, 0.0))
    assert_same(values, [5.5, 1.716337814536774], rtol=1e-13)
    assert_same(tangents, [-0.25, 1.0], rtol=1e-13)


def test_nested_gradients_do_not_mix():
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert grad(lambda x: x * derivative(lambda y: x + y, 1.0))(1.0) == 1.0
    assert derivative(lambda x: x * grad(lambda y: x + y)(1.0), 1.0) == 1.0
    assert grad(lambda x: grad(lambda y: x * y * y)(3.0))(2.0) == 6.0
    assert derivative(lambda x: grad(lambda y: y * x * x)(3.0), 2.0) == 4.0
    assert grad(lambda x: derivative(lambda y: x * x * y, 3.0))(2.0) == 4.0


def test_it_differentiates_loops_and_branches():
    def babylonian(a, steps):
        x = 1.0
        for _ in range(steps):
            x = 0.5 * (x + a / x)
        return x

    expected = [0.5, 0.361111, 0.3535659, 0.35355339061, 0.35355339059327]
    for steps, value in enumerate(expected, 1):
        assert_same(grad(lambda a, k=steps: babylonian(a, k))(2.0), value, rtol=1e-6)
    assert grad(lambda x: 0 * x if x == 1 else x - 1)(1.0) == 0.0  # the branch that was executed


def test_comparisons_look_at_the_values():
    x = Var(2.0)
    y = np.array([1.0, 3.0]) > x
    assert x > 1 and x >= 2 and x < 3 and x <= 2 and x == 2 and x != 3 and bool(x) and not y[0] and y[1]


def test_numpy_operators_on_the_left_record():
    a = np.array([1.0, 2.0])
    assert grad(lambda x: tape.sum(a * x + a - x + a / x + a**x + np.float64(2.0) * x))(1.0) != 0.0
    assert_same(grad(lambda x: tape.sum(a - x))(np.ones(2)), [-1.0, -1.0])
    assert_same(grad(lambda x: tape.sum(np.multiply(x, a)))(np.ones(2)), a)


@pytest.mark.parametrize("size", [(256, 78, 12, 10), (4, 3, 5, 2)])
def test_mlp_loss_against_hand_written_backpropagation(size):
    n, d, h, c = size
    r = np.random.default_rng(3)
    X, y, rows = r.normal(size=(n, d)), r.integers(0, c, n), np.arange(n)
    W1, b1, W2, b2 = r.normal(size=(d, h)), r.normal(size=h), r.normal(size=(h, c)), r.normal(size=c)

    def loss(W1, b1, W2, b2):
        Z = tape.tanh(X @ W1 + b1) @ W2 + b2
        return tape.mean(tape.logsumexp(Z, axis=1) - Z[rows, y])

    H = np.tanh(X @ W1 + b1)
    Z = H @ W2 + b2
    D = np.exp(Z - Z.max(axis=1, keepdims=True))
    D /= D.sum(axis=1, keepdims=True)
    D[rows, y] -= 1
    D /= n
    E = (D @ W2.T) * (1 - H * H)
    for ours, hand in zip(grad(loss)(W1, b1, W2, b2), (X.T @ E, E.sum(0), H.T @ D, D.sum(0)), strict=True):
        assert_same(ours, hand)


@pytest.mark.parametrize("name", tape.__all__)
def test_every_elementary_function_takes_arrays_and_both_kinds_of_numbers(name):
    if name in {"Var", "grad", "value_and_grad", "vjp"}:
        return
    extra = {"matmul": (B,), "reshape": ((3, 2),), "where": None}.get(name, ())
    f = (lambda x: tape.where(W > 0, x, 1.0)) if extra is None else (lambda x: getattr(tape, name)(x, *extra))
    value, _ = jvp(f, P, W)
    assert_same(f(P), value, rtol=1e-15)
    assert_same(vjp(f, P)[0], f(P), rtol=1e-15)
    assert_same(f(P.tolist()), f(P), rtol=1e-15)


ones = np.ones(3)
ERRORS = {
    "vector output": (lambda: grad(lambda x: x)(ones), ValueError, r"grad: f must return one number, got shape \(3,\)"),
    "its name": (lambda: value_and_grad(lambda x: x)(ones), ValueError, "value_and_grad: f must return one number"),
    "not callable": (lambda: grad(3)(1.0), TypeError, "grad: f must be callable, got int"),
    "vjp not callable": (lambda: vjp(3, 1.0), TypeError, "vjp: f must be callable, got int"),
    "no argument": (lambda: grad(lambda: 1.0)(), TypeError, "grad: f must be given at least one argument"),
    "complex argument": (lambda: grad(abs)(1j), TypeError, "grad: argument 0 must be real numbers, got complex"),
    "complex second": (lambda: grad(max)(1.0, 1j * ones), TypeError, "grad: argument 1 must be real"),
    "complex constant": (lambda: grad(lambda x: x * 1j)(1.0), TypeError, "multiply: the other operand must be real"),
    "complex array": (lambda: grad(lambda x: 1j * ones - x)(ones), TypeError, "subtract: the other operand"),
    "complex function": (lambda: tape.exp(1j), TypeError, "exp: the argument must be real numbers, got complex"),
    "string": (lambda: tape.sin("x"), TypeError, "sin: the argument must be real numbers, got str"),
    "objects": (lambda: grad(abs)(None), TypeError, "grad: argument 0 must be real numbers, got NoneType"),
    "output": (lambda: grad(lambda x: None)(1.0), TypeError, "grad: the result of f must be real numbers"),
    "tuple output": (lambda: grad(lambda x: (x, x))(1.0), TypeError, "result of f must be one number or array"),
    "numpy function": (lambda: grad(np.exp)(1.0), TypeError, "numpy.exp: argument 0 is a Var"),
    "numpy second": (lambda: grad(lambda x: np.maximum(0.0, x))(1.0), TypeError, "numpy.maximum: argument 1 is a Var"),
    "numpy sum": (lambda: grad(np.sum)(ones), TypeError, "numpy.sum: argument 0 is a Var"),
    "numpy in place": (lambda: grad(lambda x: np.add(x, 1.0, out=ones))(1.0), TypeError, "numpy.add"),
    "math function": (lambda: grad(math.sin)(1.0), TypeError, "float: a Var would lose its derivative"),
    "asarray": (lambda: grad(np.asarray)(1.0), TypeError, "numpy.asarray: a Var would lose its derivative"),
    "operator": (lambda: grad(lambda x: x % 2)(1.0), TypeError, "unsupported operand type"),
    "assignment": (lambda: grad(lambda x: x.__setitem__(0, 1.0))(ones), TypeError, "assignment to an entry of a Var"),
    "add shapes": (lambda: grad(lambda x: x + np.ones(2))(ones), ValueError, r"add: shapes \(3,\) and \(2,\)"),
    "add left": (lambda: grad(lambda x: np.ones(2) - x)(ones), ValueError, r"subtract: shapes \(2,\) and \(3,\)"),
    "var shapes": (lambda: grad(lambda x, y: x / y)(ones, np.ones(2)), ValueError, r"divide: shapes \(3,\) and \(2,"),
    "matmul shapes": (lambda: grad(lambda x: x @ np.ones(2))(ones), ValueError, r"matmul: shapes \(3,\) and \(2,\)"),
    "matmul of arrays": (lambda: tape.matmul(ones, np.ones(2)), ValueError, "matmul: shapes"),
    "where shapes": (lambda: tape.where(ones > 0, ones, np.ones(2)), ValueError, r"where: shapes \(3,\), \(3,\) and"),
    "where condition": (lambda: grad(lambda x: tape.where(x, x, 1.0))(1.0), TypeError, "where: argument 0 must be"),
    "where argument": (lambda: tape.where(True, "x", 1.0), TypeError, "where: argument 1 must be real numbers"),
    "reshape": (lambda: grad(lambda x: tape.reshape(x, (2, 2)))(ones), ValueError, r"reshape: shape \(3,\)"),
    "index": (lambda: grad(lambda x: x[x])(ones), TypeError, "index: an entry is chosen by integers"),
    "root": (lambda: grad(lambda x: (-x) ** 0.5)(8.0), ValueError, "power: a negative base needs an integer exponent"),
    "u shape": (lambda: vjp(lambda x: x, ones)[1](1.0), ValueError, r"vjp: u must have the shape \(3,\)"),
    "u complex": (lambda: vjp(lambda x: x, 1.0)[1](1j), TypeError, "vjp: the argument of the pullback"),
    "mean of nothing": (lambda: grad(tape.mean)(np.ones(0)), ValueError, r"mean: the argument must have at least one"),
    "max of nothing": (lambda: grad(tape.max)(np.ones(0)), ValueError, r"max: .* at least one entry, got shape \(0,\)"),
    "no logsumexp": (lambda: tape.logsumexp(np.ones((0, 2))), ValueError, r"logsumexp: .* got shape \(0, 2\)"),
    "Var": (lambda: Var("x"), TypeError, "Var: value must be real numbers"),
    "hash": (lambda: {Var(1.0): 2}, TypeError, "unhashable"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors_name_the_function_and_the_argument(case):
    call, error, message = ERRORS[case]
    with pytest.raises(error, match=message):
        call()


def test_a_number_that_escapes_from_its_call_is_noticed():
    kept = []
    grad(lambda x: kept.append(x) or x * 2.0)(1.0)
    with pytest.raises(ValueError, match="belongs to a gradient call that is over"):
        kept[0] * 2.0


class Counted(float):
    """A float that counts its multiplications: any float will do as a value."""

    count = 0

    def __mul__(self, other):
        Counted.count += 1
        return Counted(float(self) * float(other))

    __rmul__ = __mul__


def product(*xs):
    y = xs[0]
    for x in xs[1:]:
        y = y * x
    return y


def test_reverse_mode_needs_three_multiplications_per_factor_whatever_the_number_of_inputs():
    """x_k = 1 + 1/k: the product telescopes to n + 1 and its derivatives are (n + 1) k / (k + 1)."""
    n = 1000
    xs = [Counted(1 + 1 / k) for k in range(1, n + 1)]
    Counted.count = 0
    value, gradient = value_and_grad(product)(*xs)
    assert Counted.count == 3 * (n - 1)
    assert_same(value, n + 1)
    assert_same(gradient, [(n + 1) * k / (k + 1) for k in range(1, n + 1)])
    Counted.count = 0
    _, tangent = jvp(product, tuple(xs), (1.0, *[0.0] * (n - 1)))
    assert Counted.count == 3 * (n - 1)
    assert_same(tangent, (n + 1) / 2)


def test_a_sweep_drops_the_nodes_on_its_way_unless_told_otherwise():
    from gradnotes.tape.sweep import sweep

    for options, left in (({}, 1), ({"release": False}, 3)):
        nodes, adjoints = [(), (), ()], [None, 1.0, 1.0]
        sweep(nodes, adjoints, 1, **options)
        assert len(nodes) == left and adjoints == [None]
