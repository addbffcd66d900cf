"""Least squares, ridge, lasso: closed forms, optimality conditions, scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from sklearn import linear_model as peer
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning

from gradnotes.linear import Lasso, LinearRegression, Ridge, lasso_path, soft_threshold
from gradnotes.verify import assert_same


def diabetes(noise=200):
    X, y = load_diabetes(return_X_y=True)
    extra = np.random.default_rng(0).standard_normal((len(X), noise))
    return np.hstack([X / X.std(axis=0), extra]), y


def grid(X, y, count=50, ratio=100):
    largest = np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / len(X)
    return np.geomspace(largest, largest / ratio, count)


def violation(X, y, w, b, lam):
    """Largest breach of: x_j' r / n = lam sign(w_j) on the support, at most lam in size off it."""
    slack = (X - X.mean(axis=0)).T @ (y - X @ w - b) / len(X)
    return np.where(w == 0, np.maximum(np.abs(slack) - lam, 0), np.abs(slack - lam * np.sign(w))).max()


def test_the_line_of_the_gradient_descent_lecture():
    """Through (1, 1), (2, 3), (3, 4): slope 3/2, intercept -1/3, by hand."""
    model = LinearRegression().fit([[1.0], [2.0], [3.0]], [1.0, 3.0, 4.0])
    assert_same([model.coef_[0], model.intercept_], [1.5, -1 / 3])
    by_descent = LinearRegression(solver="gd").fit([[1.0], [2.0], [3.0]], [1.0, 3.0, 4.0])
    assert_same(by_descent.coef_, model.coef_, atol=1e-9)


@pytest.mark.parametrize("intercept", [True, False])
def test_least_squares_ridge_and_lasso_are_scikit_learns(intercept):
    X, y = diabetes(20)
    X = X + 2
    pairs = [
        (LinearRegression(fit_intercept=intercept), peer.LinearRegression(fit_intercept=intercept)),
        (Ridge(3.0, fit_intercept=intercept), peer.Ridge(3.0, fit_intercept=intercept)),
        (Ridge(1e4, fit_intercept=intercept), peer.Ridge(1e4, fit_intercept=intercept)),
        (Lasso(2.0, fit_intercept=intercept), peer.Lasso(2.0, fit_intercept=intercept, tol=1e-14, max_iter=10**6)),
    ]
    for ours, theirs in pairs:
        ours.fit(X, y)
        theirs.fit(X, y)
        assert_same(ours.coef_, theirs.coef_, rtol=1e-8, atol=1e-8)
        assert ours.intercept_ == pytest.approx(theirs.intercept_, rel=1e-8, abs=1e-8)
        assert ours.score(X, y) == pytest.approx(theirs.score(X, y), rel=1e-9)


def test_more_features_than_rows():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((5, 9)), rng.standard_normal(5)
    shortest = LinearRegression(fit_intercept=False).fit(X, y).coef_
    assert_same(shortest, np.linalg.pinv(X) @ y)
    assert_same(Ridge(0.0, fit_intercept=False).fit(X, y).coef_, shortest)
    dual = X.T @ np.linalg.solve(X @ X.T + 0.3 * np.eye(5), y)
    assert_same(Ridge(0.3, fit_intercept=False).fit(X, y).coef_, dual)
    lam = grid(X, y, 20)
    path = lasso_path(X, y, lam)
    assert max(violation(X, y, *row) for row in zip(path.coefs, path.intercepts, lam, strict=True)) < 1e-11


def test_ridge_closed_form_by_sympy_and_the_slides_lambda():
    """Mean loss |Xw - y|^2 / (2n) + lambda |w|^2 / 2 has its minimum at alpha = n lambda."""
    w = sp.symbols("w")
    x, t, lam = [sp.Integer(v) for v in (-2, 0, 2)], [sp.Integer(v) for v in (1, 0, 5)], sp.Rational(1, 3)
    J = sum((w * a - b) ** 2 for a, b in zip(x, t, strict=True)) / 6 + lam * w**2 / 2
    (root,) = sp.solve(sp.diff(J, w), w)
    model = Ridge(alpha=3 * float(lam), fit_intercept=False).fit(np.array(x, float)[:, None], np.array(t, float))
    assert model.coef_[0] == pytest.approx(float(root), rel=1e-14)
    assert root == sp.Rational(8, 9)


@given(st.floats(-50, 50), st.floats(0, 20), st.floats(-60, 60))
def test_soft_threshold_minimises(x, t, w):
    def value(v):
        return 0.5 * (v - x) ** 2 + t * abs(v)

    assert value(soft_threshold(x, t)) <= value(w) + 1e-9


def test_soft_threshold_by_hand_and_its_refusal():
    assert soft_threshold([-3.0, -1.0, 0.2, 5.0], 1.0).tolist() == [-2.0, 0.0, 0.0, 4.0]
    assert soft_threshold(2.0, 0.0) == 2.0
    with pytest.raises(ValueError, match="t must be >= 0, got -1"):
        soft_threshold(1.0, -1)


def test_lasso_of_orthogonal_features_is_a_soft_threshold():
    X = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
    y = X @ [3.0, -0.5]
    assert_same(Lasso(1.0).fit(X, y).coef_, soft_threshold(np.array([3.0, -0.5]), 1.0))


