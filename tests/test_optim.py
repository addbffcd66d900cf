"""Descent against torch, closed forms and the golden values; its stops, its errors, its batches."""

from __future__ import annotations

import json
import math
import tracemalloc
import warnings
from pathlib import Path as File

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gradnotes.data import study_hours
from gradnotes.optim import Path, gradient_descent, inverse_decay, iterates, minibatches, sgd
from gradnotes.verify import check_grad, numerical_grad

GOLDEN = {k: v["value"] for k, v in json.loads((File(__file__).parent / "golden.json").read_text())["values"].items()}
RAVINE = np.array([1.0, 100.0])


def hills(x):
    return 2 * x + 10 * np.cos(x)


def torch_path(loss, x0, steps, schedule=None, **options):
    """The iterates of torch.optim.SGD in float64, x0 first."""
    x = torch.tensor(x0, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([x], **options)
    path = [x.detach().clone().numpy()]
    for step in range(steps):
        if schedule is not None:
            optimizer.param_groups[0]["lr"] = schedule(step)
        optimizer.zero_grad()
        loss(x, step).backward()
        optimizer.step()
        path.append(x.detach().clone().numpy())
    return np.array(path)


# ------------------------------------------------------------------ step for step equal to torch


@pytest.mark.parametrize(
    ("momentum", "nesterov"), [(0.0, False), (0.3, False), (0.9, False), (0.3, True), (0.9, True)]
)
@pytest.mark.parametrize("name", ["ravine", "hills", "quartic"])
def test_every_step_equals_torch(name, momentum, nesterov):
    rate, x0, ours, theirs = {
        "ravine": (0.005, [1.0, 1.0], lambda x: RAVINE * x, lambda x, _: (torch.tensor(RAVINE) * x**2).sum() / 2),
        "hills": (0.02, 5.0, hills, lambda x, _: x**2 + 10 * torch.sin(x)),
        "quartic": (0.01, [[1.0, -2.0], [0.5, 1.5]], lambda x: x**3 + x, lambda x, _: (x**4 + 2 * x**2).sum() / 4),
    }[name]
    path = gradient_descent(ours, x0, lr=rate, momentum=momentum, nesterov=nesterov, tol=0, max_steps=200)
    expected = torch_path(theirs, x0, 200, lr=rate, momentum=momentum, nesterov=nesterov)
    np.testing.assert_allclose(path.x, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_a_schedule_is_torchs_schedule(momentum):
    schedule = inverse_decay(0.1, 0.3)
    path = gradient_descent(hills, 5.0, lr=schedule, momentum=momentum, tol=0, max_steps=60)
    expected = torch_path(lambda x, _: x**2 + 10 * torch.sin(x), 5.0, 60, schedule, lr=1.0, momentum=momentum)
    np.testing.assert_allclose(path.x, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("size", "momentum"), [(1, 0.0), (4, 0.0), (7, 0.9), (20, 0.5)])
def test_mini_batches_equal_torch_on_the_same_rows(size, momentum):
    rng = np.random.default_rng(5)
    X, y = rng.standard_normal((20, 3)), rng.standard_normal(20)
    rows = [r for g in [np.random.default_rng(8)] for _ in range(3) for r in minibatches(20, size, g)]
    path = sgd(
        lambda w, r: X[r].T @ (X[r] @ w - y[r]) / len(r),
        np.zeros(3), 20, lr=0.1, batch_size=size, epochs=3, momentum=momentum, rng=8,
    )  # fmt: skip
    A, b = torch.tensor(X), torch.tensor(y)
    expected = torch_path(
        lambda w, t: ((A[rows[t]] @ w - b[rows[t]]) ** 2).mean() / 2, np.zeros(3), len(rows), lr=0.1, momentum=momentum
    )
    assert path.steps == 3 * math.ceil(20 / size)
    np.testing.assert_allclose(path.x, expected, rtol=1e-12, atol=1e-12)


# ------------------------------------------------------------------ the two conventions of momentum


def slides(grad, x, rates, gamma):
    """v_t = gamma v_{t-1} + eta grad, x_{t+1} = x_t - v_t: the rate inside the velocity."""
    path, v = [x], 0.0
    for eta in rates:
        v = gamma * v + eta * grad(path[-1])
        path.append(path[-1] - v)
    return np.array(path)


def test_bridge_the_rate_inside_or_outside_the_velocity_is_one_path_while_the_rate_is_constant():
    ours = gradient_descent(hills, 5.0, lr=0.1, momentum=0.9, tol=0, max_steps=150).x
    np.testing.assert_allclose(ours, slides(hills, 5.0, [0.1] * 150, 0.9), rtol=1e-10)


def test_bridge_under_a_schedule_the_conventions_part_and_a_rescaled_velocity_joins_them():
    rates = [0.1] * 3 + [0.05] * 3
    inside = slides(lambda x: x, 1.0, rates, 0.9)
    ours = gradient_descent(lambda x: x, 1.0, lr=rates.__getitem__, momentum=0.9, tol=0, max_steps=6).x
    np.testing.assert_allclose(ours[4:], [0.35640, 0.22194, 0.08983], atol=5e-6)
    np.testing.assert_allclose(inside[4:], [0.25110, 0.02714, -0.17579], atol=5e-6)
    joined, x, v = [1.0], 1.0, 0.0  # gamma eta_t / eta_{t-1} instead of gamma turns ours into theirs
    for t, eta in enumerate(rates):
        v = 0.9 * (rates[t - 1] / eta if t else 1) * v + x
        x = x - eta * v
        joined.append(x)
    np.testing.assert_allclose(joined, inside, rtol=1e-13)


def test_bridge_the_average_form_of_momentum_needs_a_larger_rate():
    ours = gradient_descent(hills, 5.0, lr=0.01, momentum=0.9, tol=0, max_steps=30).x
    x, v, path = 5.0, 0.0, [5.0]
    for _ in range(30):
        v = 0.9 * v + 0.1 * hills(x)
        x = x - 0.01 / (1 - 0.9) * v
        path.append(x)
    np.testing.assert_allclose(ours, path, rtol=1e-12)


def test_velocity_is_a_filtered_gradient():
    path = gradient_descent(hills, 5.0, lr=0.1, momentum=0.7, tol=0, max_steps=40)
    g = hills(path.x)
    for t in (0, 5, 39):
        velocity = sum(0.7 ** (t - k) * g[k] for k in range(t + 1))
        assert path.x[t] - path.x[t + 1] == pytest.approx(0.1 * velocity, rel=1e-9)


def test_golden_trace_of_momentum():
    path = gradient_descent(lambda x: x, 1.0, lr=0.1, momentum=0.9, tol=0, max_steps=6)
    np.testing.assert_allclose(path.x[1:], GOLDEN["GD.momentum_trace"], atol=1e-13)


@pytest.mark.parametrize("run", GOLDEN["GD.momentum"]["runs"])
def test_golden_escape_from_the_local_minimum(run):
    path = gradient_descent(hills, 5.0, momentum=float(run.split("=")[1]))
    steps, end = GOLDEN["GD.momentum"]["runs"][run]
    assert (path.steps, path.converged) == (steps, True)
    assert path.x[-1] == pytest.approx(end, abs=1e-6)


# ------------------------------------------------------------------ learning rate, stopping, divergence


def test_golden_first_descent():
    path = gradient_descent(lambda x: 2 * x, 1.0)
    assert path.steps == GOLDEN["GD.x2"]["iters"] == math.ceil(math.log(0.0005) / math.log(0.8))
    assert path.x[-1] == pytest.approx(GOLDEN["GD.x2"]["x"], rel=1e-12)
    np.testing.assert_allclose(path.grad_norm, 2 * path.x, rtol=1e-15)
    assert isinstance(path, Path) and path.x.shape == (36,) and path.stop_reason == "gradient"


@pytest.mark.parametrize("start", [-5, 5])
def test_golden_one_valley(start):
    path = gradient_descent(lambda x: 2 * x + 5 * np.cos(x), start)
    steps, end = GOLDEN["GD.x2_5sin"]["from_minus5" if start < 0 else "from_plus5"]
    assert path.steps == steps and path.x[-1] == pytest.approx(end, abs=1e-9)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 0.9])
