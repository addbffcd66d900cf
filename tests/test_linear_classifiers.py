"""Logistic and softmax regression: golden fits, laws of the likelihood, two roads to each number."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
import torch
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression as PeerLogistic

from gradnotes.data import study_hours
from gradnotes.linear import LogisticLoss, LogisticRegression, SoftmaxLoss, SoftmaxRegression, newton
from gradnotes.linear.newton import conjugate_gradients, inverse
from gradnotes.losses import sigmoid
from gradnotes.verify import assert_same, check_grad

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))["values"]


def hours(as_printed=False):
    table = study_hours(as_printed)
    return table[["hours"]].to_numpy(), table.passed.to_numpy()


def noisy(n=300, d=4, classes=3, seed=0):
    """Overlapping classes, features with different units and offsets."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) * np.geomspace(0.1, 100, d) + 3
    scores = (X - 3) / np.geomspace(0.1, 100, d) @ rng.standard_normal((d, classes))
    return X, (scores + 2 * rng.gumbel(size=scores.shape)).argmax(axis=1)


@pytest.mark.parametrize("as_printed", [False, True])
def test_study_hours_golden(as_printed):
    value = GOLDEN["LOGIT.study_as_printed" if as_printed else "LOGIT.study_corrected"]["value"]
    X, y = hours(as_printed)
    model = LogisticRegression().fit(X, y)
    assert model.intercept_[0] == pytest.approx(float(value["intercept"]), abs=1e-9)
    assert model.coef_[0, 0] == pytest.approx(float(value["slope"]), abs=1e-9)
    for at, p in value["p_pass"].items():
        assert model.predict_proba([[float(at)]])[0, 1] == pytest.approx(float(p), abs=1e-9)
    J = LogisticLoss(X, y)
    theta = model.path_.x[-1]
    assert -20 * J(theta) == pytest.approx(float(value["loglik"]), abs=1e-9)
    errors = np.sqrt(np.diag(np.linalg.inv(20 * J.hessian(theta))))
    assert_same(errors, [float(value["se_intercept"]), float(value["se_slope"])], rtol=1e-9)
    assert (model.predict(X) != y).sum() == value["train_errors_at_half"]


@pytest.mark.parametrize("key", ["LOGIT.gd_c1e-3", "LOGIT.gd_c1e-8"])
def test_study_hours_by_descent_golden(key):
    value, tol = GOLDEN[key]["value"], float(key.removeprefix("LOGIT.gd_c"))
    model = LogisticRegression(solver="gd", lr=0.1, tol=tol).fit(*hours())
    assert abs(model.n_iter_ - value["iters"]) <= 2
    assert_same([model.intercept_[0], model.coef_[0, 0]], [value["intercept"], value["slope"]], atol=1e-6)


def test_both_solvers_reach_the_same_point():
    X, y = noisy()
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    for model, labels in ((LogisticRegression, y == 1), (SoftmaxRegression, y)):
        for C in (np.inf, 0.5):
            by_newton, by_descent = model(C).fit(X, labels), model(C, solver="gd").fit(X, labels)
            assert_same(by_newton.coef_, by_descent.coef_, rtol=1e-8, atol=1e-8)
            assert_same(by_newton.intercept_, by_descent.intercept_, rtol=1e-8, atol=1e-8)
            assert by_descent.n_iter_ > by_newton.n_iter_


@pytest.mark.parametrize("C", [np.inf, 1.0, 0.01])
@pytest.mark.parametrize("intercept", [True, False])
def test_logistic_is_scikit_learns(C, intercept):
    X, y = noisy(classes=2)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    ours = LogisticRegression(C, fit_intercept=intercept).fit(X, y)
    peer = PeerLogistic(C=C, fit_intercept=intercept, solver="newton-cholesky", tol=1e-12).fit(X, y)
    assert_same(ours.coef_, peer.coef_, rtol=1e-7, atol=1e-9)
    assert_same(ours.predict_proba(X), peer.predict_proba(X), atol=1e-8)
    assert ours.score(X, y) == peer.score(X, y)


@pytest.mark.parametrize("C", [np.inf, 1.0, 0.01])
@pytest.mark.parametrize("intercept", [True, False])
def test_softmax_is_scikit_learns(C, intercept):
    X, y = noisy()
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    ours = SoftmaxRegression(C, fit_intercept=intercept).fit(X, y)
    peer = PeerLogistic(C=C, fit_intercept=intercept, solver="newton-cholesky", tol=1e-12).fit(X, y)
    assert_same(ours.coef_, peer.coef_ - peer.coef_.mean(axis=0), rtol=1e-6, atol=1e-7)
    assert_same(ours.predict_proba(X), peer.predict_proba(X), atol=1e-7)