def test_lasso_path_is_scikit_learns_and_optimal():
    X, y = diabetes()
    lam = grid(X, y)
    path = lasso_path(X, y, lam)
    centred = X - X.mean(axis=0), y - y.mean()
    theirs = peer.lasso_path(*centred, alphas=lam, tol=1e-14, max_iter=10**6)[1].T
    assert_same(path.coefs, theirs, rtol=0, atol=1e-8)
    assert path.coefs.shape == (50, 210)
    assert (path.coefs[0] == 0).all()
    assert np.flatnonzero(path.coefs[1]).tolist() == [2, 8]  # body mass index and s5 come first
    assert (path.coefs[-1] != 0).sum() > 100
    worst = max(violation(X, y, *row) for row in zip(path.coefs, path.intercepts, lam, strict=True))
    assert worst < 1e-10 * lam[0]


def test_lasso_alone_and_in_a_path_agree():
    X, y = diabetes(10)
    lam = grid(X, y, 7)
    path = lasso_path(X, y, lam)
    for one, coefs, intercept in zip(lam, path.coefs, path.intercepts, strict=True):
        model = Lasso(one).fit(X, y)
        assert_same(model.coef_, coefs, atol=1e-8)
        assert model.intercept_ == pytest.approx(intercept, rel=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_lasso_on_nasty_columns(seed):
    """Equal, opposite, constant and nearly equal columns: optimal all the same."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((30, 6))
    X = np.column_stack([X, X[:, 0], -X[:, 1], np.ones(30), X[:, 2] + 1e-6 * rng.standard_normal(30)])
    y = X[:, :3] @ [3.0, -2.0, 1.0] + rng.standard_normal(30)
    lam = grid(X, y, 12, 1000)
    path = lasso_path(X, y, lam)
    worst = max(violation(X, y, *row) for row in zip(path.coefs, path.intercepts, lam, strict=True))
    assert worst < 1e-9 * lam[0]


def test_lasso_with_no_penalty_is_least_squares():
    X, y = diabetes(0)
    assert_same(Lasso(0.0).fit(X, y).coef_, LinearRegression().fit(X, y).coef_, rtol=1e-6)


@pytest.mark.parametrize("lambdas", [[1.0, 2.0], [1.0, 1.0], [1.0, 0.0], [], [[1.0]], [np.nan], [np.inf, 1.0]])
def test_lasso_path_refuses_other_lists(lambdas):
    with pytest.raises(ValueError, match="lambdas must be > 0 and strictly decreasing"):
        lasso_path([[0.0], [1.0]], [0.0, 1.0], lambdas)


def test_lasso_path_refuses_bad_stops():
    with pytest.raises(ValueError, match="tol must be >= 0, got nan"):
        lasso_path([[0.0], [1.0]], [0.0, 1.0], [1.0], tol=np.nan)
    with pytest.raises(ValueError, match="max_iter must be a whole number > 0, got 0"):
        lasso_path([[0.0], [1.0]], [0.0, 1.0], [1.0], max_iter=0)


def test_lasso_path_refuses_what_scikit_learn_refuses():
    with pytest.raises(ValueError, match="contains NaN"):
        lasso_path([[np.nan], [1.0]], [0.0, 1.0], [1.0])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        lasso_path([[0.0], [1.0]], [0.0], [1.0])


def test_the_path_stops_after_max_iter_rounds():
    X, y = diabetes(20)
    with pytest.warns(ConvergenceWarning):
        path = lasso_path(X, y, [0.3, 0.1], tol=0, max_iter=3)
    assert path.rounds.tolist() == [3, 3]


def test_descent_gives_up_after_100_000_steps():
    with pytest.warns(ConvergenceWarning, match="stopped after 100000 steps"):
        LinearRegression(solver="gd", lr=1e-9).fit([[0.0], [1.0]], [0.0, 1.0])


def test_too_few_rounds_are_told():
    X, y = diabetes(20)
    with pytest.warns(ConvergenceWarning, match="after 1 rounds the optimality conditions are violated"):
        Lasso(0.5, max_iter=1).fit(X, y)
    with pytest.warns(ConvergenceWarning, match="raise max_iter"):
        LinearRegression(solver="gd", max_iter=3).fit(X, y)


def test_descent_and_closed_form_agree():
    X, y = diabetes(0)
    X = X[:, :4]
    by_descent = LinearRegression(solver="gd").fit(X, y)
    assert_same(by_descent.coef_, LinearRegression().fit(X, y).coef_, rtol=1e-8)
    assert by_descent.path_.converged and by_descent.n_iter_ == by_descent.path_.steps > 1


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_without_penalty_ridge_is_the_pseudoinverse_at_every_scale(scale):
    """Three columns of rank two: the third singular value is rounding, whatever the unit of X."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(8, 2)) @ rng.normal(size=(2, 3)) * scale
    y = rng.normal(size=8)
    ours = Ridge(alpha=0.0, fit_intercept=False).fit(X, y)
    assert_same(ours.coef_ * scale, np.linalg.pinv(X / scale) @ y, rtol=1e-9)