def test_golden_plateau_a_small_gradient_is_no_minimum(gamma):
    path = gradient_descent(lambda x: x**2 * (x + 1), 1.0, momentum=gamma)
    steps, end = GOLDEN["SGD.plateau"][f"gamma={gamma}"]
    assert path.steps == steps and path.x[-1] == pytest.approx(end, abs=1e-9)


@pytest.mark.parametrize("y0", GOLDEN["SGD.saddle"])
def test_golden_saddle(y0):
    path = gradient_descent(lambda p: np.array([p[0], p[1] ** 3 - p[1]]), [1.0, float(y0)], tol=0, max_steps=400)
    left = np.flatnonzero(abs(path.x[:, 1]) > 0.5)
    assert (int(left[0]) if left.size else None) == GOLDEN["SGD.saddle"][y0]


@pytest.mark.parametrize("rate", GOLDEN["GD.lr_threshold"])
def test_golden_rates_follow_the_closed_form(rate):
    path = gradient_descent(lambda x: 2 * x, 1.0, lr=float(rate), tol=0, max_steps=50)
    assert abs(path.x[-1]) == pytest.approx(GOLDEN["GD.lr_threshold"][rate], rel=1e-12, abs=0)
    np.testing.assert_allclose(path.x, (1 - 2 * float(rate)) ** np.arange(51.0), rtol=1e-12)