def test_units_of_the_features_do_not_matter_for_newton():
    X, y = noisy(classes=2)
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    for model in (LogisticRegression, SoftmaxRegression):
        assert_same(model().fit(X, y).predict_proba(X), model().fit(Z, y).predict_proba(Z), atol=1e-8)
    assert_same(LogisticRegression().fit(X * 1e6, y).coef_, LogisticRegression().fit(X, y).coef_ / 1e6, rtol=1e-7)


def test_large_data_give_what_small_steps_give():
    """From LARGE rows on, a fit of every 8th row is the start and Hessians are kept: the optimum is the same."""
    rng = np.random.default_rng(3)
    X = rng.standard_normal((24_000, 3))
    y = rng.random(len(X)) < sigmoid(X @ [1.0, -2.0, 0.5] + 0.3)
    order = np.argsort(y, kind="stable")  # sorted labels: the worst case for taking every 8th row
    for C in (np.inf, 1e-4):
        model = LogisticRegression(C).fit(X[order], y[order])
        J = LogisticLoss(X, y, C)
        assert np.linalg.norm(J.gradient(model.path_.x[-1])) < 1e-10
        exact = newton(J.gradient, lambda t, g, J=J: np.linalg.solve(J.hessian(t), g), np.zeros(4)).x[-1]
        assert_same(model.path_.x[-1], exact, rtol=1e-8)


def test_large_data_whose_first_samples_hold_one_class_only():
    rng = np.random.default_rng(4)
    X = rng.standard_normal((20_001, 2))
    y = np.zeros(len(X), dtype=int)
    y[[1, 2, 3, 5, 9, 20_000]] = 1
    model = LogisticRegression().fit(X, y)
    assert model.path_.converged
    assert model.predict_proba(X)[:, 1].sum() == pytest.approx(6, abs=1e-5)


@pytest.mark.parametrize("C", [np.inf, 0.7])
def test_gradients_and_hessians_by_differences_and_torch(C):
    X, y = noisy(n=40, d=3)
    X /= X.std(axis=0)
    rng = np.random.default_rng(1)
    J = LogisticLoss(X, y == 1, C)
    theta = rng.standard_normal(4) / 3
    check_grad(J, J.gradient, theta, rtol=1e-8)
    for k in range(4):
        check_grad(lambda t, k=k: J.gradient(t)[k], lambda t, k=k: J.hessian(t)[k], theta, rtol=1e-8)
    K = SoftmaxLoss(X, y, 3, C)
    W = rng.standard_normal((3, 4)) / 3
    check_grad(K, K.gradient, W, rtol=1e-8)
    V = rng.standard_normal((3, 4))
    check_grad(lambda t: K.gradient(W + t * V).ravel() @ V.ravel(), lambda _: (V * K.times_hessian(W)(V)).sum(), 0.0)
    Wt = torch.tensor(W, requires_grad=True)
    Z = torch.tensor(X) @ Wt[:, 1:].T + Wt[:, 0]
    loss = torch.nn.functional.cross_entropy(Z, torch.tensor(y)) + (Wt[:, 1:] ** 2).sum() / (2 * C * len(X))
    loss.backward()
    assert K(W) == pytest.approx(loss.item(), rel=1e-13)
    assert_same(K.gradient(W), Wt.grad, rtol=1e-12)


@pytest.mark.parametrize("classes", [2, 3])
def test_smoothness_bounds_the_curvature(classes):
    X, y = noisy(n=50, classes=classes)
    rng = np.random.default_rng(0)
    J = LogisticLoss(X, y, 2.0) if classes == 2 else SoftmaxLoss(X, y, 3, 2.0)
    for scale in (0.0, 0.01, 1.0):
        at, V = rng.standard_normal(J.shape) * scale, rng.standard_normal(J.shape)
        HV = J.hessian(at) @ V if classes == 2 else J.times_hessian(at)(V)
        assert 0 <= np.vdot(V, HV) <= J.smoothness() * np.vdot(V, V)


def test_at_the_optimum_predictions_and_labels_have_the_same_totals():
    X, y = noisy()
    p = SoftmaxRegression().fit(X, y).predict_proba(X)
    Y = np.eye(3)[y]
    assert_same(p.sum(axis=0), Y.sum(axis=0), atol=1e-6)
    assert_same(X.T @ p, X.T @ Y, rtol=1e-6, atol=1e-6)


def test_softmax_of_two_classes_is_logistic_regression():
    X, y = noisy(classes=2)
    one, two = LogisticRegression().fit(X, y), SoftmaxRegression().fit(X, y)
    assert_same(two.coef_[1] - two.coef_[0], one.coef_[0], rtol=1e-7)
    assert_same(two.decision_function(X), one.decision_function(X), rtol=1e-7, atol=1e-7)
    assert_same(two.coef_[0], -two.coef_[1])


