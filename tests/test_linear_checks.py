"""Every estimator of `linear` passes every check that scikit-learn has for it."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import parametrize_with_checks

from gradnotes.linear import Lasso, LinearRegression, LogisticRegression, Ridge, SoftmaxRegression

ESTIMATORS = [
    LinearRegression(),
    LinearRegression(solver="gd"),
    Ridge(),
    Lasso(),
    LogisticRegression(),
    LogisticRegression(C=1.0, solver="gd", tol=1e-3),
    SoftmaxRegression(),
    SoftmaxRegression(C=1.0, solver="gd", tol=1e-2),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(ESTIMATORS)
def test_scikit_learn_check(estimator, check):
    check(estimator)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_wrong_shapes_and_nan_are_scikit_learns_errors(estimator):
    X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 1, 0, 1])
    with pytest.raises(ValueError, match="contains NaN"):
        estimator.fit(np.array([[np.nan], [1.0], [2.0], [3.0]]), y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        estimator.fit(X, y[:3])
    with pytest.raises(ValueError, match="Expected 2D array"):
        estimator.fit(X[:, 0], y)
    fitted = type(estimator)(**estimator.get_params()).fit(X, y)
    with pytest.raises(ValueError, match="is expecting 1 features"):
        fitted.predict(np.zeros((2, 3)))


@pytest.mark.parametrize("model", [LogisticRegression, SoftmaxRegression])
@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"C": 0.0}, "C must be > 0, got 0.0: .* np.inf is maximum likelihood"),
        ({"C": np.nan}, "C must be > 0, got nan"),
        ({"tol": -1.0}, "tol must be >= 0, got -1.0"),
        ({"solver": "lbfgs"}, "solver must be 'newton' or 'gd', got 'lbfgs'"),
        ({"lr": -0.1}, "lr must be > 0, got -0.1"),
        ({"max_iter": 0}, "max_iter must be a whole number > 0, got 0"),
        ({"max_iter": 0.5}, "max_iter must be a whole number > 0, got 0.5"),
        ({"max_iter": np.inf}, "max_iter must be a whole number > 0, got inf"),
    ],
)
def test_options_are_refused_at_fit_with_the_value(model, option, message):
    with pytest.raises(ValueError, match=message):
        model(**option).fit([[0.0], [1.0], [2.0]], [0, 1, 0])


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Ridge(alpha=-1.0), "alpha must be >= 0, got -1.0"),
        (Lasso(alpha=-1.0), "alpha must be >= 0, got -1.0"),
        (Lasso(alpha="1"), "alpha must be >= 0, got '1'"),
        (Lasso(alpha=np.inf), "alpha must be finite, got inf: any alpha >= max"),
        (Lasso(max_iter=0), "max_iter must be a whole number > 0, got 0"),
        (Lasso(max_iter=1.5), "max_iter must be a whole number > 0, got 1.5"),
        (Lasso(tol=np.nan), "tol must be >= 0, got nan"),
        (Lasso(tol="x"), "tol must be >= 0, got 'x'"),
        (LinearRegression(solver="gd", max_iter=2.5), "max_iter must be a whole number > 0, got 2.5"),
        (LinearRegression(solver="newton"), "solver must be 'closed' or 'gd', got 'newton'"),
        (LinearRegression(solver="gd", tol=-1), "tol must be >= 0, got -1"),
        (LinearRegression(solver="gd", lr=0.0), "lr must be > 0, got 0.0"),
    ],
)
def test_options_of_the_regressors(model, message):
    with pytest.raises(ValueError, match=message):
        model.fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 0.0])


def test_enormous_features_are_solved_or_refused_never_answered_wrongly():
    """Squares of 1e200 overflow: the singular values do not need them, the lasso's Gram matrix does."""
    X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0.0, 1.0, 0.0, 1.0])
    for model in (LinearRegression(), Ridge(alpha=1.0)):
        np.testing.assert_allclose(model.fit(X * 1e200, y).coef_, [2e-201], rtol=1e-12)
    with pytest.raises(ValueError, match="the squares of the data must be finite, but some overflow: scale X"):
        Lasso().fit(X * 1e200, y)
    with pytest.warns(ConvergenceWarning, match="gradient norm inf.*scale the features") as told:
        LogisticRegression().fit(X * 1e200, y)
    assert [warning.category for warning in told] == [ConvergenceWarning]


def test_the_check_that_needs_an_environment_variable():
    """scikit-learn skips its array-API check unless SCIPY_ARRAY_API is set before SciPy is imported."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "array_api", __file__],
        env={**os.environ, "SCIPY_ARRAY_API": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0 and f"{len(ESTIMATORS)} passed" in done.stdout, done.stdout[-2000:]