@pytest.mark.parametrize(("rate", "reason"), [(0.9, "gradient"), (1.0, "max_steps"), (1.1, "diverged")])
def test_inside_on_and_beyond_the_threshold(rate, reason):
    assert gradient_descent(lambda x: 2 * x, 1.0, lr=rate).stop_reason == reason


@settings(max_examples=60, deadline=None)
@given(a=st.floats(0.01, 100), share=st.floats(0.02, 3.5).filter(lambda s: abs(s - 2) > 0.05))
def test_law_a_quadratic_converges_iff_the_rate_is_below_two_over_its_curvature(a, share):
    path = gradient_descent(lambda x: a * x, 1.0, lr=share / a, tol=a * 1e-3, max_steps=2000)
    assert path.stop_reason == ("gradient" if share < 2 else "diverged")


@settings(max_examples=60, deadline=None)
@given(momentum=st.floats(0, 0.9), share=st.floats(0.05, 1.4).filter(lambda s: abs(s - 1) > 0.03))
def test_law_momentum_widens_the_safe_range_to_twice_one_plus_gamma(momentum, share):
    rate = share * 2 * (1 + momentum)
    path = gradient_descent(lambda x: x, 1.0, lr=rate, momentum=momentum, max_steps=4000)
    assert path.stop_reason == ("gradient" if share < 1 else "diverged")


@pytest.mark.parametrize(
    "grad",
    [lambda x: 4 * x**3, lambda x: np.exp(x**2), lambda x: -np.log(-x), lambda x: x / 0 * np.ones_like(x)],
    ids=["quartic", "exp", "log of a negative number", "division"],
)
@pytest.mark.parametrize("x0", [1e3, [1e3, 2.0]])
def test_divergence_is_reported_without_warnings_and_the_path_stays_finite(grad, x0):
    with warnings.catch_warnings(), np.errstate(divide="ignore"):
        warnings.simplefilter("error")
        path = gradient_descent(grad, x0, lr=0.5)
    assert path.stop_reason == "diverged" and not path.converged
    assert np.isfinite(path.x).all() and len(path.grad_norm) == path.steps + 1