def test_a_constant_model_learns_the_base_rate():
    X, y = np.zeros((4, 1)), np.array([1, 1, 1, 0])
    assert LogisticRegression().fit(X, y).intercept_[0] == pytest.approx(np.log(3), abs=1e-9)
    two = SoftmaxRegression().fit(X, y).intercept_
    assert two[1] - two[0] == pytest.approx(np.log(3), abs=1e-9)


def test_probabilities_are_exact_in_the_tails():
    X, y = hours()
    model = LogisticRegression().fit(X, y)
    slope, shift = model.coef_[0, 0], model.intercept_[0]
    far = model.predict_log_proba([[-600.0], [600.0]])
    assert_same([far[0, 1], far[1, 0]], [-600 * slope + shift, -600 * slope - shift])
    z = sp.Float(float(model.decision_function([[-100.0]])[0]), 30)
    assert model.predict_proba([[-100.0]])[0, 1] == pytest.approx(float(1 / (1 + sp.exp(-z))), rel=1e-12)
    three = SoftmaxRegression().fit(*noisy())
    assert np.isfinite(three.predict_log_proba(np.full((1, 4), 1e6))).all()


def separable(kind):
    X = np.array([[-3.0, 0], [-1, 1], [1, 0], [2, 1]])
    if kind == "quasi":  # a fail and a pass at the cut itself
        return np.vstack([X, [[0, 0], [0, 1], [0, 0], [0, 1]]]), np.array([0, 0, 1, 1, 0, 1, 1, 0])
    return X, np.array([0, 0, 1, 1])


@pytest.mark.parametrize("model", [LogisticRegression, SoftmaxRegression])
@pytest.mark.parametrize("kind", ["complete", "quasi"])
def test_separation_is_told_and_coefficients_are_finite(model, kind):
    X, y = separable(kind)
    with pytest.warns(ConvergenceWarning, match="the classes are separable: no finite coefficients"):
        fitted = model().fit(X, y)
    assert np.isfinite(fitted.coef_).all() and np.isfinite(fitted.predict_log_proba(X)).all()
    assert fitted.score(X, y) >= 0.75
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model(C=1.0).fit(X, y)


def test_separation_by_descent_and_on_large_and_multiclass_data():
    X, y = separable("complete")
    with pytest.warns(ConvergenceWarning, match="separable"):
        LogisticRegression(solver="gd", max_iter=500).fit(X, y)
    rng = np.random.default_rng(0)
    X = rng.standard_normal((20_000, 2))
    with pytest.warns(ConvergenceWarning, match="separable"):
        model = LogisticRegression().fit(X, X[:, 0] > 0.2)
    assert np.isfinite(model.coef_).all() and model.score(X, X[:, 0] > 0.2) > 0.99
    images, digits = load_digits(return_X_y=True)
    with pytest.warns(ConvergenceWarning, match="separable"):
        model = SoftmaxRegression(tol=1e-6).fit(images[:600] / 16, digits[:600])
    assert np.isfinite(model.coef_).all() and model.score(images[:600] / 16, digits[:600]) == 1


@pytest.mark.parametrize("seed", range(6))
def test_overlapping_data_raise_no_warning(seed):
    X, y = noisy(n=60, d=3, seed=seed)
    LogisticRegression().fit(X, y == 0)
    SoftmaxRegression().fit(X, y)
    LogisticRegression().fit(np.column_stack([X, X[:, 0], np.ones(len(X))]), y == 0)  # rank deficient


def test_equal_columns_share_the_coefficient():
    X, y = noisy(classes=2, d=2)
    one = LogisticRegression().fit(X, y)
    twice = LogisticRegression().fit(X[:, [0, 1, 1]], y)
    assert_same(twice.coef_[0, 1:], [one.coef_[0, 1] / 2] * 2, rtol=1e-6)


def test_too_few_steps_are_told():
    with pytest.warns(ConvergenceWarning, match=r"stopped after 2 steps .* raise max_iter"):
        model = LogisticRegression(max_iter=2).fit(*hours())
    assert model.n_iter_ == 2


def test_a_score_of_zero_is_the_first_class_as_in_scikit_learn():
    X, y = [[-2.0], [-1.0], [1.0], [2.0]], [0, 1, 0, 1]
    ours, theirs = LogisticRegression(fit_intercept=False).fit(X, y), PeerLogistic(fit_intercept=False).fit(X, y)
    assert ours.decision_function([[0.0]]) == 0
    assert ours.predict([[0.0], [9.0]]).tolist() == theirs.predict([[0.0], [9.0]]).tolist() == [0, 1]


def test_labels_that_are_no_two_classes():
    X = np.arange(6.0)[:, None]
    with pytest.raises(ValueError, match="contains only one class"):
        LogisticRegression().fit(X, np.ones(6))
    with pytest.raises(ValueError, match="contains only one class"):
        SoftmaxRegression().fit(X, ["a"] * 6)
    with pytest.raises(ValueError, match=r"Only binary classification is supported.*use SoftmaxRegression"):
        LogisticRegression().fit(X, [0, 1, 2, 0, 1, 2])
    with pytest.raises(ValueError, match="Unknown label type"):
        SoftmaxRegression().fit(X, X[:, 0] / 7)


