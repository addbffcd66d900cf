"""Stationary laws of stochastic ascent on the step model, by simulation and by linear algebra; what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from gradnotes.chains import ascend, linear_theory, stationary_law
from gradnotes.gain import PHIS, Algebraic, Arctan, Erf, StepModel, Tanh

MODEL, SHARP, STEP = StepModel((0, 0.3, 1)), Algebraic(0.01), 0.001
FLAT = 3 * np.pi / 32  # variance / (lr / batch) of phi_eps, linear regime
KICKS = 16 / 105  # variance / (lr^2 / (batch^2 eps)), rare hits


def run(model=MODEL, phi=SHARP, **changes):
    options = {"lr": STEP, "batch_size": 1, "steps": 200, "chains": 50, "rng": 0, **changes}
    return ascend(model, phi, **options)


def plain(model, phi, lr, batch_size, steps, chains, rng, project=True):
    """The definition, line by line."""
    a, cut, b = model.knots
    rng, theta, path = np.random.default_rng(rng), np.full(chains, cut), []
    for _ in range(steps):
        x = a + (b - a) * rng.random((batch_size, chains))
        theta = theta + lr * (model.label(x) * phi.derivative(x - theta)).mean(axis=0)
        theta = np.clip(theta, a, b) if project else theta
        path.append(theta)
    return np.array(path)


@pytest.mark.parametrize("name", PHIS)
@pytest.mark.parametrize("batch_size", [1, 5])
def test_equals_the_plain_loop(name, batch_size):
    phi = PHIS[name](scale=0.1) if name != "algebraic" else Algebraic(0.01)
    path = plain(MODEL, phi, STEP, batch_size, 101, 30, 7)
    ours = run(phi=phi, batch_size=batch_size, steps=101, chains=30, rng=7)
    np.testing.assert_allclose(ours.theta, path[-1], rtol=0, atol=1e-13)
    np.testing.assert_allclose(ours.mean, path[50:].mean(), rtol=0, atol=1e-13)
    np.testing.assert_allclose(ours.variance, path[50:].var(), rtol=1e-9)
    np.testing.assert_allclose(ours.averages, path[50:].mean(axis=0), rtol=0, atol=1e-13)


def test_blocks_do_not_change_the_draws(monkeypatch):
    whole = run(batch_size=7, steps=20, chains=11)
    for block in (1, 11, 25, 80, 200):
        monkeypatch.setattr("gradnotes.chains.ascent.BLOCK", block)
        np.testing.assert_allclose(run(batch_size=7, steps=20, chains=11).theta, whole.theta, rtol=0, atol=1e-14)


def test_on_another_interval_and_with_another_phi():
    class Own:
        derivative = staticmethod(Arctan(0.3).derivative)

    model = StepModel((-3, 0, 5))
    ours = run(model, Own(), batch_size=3, steps=50, chains=20)
    np.testing.assert_allclose(ours.theta, run(model, Arctan(0.3), batch_size=3, steps=50, chains=20).theta, atol=1e-13)
    np.testing.assert_allclose(ours.theta, plain(model, Arctan(0.3), STEP, 3, 50, 20, 0)[-1], rtol=0, atol=1e-13)


@pytest.mark.parametrize("eps", [0.03, 0.1])
def test_flat_law_of_the_variance(eps):
    """eps >> lr/m: the variance does not depend on the sharpness (5 % for the next order and for chance)."""
    big = StepModel((0, 3, 10))  # the walls and the other class are far
    for seed in range(3):
        found = run(big, Algebraic(eps), steps=3000, chains=1500, rng=seed, lr=0.01, batch_size=2)
        assert abs(found.variance / (FLAT * 0.01 / 2) - 1) < 0.08
        assert 0 < found.variance_error < 0.02 * found.variance


@pytest.mark.parametrize(("phi", "constant"), [(Tanh(0.1), 1 / 3), (Erf(0.1), 1 / (2 * np.sqrt(2)))])
def test_flat_law_of_other_activations(phi, constant):
    found = run(phi=phi, steps=1600, chains=1500)
    assert abs(found.variance / (constant * STEP) - 1) < 0.06


def test_law_of_rare_kicks():
    """eps << lr/m: 16/105 lr^2/eps, by simulation and by linear algebra."""
    eps = 1e-4
    for seed in range(3):
        found = run(phi=Algebraic(eps), steps=1200, chains=1500, rng=seed)
        assert abs(found.variance / (KICKS * STEP**2 / eps) - 1) < 0.05
    law = stationary_law(MODEL, Algebraic(eps), lr=STEP)
    assert abs(law.variance / (KICKS * STEP**2 / eps) - 1) < 0.03


@pytest.mark.parametrize("eps", [0.1, 0.01, 0.001, 0.0001])
def test_simulation_meets_the_stationary_law(eps):
    law = stationary_law(MODEL, Algebraic(eps), lr=STEP)
    found = run(phi=Algebraic(eps), steps=2000, chains=1500, rng=3)
    assert abs(found.variance / law.variance - 1) < 0.03
    assert abs(found.mean - law.mean) < 5 * found.mean_error + 1e-4


def test_stationary_law_model_values():
    """Values measured once with another program (501 against 2001 grid values, four digits)."""
    ratios = {0.03: 1.0971, 0.01: 1.0622, 0.003: 1.1310, 0.001: 1.335, 0.0001: 5.0738}
    for eps, ratio in ratios.items():
        law = stationary_law(MODEL, Algebraic(eps), lr=STEP)
        assert abs(law.variance / (FLAT * STEP) - ratio) < 3e-4
        assert abs(law.probability.sum() - 1) < 1e-12 and law.probability.min() > -1e-4
        finer = stationary_law(MODEL, Algebraic(eps), lr=STEP, size=1001, nodes=128)
        assert abs(finer.variance / law.variance - 1) < 1e-3
    assert stationary_law(MODEL, Algebraic(0.01), lr=STEP).rows < 1e-12


def test_linear_theory_against_the_law_and_its_leading_terms():
    for eps, ratio in ((0.1, 1.0097), (0.03, 1.0177), (0.01, 1.0435), (0.003, 1.1274), (0.001, 1.334)):
        theory = linear_theory(MODEL, Algebraic(eps), lr=STEP)
        assert abs(stationary_law(MODEL, Algebraic(eps), lr=STEP).variance / theory.variance - ratio) < 3e-4
    sharp = linear_theory(StepModel((0, 3, 10)), Algebraic(1e-4), lr=STEP, batch_size=4)
    assert abs(sharp.curvature / (2 / (10 * 0.01)) - 1) < 1e-4
    assert abs(sharp.push / (3 * np.pi / 8 / (10 * 0.01)) - 1) < 1e-4
    assert abs(sharp.variance / (FLAT * STEP / 4) - 1) < 1e-4
    step = 1e-5  # the curvature is the slope of the slope of the loss
    best = MODEL.maximiser(SHARP)
    second = -np.diff(MODEL.gain_gradient(best + np.array([-step, step]), SHARP))[0] / (2 * step)
    assert abs(linear_theory(MODEL, SHARP, lr=STEP).curvature / second - 1) < 1e-6


def test_error_and_energy_of_a_law():
    law = stationary_law(MODEL, SHARP, lr=STEP)
    direct = np.sqrt(law.probability @ (law.theta - 0.3) ** 2)
    assert abs(law.error(0.3) / direct - 1) < 1e-9
    theory = linear_theory(MODEL, SHARP, lr=STEP)
    assert abs(law.energy(MODEL, SHARP) / (theory.curvature * law.variance / 2) - 1) < 0.05
    wide = StepModel((0, 3, 10))
    assert abs(stationary_law(wide, SHARP, lr=STEP).energy(wide, SHARP) / (FLAT * STEP / (10 * 0.1)) - 1) < 0.1


def test_larger_batches_and_smaller_steps_are_the_same_noise():
    one = run(steps=1500, chains=1500, lr=STEP)
    four = run(steps=1500, chains=1500, lr=4 * STEP, batch_size=4, rng=1)
    assert abs(four.variance / one.variance - 1) < 0.08


def test_decaying_steps_converge_to_the_biased_cut():
    found = run(lr=lambda k: 0.3 / (k + 10), steps=3000, chains=1500)
    assert abs(3000 * found.theta.var() - 0.098) < 0.02
    assert abs(found.theta.mean() - MODEL.maximiser(SHARP)) < 1e-3


def test_escape_is_reported_and_said():
    far = {"phi": Algebraic(1e-3), "lr": 0.03, "steps": 1500, "chains": 200}
    free = run(project=False, **far)
    outside = ((free.theta < 0) | (free.theta > 1)).mean()
    assert free.escaped > 0.95 and outside > 0.9
    assert "left [0, 1]" in free.note and "lower lr" in free.note and f"{free.escaped:.1%}" in free.note
    kept = run(project=True, **far)
    assert kept.escaped > 0.95 and ((kept.theta >= 0) & (kept.theta <= 1)).all() and "put back" in kept.note
    calm = run(project=False)
    assert calm.escaped == 0 and calm.note == ""


def test_project_acts_only_on_chains_that_left():
    calm, free = run(project=True), run(project=False)
    np.testing.assert_array_equal(calm.theta, free.theta)


def test_seeds_and_generators():
    np.testing.assert_array_equal(run(rng=5).theta, run(rng=np.random.default_rng(5)).theta)
    assert not np.array_equal(run(rng=5).theta, run(rng=6).theta)
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    run()
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_shapes_start_and_path():
    found = run(start=0.8, keep=3, steps=10)
    assert found.theta.shape == found.averages.shape == found.spreads.shape == (50,)
    assert found.path.shape == (11, 3) and (found.path[0] == 0.8).all()
    np.testing.assert_array_equal(found.path[-1], found.theta[:3])
    many = np.linspace(0, 1, 50)
    np.testing.assert_allclose(run(start=many, keep=50, steps=1).path[0], many, atol=1e-15)
    assert run(keep=99, steps=1).path.shape == (2, 50)
    assert np.isnan(run(chains=1, steps=3).mean_error)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lr": 0}, "lr must be > 0 and finite, got 0"),
        ({"lr": -0.1}, "lr must be > 0 and finite, got -0.1"),
        ({"lr": float("nan")}, "lr must be > 0"),
        ({"lr": float("inf")}, "lr must be > 0"),
        ({"lr": "big"}, "lr must be > 0"),
        ({"lr": lambda k: -1.0}, "lr must be > 0"),
        ({"batch_size": 0}, "batch_size must be a whole number >= 1, got 0"),
        ({"batch_size": 1.5}, "batch_size must be a whole number"),
        ({"steps": 0}, "steps must be a whole number >= 1, got 0"),
        ({"chains": True}, "chains must be a whole number >= 1, got True"),
        ({"keep": -1}, "keep must be a whole number >= 0"),
        ({"start": 1.5}, "start must be a number in"),
        ({"start": float("nan")}, "start must be a number in"),
        ({"start": np.zeros(7)}, "or 50 of them"),
        ({"phi": Algebraic}, "phi must have the method derivative"),
        ({"phi": np.tanh}, "phi must have the method derivative"),
        ({"model": StepModel((0, 0.25, 0.75, 1))}, "one cut"),
        ({"model": (0, 0.3, 1)}, "one cut"),
    ],
)
def test_bad_input_is_refused_with_the_rule_and_the_remedy(changes, words):
    with pytest.raises(ValueError) as refusal:
        run(**changes)
    assert words in str(refusal.value) and ": " in str(refusal.value)


@pytest.mark.parametrize("changes", [{"lr": 0}, {"size": 2}, {"nodes": 1}, {"lr": None}])
def test_stationary_law_refuses_bad_numbers(changes):
    with pytest.raises(ValueError, match="must be"):
        stationary_law(MODEL, SHARP, **{"lr": STEP, **changes})


@pytest.mark.parametrize("lr", [1e-6, 1e-12, 1e-300])
def test_a_law_narrower_than_the_grid_is_refused_and_a_finer_grid_is_the_remedy(lr):
    with pytest.raises(ValueError, match=r"lr must move the chain by about a grid step .* raise size = 501"):
        stationary_law(MODEL, SHARP, lr=lr)
    finer = stationary_law(MODEL, SHARP, lr=1e-5, size=2001)
    assert abs(finer.variance / linear_theory(MODEL, SHARP, lr=1e-5).variance - 1) < 0.01


def test_linear_theory_needs_a_maximiser_inside():
    for model in (StepModel((0, 0.02, 1)), StepModel((0, 0.98, 1))):  # the cut goes to one end or the other
        with pytest.raises(ValueError, match=r"the maximiser must lie inside .* take a sharper phi"):
            linear_theory(model, SHARP, lr=STEP)


def test_thousands_of_chains_stay_below_a_gigabyte():
    tracemalloc.start()
    run(chains=8192, batch_size=1024, steps=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5e7


def test_import_of_the_package_does_not_load_chains():
    code = "import sys, json, gradnotes; print(json.dumps(['gradnotes.chains' in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [False]