@pytest.mark.parametrize("options", [{}, {"momentum": 0.5}, {"momentum": 0.5, "nesterov": True}])
def test_diverged_means_farther_than_1e12_starts(options):
    path = gradient_descent(lambda x: -x, [3.0, 4.0], lr=1.0, max_steps=100, **options)  # at least doubles
    distance = np.linalg.norm(path.x, axis=1)
    assert path.stop_reason == "diverged" and (distance[:-1] <= 5e12).all() and distance[-1] > 5e12


def test_a_huge_or_tiny_start_is_measured_without_overflow():
    assert gradient_descent(lambda x: x, [1e200, 1e200], lr=0.5, max_steps=2000).converged
    path = gradient_descent(lambda x: x, [3e-170, 4e-170], tol=0, max_steps=1)
    assert path.grad_norm[0] == pytest.approx(5e-170, rel=1e-14, abs=0)


def test_sgd_reports_divergence_also_at_its_last_update():
    path = sgd(lambda x, rows: -1e13 * x, [1.0], 4, lr=1.0, batch_size=4, epochs=1, rng=0)
    assert (path.stop_reason, path.steps) == ("diverged", 1) and np.isnan(path.grad_norm[-1])


def test_stop_is_tested_before_the_step():
    path = gradient_descent(lambda x: x, 1e-4)
    assert path.steps == 0 and path.converged and path.x.tolist() == [1e-4] and path.grad_norm.tolist() == [1e-4]
    assert gradient_descent(lambda x: 0 * x, 1.0, tol=0, max_steps=3).stop_reason == "max_steps"
    assert gradient_descent(lambda x: x, 1.0, max_steps=0).x.tolist() == [1.0]


def test_iterates_are_those_of_descent_without_a_stop():
    expected = gradient_descent(hills, 5.0, lr=0.05, momentum=0.5, tol=0, max_steps=30).x
    np.testing.assert_array_equal(iterates(hills, 5.0, 30, lr=0.05, momentum=0.5), expected)


def test_projection_acts_after_the_step_and_leaves_the_velocity_alone():
    path = gradient_descent(
        lambda x: x - 3, 0.0, lr=0.5, momentum=0.5, tol=0, max_steps=40, project=lambda x: min(x, 1.0)
    )
    x, v = 0.0, 0.0
    for t in range(40):
        v = 0.5 * v + (x - 3)
        x = min(x - 0.5 * v, 1.0)
        assert path.x[t + 1] == x
    assert path.stop_reason == "max_steps" and path.x[-1] == 1.0


def test_a_projection_that_reuses_its_buffer_does_not_overwrite_the_path():
    buffer = np.zeros(2)

    def project(x):
        buffer[:] = np.clip(x, -1, 1)
        return buffer

    path = gradient_descent(lambda x: x, [1.0, -0.5], lr=0.5, tol=0, max_steps=2, project=project)
    np.testing.assert_array_equal(path.x, [[1, -0.5], [0.5, -0.25], [0.25, -0.125]])


@settings(max_examples=50, deadline=None)
@given(x=st.floats(-20, 20), lr=st.floats(0.001, 1))
def test_law_the_step_has_the_sign_opposite_to_the_slope(x, lr):
    path = gradient_descent(hills, x, lr=lr, tol=0, max_steps=1)
    assert np.sign(path.x[1] - path.x[0]) == -np.sign(hills(x))


@given(shift=st.floats(-50, 50))
@settings(max_examples=20, deadline=None)
def test_law_descent_commutes_with_translation(shift):
    a = gradient_descent(hills, 5.0, momentum=0.5, tol=0, max_steps=20).x
    b = gradient_descent(lambda x: hills(x - shift), 5.0 + shift, momentum=0.5, tol=0, max_steps=20).x
    np.testing.assert_allclose(b - shift, a, atol=1e-6)


