"""The loss on data: hand values, definitions, finite differences, and the step model as its limit."""

from __future__ import annotations

import numpy as np
import pytest

from gradnotes.gain import PHIS, Algebraic, Sample, StepModel
from gradnotes.verify import assert_same, check_grad

X = np.array([0.05, 0.15, 0.22, 0.28, 0.35, 0.41, 0.6, 0.72, 0.85, 0.95])
TEN = Sample(X, np.where(X < 0.3, 1, -1))
PHI = Algebraic(0.01)


def test_ten_points_by_the_definition():
    for theta in (0.2, 0.315, 0.5):
        assert_same(TEN.loss(theta, PHI), np.mean(1 + TEN.y * (X - theta) / np.sqrt((X - theta) ** 2 + 0.01)))
    np.testing.assert_allclose(TEN.loss(np.array([0.2, 0.3, 0.5]), PHI), [0.38749, 0.23378, 0.41560], atol=1e-5)
    np.testing.assert_allclose(TEN.gradient([0.3, 0.5], PHI), [-0.5677, 0.8968], atol=1e-4)
    assert TEN.error_rate([0.5, 0.3, 0.28, 0.2]).tolist() == [0.2, 0.0, 0.0, 0.2]


@pytest.mark.parametrize("name", PHIS)
@pytest.mark.parametrize("cuts", [1, 2, 3])
def test_gradient_matches_differences(name, cuts):
    sample, phi = Sample(X, TEN.y, cuts), PHIS[name]()
    theta = np.array([0.31, 0.5, 0.77])[:cuts]
    theta = theta[0] if cuts == 1 else theta
    check_grad(lambda t: sample.loss(t, phi), lambda t: sample.gradient(t, phi), theta)


def test_the_gradient_is_the_weighted_mean_of_its_batches():
    batches = [np.arange(0, 4), np.arange(4, 8), np.arange(8, 10)]
    total = sum(len(rows) * TEN.gradient(0.4, PHI, rows) for rows in batches) / 10
    assert_same(total, TEN.gradient(0.4, PHI))


@pytest.mark.parametrize("knots", [(0, 0.3, 1), (0, 0.25, 0.5, 0.75, 1)])
def test_many_points_approach_the_step_model(knots):
    model, points = StepModel(knots), (np.arange(4000) + 0.5) / 4000
    sample = Sample(points, model.label(points), cuts=model.n)
    theta = np.random.default_rng(0).uniform(0, 1, (5, model.n))
    theta = theta[:, 0] if model.n == 1 else theta
    assert_same(sample.loss(theta, PHI), model.loss(theta, PHI), atol=1e-5)
    assert_same(sample.gradient(theta, PHI), -model.gain_gradient(theta, PHI), atol=1e-5)
    assert_same(1 - sample.error_rate(theta), model.accuracy(theta), atol=2e-3)


def test_best_cut_is_the_best_of_all():
    rng = np.random.default_rng(1)
    for _ in range(20):
        x = rng.integers(0, 15, 30).astype(float)  # many repeated points
        sample = Sample(x, rng.choice([-1, 1], 30))
        cut, error = sample.best_cut()
        rates = sample.error_rate(sample.candidates())
        assert error == rates.min() == sample.error_rate(cut) and cut == sample.candidates()[rates.argmin()]
        assert error <= sample.error_rate(rng.uniform(-1, 16, 200)).min()


def test_shapes():
    for shape in ((), (4,), (2, 3)):
        assert np.shape(TEN.error_rate(np.full(shape, 0.2))) == shape
        assert np.shape(TEN.loss(np.full(shape, 0.2), PHI)) == shape
        assert np.shape(TEN.gradient(np.full(shape, 0.2), PHI)) == shape
        two = Sample(X, TEN.y, cuts=2)
        assert np.shape(two.loss(np.full((*shape, 2), 0.2), PHI)) == shape
        assert two.gradient(np.full((*shape, 2), 0.2), PHI).shape == (*shape, 2)


def test_bad_input():
    for x, y, message in [
        ([0.1], [1, -1], "one length"),
        ([], [], "one length"),
        ([[0.1]], [[1]], "one length"),
        ([np.nan], [1], "finite"),
        ([0.1, 0.2], [0, 1], r"\+1 or -1"),
    ]:
        with pytest.raises(ValueError, match=message):
            Sample(x, y)
    with pytest.raises(ValueError, match="whole number >= 1, got 0"):
        Sample([0.1], [1], cuts=0)
    with pytest.raises(ValueError, match="whole number >= 1, got True"):
        Sample([0.1], [1], cuts=True)
    assert Sample([0.1], [1], cuts=np.int64(2)).cuts == 2
    with pytest.raises(ValueError, match="theta must be finite"):
        TEN.loss(np.nan, PHI)
    for nothing in ([], slice(3, 3), np.zeros(10, dtype=bool)):
        with pytest.raises(ValueError, match="rows must choose at least one point"):
            TEN.gradient(0.2, PHI, nothing)
    with pytest.raises(ValueError, match="phi must have the method derivative"):
        TEN.gradient(0.2, np.tanh)
    with pytest.raises(ValueError, match="last axis 2"):
        Sample(X, TEN.y, cuts=2).loss([0.1, 0.2, 0.3], PHI)
    with pytest.raises(ValueError, match="single cuts"):
        Sample(X, TEN.y, cuts=2).best_cut()
