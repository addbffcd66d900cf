"""Linear models against scikit-learn: the same optimum, one thread."""

from __future__ import annotations

import numpy as np
import sklearn
from harness import Row, ratio
from sklearn.datasets import load_diabetes, load_digits
from sklearn.linear_model import LogisticRegression as PeerLogistic
from sklearn.linear_model import lasso_path as peer_lasso_path

from gradnotes.linear import LogisticLoss, LogisticRegression, SoftmaxLoss, SoftmaxRegression, lasso_path

PEER = f"scikit-learn {sklearn.__version__}"
GOAL = 1e-8  # norm of the gradient of the mean loss


def rows() -> list[Row]:
    return [*_logistic(), *_softmax(), *_lasso()]


def _logistic() -> list[Row]:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100_000, 20))
    w = 0.7 * rng.standard_normal(20)
    y = (rng.random(len(X)) < 1 / (1 + np.exp(0.5 - X @ w))).astype(int)
    J = LogisticLoss(X, y)

    def ours():
        return LogisticRegression(tol=GOAL).fit(X, y)

    def peer(solver):
        return PeerLogistic(C=np.inf, solver=solver, tol=GOAL, max_iter=1000).fit(X, y)

    for model in (ours(), peer("lbfgs"), peer("newton-cholesky")):
        norm = np.linalg.norm(J.gradient(np.r_[model.intercept_, model.coef_[0]]))
        assert norm <= GOAL, f"{model} stopped at gradient norm {norm:.1e}"
    name = "logistic regression, 100 000 x 20, gradient norm 1e-8"
    return [
        ratio(f"{name}: Newton against lbfgs", ours, lambda: peer("lbfgs"), 0.5, PEER),
        ratio(f"{name}: Newton against newton-cholesky", ours, lambda: peer("newton-cholesky"), 1.0, PEER),
    ]


def _softmax() -> list[Row]:
    X, y = load_digits(return_X_y=True)
    X = X / 16
    J = SoftmaxLoss(X, y, 10, C=1.0)

    def ours(tol):
        return SoftmaxRegression(C=1.0, tol=tol).fit(X, y)

    def peer(tol):
        return PeerLogistic(C=1.0, tol=tol, max_iter=10_000).fit(X, y)

    strict, loose = ours(GOAL), ours(1e-4)
    for model in (strict, loose):
        assert np.linalg.norm(J.gradient(np.column_stack([model.intercept_, model.coef_]))) <= model.tol
    name = "softmax regression, digits, C = 1, tol"
    return [
        ratio(f"{name} {tol:.0e}: Newton against lbfgs", lambda t=tol: ours(t), lambda t=tol: peer(t), 1.0, PEER)
        for tol in (GOAL, 1e-4)
    ]


def _lasso() -> list[Row]:
    X, y = load_diabetes(return_X_y=True)
    X = np.hstack([X / X.std(axis=0), np.random.default_rng(0).standard_normal((len(X), 200))])
    centred = X - X.mean(axis=0), y - y.mean()
    largest = np.abs(centred[0].T @ centred[1]).max() / len(X)
    lambdas = np.geomspace(largest, largest / 100, 50)

    def peer(tol=1e-10):
        return peer_lasso_path(*centred, alphas=lambdas, tol=tol, max_iter=10**6)[1].T

    gap = np.abs(lasso_path(X, y, lambdas).coefs - peer(1e-14)).max()
    assert gap < 1e-8, f"the two paths differ by {gap:.1e}"
    name = "Lasso path, 50 lambdas, diabetes with 200 noise features, peer's tol 1e-10"
    return [ratio(name, lambda: lasso_path(X, y, lambdas), peer, 2.0, PEER)]