# ------------------------------------------------------------------ mini-batches


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 60), data=st.data())
def test_law_an_epoch_holds_each_row_once(n, data):
    size = data.draw(st.integers(1, n))
    batches = minibatches(n, size, data.draw(st.integers(0, 999)))
    assert len(batches) == math.ceil(n / size) and all(len(b) == size for b in batches[:-1])
    assert sorted(np.concatenate(batches)) == list(range(n))


def test_golden_updates_per_epoch():
    counted = {
        "FBGD_m1280": len(minibatches(1280, 1280, 0)),
        "MB_1280_128": len(minibatches(1280, 128, 0)),
        "SGD_m1280": len(minibatches(1280, 1, 0)),
        "MB_1000_128_keep_last": len(minibatches(1000, 128, 0)),
        "MB_1000_128_drop_last": sum(len(b) == 128 for b in minibatches(1000, 128, 0)),
        "study_hours_SGD": len(minibatches(20, 1, 0)),
        "study_hours_MB4": len(minibatches(20, 4, 0)),
    }
    assert counted == GOLDEN["SGD.updates_per_epoch"]


def test_a_batch_of_all_rows_is_gradient_descent():
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((12, 2)), rng.standard_normal(12)
    full = gradient_descent(lambda w: X.T @ (X @ w - y) / 12, [0.0, 0.0], tol=0, max_steps=30)
    batch = sgd(lambda w, r: X[r].T @ (X[r] @ w - y[r]) / 12, [0.0, 0.0], 12, lr=0.1, batch_size=12, epochs=30, rng=0)
    np.testing.assert_allclose(batch.x, full.x, rtol=1e-13, atol=1e-15)


def test_gradient_norm_of_sgd_is_that_of_the_batch():
    path = sgd(lambda x, r: x - r.mean(), 0.0, 6, lr=0.1, batch_size=2, epochs=2, rng=4)
    g = np.random.default_rng(4)
    rows = [r for _ in range(2) for r in minibatches(6, 2, g)]
    np.testing.assert_allclose(path.grad_norm[:-1], [abs(path.x[t] - rows[t].mean()) for t in range(6)], rtol=1e-14)
    assert np.isnan(path.grad_norm[-1]) and path.stop_reason == "max_steps" and not path.converged


def test_replacement_draws_rows_independently():
    seen = []
    sgd(lambda x, r: seen.append(r) or 0.0, 0.0, 1280, lr=1.0, batch_size=128, epochs=40, rng=2, replace=True)
    missed = [1 - len(set(np.concatenate(seen[10 * e : 10 * e + 10]).tolist())) / 1280 for e in range(40)]
    assert [len(r) for r in seen] == [128] * 400
    expected = float(GOLDEN["SGD.unseen_fraction"]["with_replacement_1280_draws"])
    assert np.mean(missed) == pytest.approx(expected, abs=0.01)


def test_data_larger_than_memory_is_streamed_from_a_file(tmp_path):
    """200 000 x 20 on disk (32 MB): the fit equals that in memory, with a peak below 5 MB."""
    n, d, block = 200_000, 20, 10_000
    disk = np.memmap(tmp_path / "X.dat", dtype=float, mode="w+", shape=(n, d))
    y, rng = np.empty(n), np.random.default_rng(0)
    for a in range(0, n, block):
        disk[a : a + block] = rng.standard_normal((block, d))
        y[a : a + block] = disk[a : a + block].sum(axis=1) + rng.standard_normal(block)
    disk.flush()
    del disk

    def fit(X):
        def mean_gradient(w, rows):
            A = np.asarray(X[rows])
            return A.T @ (A @ w - y[rows]) / len(rows)

        return sgd(mean_gradient, np.zeros(d), n, lr=0.1, batch_size=1000, epochs=1, rng=1).x

    tracemalloc.start()
    streamed = fit(np.memmap(tmp_path / "X.dat", dtype=float, mode="r", shape=(n, d)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    X = np.fromfile(tmp_path / "X.dat").reshape(n, d)
    np.testing.assert_allclose(streamed, fit(X), rtol=1e-12)
    np.testing.assert_allclose(streamed[-1], np.linalg.lstsq(X, y, rcond=None)[0], atol=0.05)
    assert peak < 5e6, f"peak {peak / 1e6:.1f} MB"


def test_golden_order_dependence():
    x, y = np.arange(1.0, 13), np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8.0])
    for name, order in (("ascending", range(12)), ("descending", range(11, -1, -1))):
        rows = iter([*order, 0])  # the thirteenth gradient is asked for at the last iterate
        path = gradient_descent(
            lambda w, rows=rows: x[i := next(rows)] * (x[i] * w - y[i]), 0.0, lr=0.01, tol=0, max_steps=12
        )
        assert path.x[-1] == pytest.approx(GOLDEN["SGD.order_dependence"][name], abs=1e-12)


