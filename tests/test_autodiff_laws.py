"""Laws of the derivative on random programs with broadcasting: against torch, both modes, and differences."""

from __future__ import annotations

from types import SimpleNamespace

import expressions
import numpy as np
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradnotes import tape
from gradnotes.dual import jvp
from gradnotes.verify import assert_same, numerical_grad

ALL = {**expressions.SMOOTH, **expressions.KINKED}
quiet = {"derandomize": True, "deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


def torch_module():
    def over(f):
        return lambda x, axis=None, keep=False: f(x, tuple(range(x.ndim)) if axis is None else axis, keep)

    return SimpleNamespace(
        exp=torch.exp, log=torch.log, sin=torch.sin, cos=torch.cos, tanh=torch.tanh, sigmoid=torch.sigmoid,
        relu=torch.relu, sqrt=torch.sqrt, matmul=torch.matmul, where=torch.where, transpose=lambda x: x.T,
        reshape=lambda x, shape: x.reshape(shape), sum=over(torch.sum), mean=over(torch.mean),
        max=over(torch.amax), logsumexp=over(torch.logsumexp),
    )  # fmt: skip


TORCH = torch_module()


def close(ours, theirs, tolerance=1e-9):
    assert_same(ours, theirs, rtol=tolerance, atol=tolerance * max(1.0, float(np.max(np.abs(theirs), initial=0.0))))


@settings(max_examples=500, **quiet)
@given(expressions.programs(ALL))
def test_gradients_of_random_programs_equal_those_of_torch(program):
    xs = expressions.inputs(program)
    value, gradients = tape.value_and_grad(lambda *xs: expressions.run(program, xs))(*xs)
    leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in xs]
    total = expressions.run(program, leaves, TORCH)
    theirs = torch.autograd.grad(total, leaves, allow_unused=True, materialize_grads=True)
    close(value, total.item())
    for ours, their in zip(gradients, theirs, strict=True):
        close(ours, their.numpy())


@settings(max_examples=200, **quiet)
@given(expressions.programs(ALL), st.integers(0, 10**6))
def test_forward_and_reverse_mode_agree(program, seed):
    xs = tuple(expressions.inputs(program))
    rng = np.random.default_rng(seed)
    vs = tuple(rng.normal(size=np.shape(x)) if np.shape(x) else float(rng.normal()) for x in xs)
    f = lambda *xs: expressions.run(program, xs)  # noqa: E731
    value, tangent = jvp(f, xs, vs)
    gradients = tape.grad(f)(*xs)
    close(value, f(*xs))
    close(tangent, sum(float(np.sum(g * v)) for g, v in zip(gradients, vs, strict=True)))


@settings(max_examples=100, **quiet)
@given(expressions.programs(expressions.SMOOTH))
def test_gradients_agree_with_finite_differences(program):
    xs = expressions.inputs(program)
    gradients = tape.grad(lambda *xs: expressions.run(program, xs))(*xs)
    for k, gradient in enumerate(gradients):
        numeric = numerical_grad(lambda x, k=k: expressions.run(program, [*xs[:k], x, *xs[k + 1 :]]), xs[k], 1e-4)
        assert_same(gradient, numeric, rtol=1e-5, atol=1e-5 * max(1.0, np.abs(numeric).max()))


@settings(max_examples=60, **quiet)
@given(expressions.programs(expressions.SMOOTH), st.integers(0, 10**6))
def test_the_hessian_is_symmetric(program, seed):
    """<u, H v> = <v, H u>, and forward over reverse equals reverse over forward."""
    xs = expressions.inputs(program)
    x = np.zeros((2, 3)) + xs[0]
    f = lambda x: expressions.run(program, [x, *xs[1:]])  # noqa: E731
    u, v = np.random.default_rng(seed).normal(size=(2, 2, 3))
    Hu, Hv = jvp(tape.grad(f), x, u)[1], jvp(tape.grad(f), x, v)[1]
    scale = 1.0 + np.abs(Hu).max() + np.abs(Hv).max()
    assert_same(np.sum(u * Hv) / scale, np.sum(v * Hu) / scale, atol=1e-9)
    close(tape.grad(lambda x: jvp(f, x, v)[1])(x), Hv, 1e-8)


@settings(max_examples=60, **quiet)
@given(expressions.programs(ALL), expressions.programs(ALL))
def test_linearity_and_product_rule(one, two):
    xs = expressions.inputs(one)
    f = lambda *xs: expressions.run(one, xs)  # noqa: E731
    g = lambda *xs: expressions.run(two, xs)  # noqa: E731
    df, dg = tape.grad(f)(*xs), tape.grad(g)(*xs)
    both = tape.grad(lambda *xs: 2.0 * f(*xs) - 3.0 * g(*xs))(*xs)
    product = tape.grad(lambda *xs: f(*xs) * g(*xs))(*xs)
    for a, b, sum_, prod in zip(df, dg, both, product, strict=True):
        close(sum_, 2.0 * a - 3.0 * b)
        close(prod, g(*xs) * a + f(*xs) * b)


@settings(max_examples=60, **quiet)
@given(expressions.programs(ALL))
def test_chain_rule(program):
    xs = expressions.inputs(program)
    f = lambda *xs: expressions.run(program, xs)  # noqa: E731
    outer = tape.grad(tape.tanh)(float(f(*xs)))
    for composed, inner in zip(tape.grad(lambda *xs: tape.tanh(f(*xs)))(*xs), tape.grad(f)(*xs), strict=True):
        close(composed, outer * inner)