def test_unseen_labels_at_scoring_behave_as_in_scikit_learn():
    X, y = hours()
    ours, peer = LogisticRegression().fit(X, y), PeerLogistic(C=np.inf).fit(X, y)
    assert ours.score(X, y + 5) == peer.score(X, y + 5) == 0
    for model in (ours, peer):
        with pytest.raises((ValueError, TypeError)):
            model.score(X, np.where(y == 1, "pass", "fail"))
    words = LogisticRegression().fit(X, np.where(y == 1, "pass", "fail"))
    assert words.classes_.tolist() == ["fail", "pass"]
    assert words.predict([[5.0]]).tolist() == ["pass"]


def test_newton_halves_a_step_that_leads_astray():
    """arctan has f'' < 1 far out: full steps from 3 diverge, halved ones arrive."""
    path = newton(np.arctan, lambda x, g: g * (1 + x * x), 3.0)
    assert path.converged and abs(path.x[-1]) < 1e-10
    assert (np.diff(path.grad_norm) < 0).all()


def test_newton_refuses_bad_options_and_stops_at_working_precision():
    with pytest.raises(ValueError, match="tol and max_steps must be >= 0, got -1"):
        newton(np.sin, lambda x, g: g, 0.0, tol=-1)
    with pytest.raises(ValueError, match="x0 must be finite, got nan: choose"):
        newton(np.sin, lambda x, g: g, np.nan)
    noise = newton(lambda x: x - 1 + 1e-9, lambda x, g: g, 0.0, tol=0, max_steps=5)
    assert noise.stop_reason in ("gradient", "max_steps")
    assert noise.x[-1] == pytest.approx(1 - 1e-9)


def test_linear_systems():
    rng = np.random.default_rng(0)
    A = rng.standard_normal((6, 4))
    H, g = A.T @ A, rng.standard_normal(4)
    assert_same(inverse(H)(g), np.linalg.solve(H, g), rtol=1e-10)
    assert_same(conjugate_gradients(H.__matmul__, g, lambda r: r, 1e-13), np.linalg.solve(H, g), rtol=1e-8)
    units = np.array([1e-6, 1.0, 1e3, 1e8])
    assert_same(inverse(H * units * units[:, None])(g * units), np.linalg.solve(H, g) / units, rtol=1e-9)
    singular = A.T[:, :2] @ A[:2]
    assert_same(singular @ inverse(singular)(singular @ g), singular @ g, rtol=1e-8)


def test_smoothness_is_attained_at_zero_by_a_wide_feature():
    """X = +-100, n = 4: the Hessian at 0 is diag(1/4, 2500 + 1/(C n)), so L = 2500 + 1/(C n) and no less."""
    X, y = np.array([[100.0], [-100.0], [100.0], [-100.0]]), np.array([0, 1, 1, 0])
    J = LogisticLoss(X, y, 0.001)
    assert J.smoothness() == pytest.approx(2500 + 250, rel=1e-12)
    assert np.linalg.eigvalsh(J.hessian(np.zeros(2))).max() == pytest.approx(J.smoothness(), rel=1e-12)
    K = SoftmaxLoss(X, y, 2, 0.001)
    assert K.smoothness() == pytest.approx(5000 + 250, rel=1e-12)


def test_a_margin_that_falls_by_rounding_only_does_not_hide_separation():
    """The step raises one margin by 1000 and lowers the other by 1e-4: a ten-millionth of it."""
    loss = SoftmaxLoss(np.eye(2), np.array([0, 1]), 2, intercept=False)
    step = np.array([[500.0, 5e-5], [-500.0, -5e-5]])
    loss.watch(np.zeros((2, 2)), -step)
    assert loss.separated(np.zeros((2, 2)))
    other = SoftmaxLoss(np.eye(2), np.array([0, 1]), 2, intercept=False)
    other.watch(np.zeros((2, 2)), -step * [[1.0, 100.0]])
    assert not other.separated(np.zeros((2, 2)))


def test_large_data_without_information_stay_at_zero():
    """Every small sample has as many ones as zeros: Newton's walk on it has no step at all."""
    X, y = np.zeros((20_480, 1)), np.arange(20_480) // 64 % 2
    model = LogisticRegression().fit(X, y)
    assert model.coef_.item() == 0 and model.intercept_.item() == 0


def test_descent_gives_up_after_100_000_steps():
    with pytest.warns(ConvergenceWarning, match="stopped after 100000 steps"):
        LogisticRegression(solver="gd", lr=1e-9).fit(*hours())