def test_golden_points_that_pull_the_wrong_way():
    table = study_hours()
    X = np.column_stack([np.ones(20), table.hours])
    y = table.passed.to_numpy()

    def each(w):
        return (1 / (1 + np.exp(-X @ w)) - y)[:, None] * X

    w = np.zeros(2)
    assert int((each(w) @ each(w).mean(0) < 0).sum()) == GOLDEN["SGD.wrong_direction"]["at_zero"]
    check_grad(lambda w: np.logaddexp(0, X @ w).mean() - (y * (X @ w)).mean(), lambda w: each(w).mean(0), w)


def test_same_seed_same_path_and_a_generator_is_advanced():
    def run(rng):
        return sgd(lambda x, r: x - r.mean(), 0.0, 8, lr=0.3, batch_size=2, epochs=2, rng=rng).x

    np.testing.assert_array_equal(run(7), run(np.random.default_rng(7)))
    rng = np.random.default_rng(7)
    assert not np.array_equal(run(rng), run(rng))
    state = np.random.get_state()[1].copy()  # noqa: NPY002 - the global generator must stay untouched
    run(1)
    np.testing.assert_array_equal(state, np.random.get_state()[1])  # noqa: NPY002


def test_inverse_decay_and_running_mean():
    stream = np.array([3.0, 1, 4, 1, 5, 9])
    path = sgd(lambda w, r: w - stream[r].mean(), 100.0, 6, lr=inverse_decay(1, 1), batch_size=1, epochs=1, rng=3)
    order = np.random.default_rng(3).permutation(6)
    np.testing.assert_allclose(path.x[1:], np.cumsum(stream[order]) / np.arange(1, 7), rtol=1e-14)


# ------------------------------------------------------------------ errors: rule, value, remedy


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lr": 0.0}, r"lr must be > 0, got 0\.0: .*start with"),
        ({"lr": -0.1}, r"lr must be > 0, got -0\.1"),
        ({"lr": math.nan}, r"lr must be > 0, got nan"),
        ({"lr": math.inf}, r"lr must be > 0, got inf"),
        ({"lr": lambda t: 0.1 - 0.05 * t}, r"lr\(2\) must be > 0, got 0\.0"),
        ({"x0": math.nan}, r"x0 must be finite, got nan: choose"),
        ({"x0": [1.0, math.inf]}, r"x0 must be finite"),
        ({"x0": [1.0, 2.0], "grad": lambda x: x[:1]}, r"gradient must have the shape \(2,\) of x, got \(1,\): "),
        ({"x0": [1.0, 2.0], "grad": lambda x: 1.0}, r"got \(\)"),
        ({"x0": 1.0, "grad": lambda x: np.ones((1, 1))}, r"the shape \(\) of x, got \(1, 1\)"),
        ({"x0": [1.0, 2.0], "project": lambda x: x[:1]}, r"result of project must have the shape \(2,\)"),
        ({"momentum": 1.0}, r"momentum must be in \[0, 1\), got 1\.0"),
        ({"momentum": -0.1}, r"momentum must be in \[0, 1\), got -0\.1"),
        ({"momentum": math.nan}, r"momentum must be in"),
        ({"tol": -1.0}, r"tol must be >= 0, got -1\.0: give 0"),
        ({"tol": math.nan}, r"tol must be >= 0, got nan"),
        ({"max_steps": -1}, r"max_steps must be a whole number >= 0; got -1"),
        ({"max_steps": 2.5}, r"max_steps must be a whole number >= 0; got 2\.5"),
        ({"lr": "0.1"}, r"lr must be > 0, got '0\.1'"),
        ({"lr": np.array([0.1, 0.1]), "x0": [1.0, 2.0]}, r"lr must be > 0, got array"),
        ({"lr": lambda t: None}, r"lr\(0\) must be > 0, got None"),
        ({"momentum": "0.9"}, r"momentum must be in \[0, 1\), got '0\.9'"),
        ({"tol": "small"}, r"tol must be >= 0, got 'small'"),
        ({"x0": "a"}, r"x0 must be a number or an array of numbers, got 'a': give real numbers"),
        ({"x0": 1j}, r"x0 must be a number or an array of numbers, got 1j"),
        ({"x0": [[1.0], [1.0, 2.0]]}, r"x0 must be a number or an array of numbers"),
        ({"x0": []}, r"x0 must hold at least one number, got shape \(0,\): there is nothing to move"),
        ({"grad": lambda x: None}, r"the gradient must be a number, got None: does the function return it"),
    ],
)
def test_gradient_descent_refuses(change, message):
    options = {"grad": lambda x: 2 * x, "x0": 1.0} | change
    with pytest.raises(ValueError, match=message):
        gradient_descent(options.pop("grad"), options.pop("x0"), **options)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch_size": 0}, r"batch_size must be a whole number from 1 to 10, the number of rows; got 0: choose"),
        ({"batch_size": 11}, r"batch_size must be .* got 11"),
        ({"batch_size": 2.0}, r"batch_size must be .* got 2\.0"),
        ({"epochs": 0}, r"epochs must be a whole number >= 1; got 0"),
        ({"n": 0}, r"n must be a whole number >= 1; got 0"),
        ({"lr": 0}, r"lr must be > 0, got 0"),
        ({"momentum": 1}, r"momentum must be in \[0, 1\)"),
        ({"x0": math.nan}, r"x0 must be finite"),
        ({"batch_grad": lambda x, rows: np.ones(3)}, r"gradient must have the shape \(\) of x, got \(3,\)"),
    ],
)
def test_sgd_refuses(change, message):
    options = {"batch_grad": lambda x, rows: x, "x0": 1.0, "n": 10, "lr": 0.1, "batch_size": 5, "epochs": 1} | change
    with pytest.raises(ValueError, match=message):
        sgd(options.pop("batch_grad"), options.pop("x0"), options.pop("n"), rng=0, **options)


@pytest.mark.parametrize(("n", "size"), [(10, 0), (10, 11), (0, 1), (10, -1)])
def test_minibatches_refuses(n, size):
    with pytest.raises(ValueError, match="must be a whole number"):
        minibatches(n, size, 0)


@pytest.mark.parametrize(("lr", "decay"), [(0, 1), (1, -1), (1, math.nan), ("1", 1), (1, "1")])
def test_inverse_decay_refuses(lr, decay):
    with pytest.raises(ValueError, match="must be"):
        inverse_decay(lr, decay)


def test_finite_differences_agree_with_the_hills():
    assert numerical_grad(lambda x: float(x) ** 2 + 10 * math.sin(float(x)), 3.0) == pytest.approx(hills(3.0), rel=1e-8)


def test_by_default_the_walk_gives_up_after_1000_steps():
    path = gradient_descent(lambda x: np.ones(1), [0.0], lr=1e-3)
    assert path.steps == 1000 and path.stop_reason == "max_steps"
