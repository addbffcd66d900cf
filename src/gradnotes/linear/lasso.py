"""The lasso: coordinate descent with soft thresholds, exact on the support it finds. [002 LASSO]"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
from scipy.linalg.lapack import dposv
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_X_y

from .base import positive
from .squares import Regressor

__all__ = ["Lasso", "LassoPath", "lasso_path", "soft_threshold"]


def soft_threshold(x, t):
    r"""Move x towards 0 by t, and stop there: the minimiser of :math:`\frac12 (w - x)^2 + t|w|`. [002 LASSO]

    Examples
    --------
    >>> soft_threshold(np.array([-3.0, 0.5, 2.0]), 1.0).tolist()
    [-2.0, 0.0, 1.0]
    """
    if not np.all(np.asarray(t) >= 0):
        raise ValueError(f"t must be >= 0, got {t!r}: a threshold is a distance")
    x = np.asarray(x, dtype=float)
    return (np.sign(x) * np.maximum(np.abs(x) - t, 0.0))[()]


class LassoPath(NamedTuple):
    """The lasso for several penalties: ``lambdas (L,)``, ``coefs (L, d)``, ``intercepts (L,)``, ``rounds (L,)``."""

    lambdas: np.ndarray
    coefs: np.ndarray
    intercepts: np.ndarray
    rounds: np.ndarray


def lasso_path(X, y, lambdas, *, tol: float = 1e-11, max_iter: int = 1000) -> LassoPath:
    r"""Solutions of the lasso for a decreasing list of penalties, each started from the one before. [002 LASSO]

    .. math:: \min_{w, b}\ \frac{1}{2n}|y - Xw - b|^2 + \lambda |w|_1

    Parameters
    ----------
    X : array_like (n, d)
    y : array_like (n,)
    lambdas : array_like (L,)
        > 0, strictly decreasing; what `Lasso` calls alpha. From ``max |X_c^T y_c| / n`` upwards all is zero.
    tol : float
        Largest violation of the optimality conditions, relative to that largest lambda.
    max_iter : int
        The most rounds for one lambda.

    Returns
    -------
    LassoPath
        A row of ``coefs`` for each lambda, and how many rounds it took.

    Raises
    ------
    ValueError
        If X or y are not finite or do not fit, `lambdas` is not positive, finite and strictly decreasing, or
        `tol` or `max_iter` is out of its range.

    Examples
    --------
    >>> path = lasso_path([[-1.0], [1.0]], [-3.0, 3.0], [3.0, 1.0])
    >>> path.coefs.ravel().tolist()
    [0.0, 2.0]
    """
    X, y = check_X_y(X, y, dtype=np.float64, y_numeric=True)
    lambdas = np.asarray(lambdas, dtype=float)
    decreasing = lambdas.ndim == 1 and lambdas.size and lambdas[0] < np.inf and (np.diff(lambdas) < 0).all()
    if not (decreasing and lambdas[-1] > 0):
        raise ValueError(f"lambdas must be > 0 and strictly decreasing, got {lambdas!r}: sort them, and no inf")
    _stops(tol, max_iter)
    x_mean, y_mean = X.mean(axis=0), float(y.mean())
    problem = _Quadratic(X - x_mean, y - y_mean)
    coefs, rounds = np.empty((len(lambdas), X.shape[1])), np.empty(len(lambdas), dtype=int)
    w = np.zeros(X.shape[1])
    for i, lam in enumerate(lambdas):
        w, rounds[i], violation = problem.minimise(lam, w, tol, max_iter)
        _warn(violation, tol, max_iter)
        coefs[i] = w
    return LassoPath(lambdas, coefs, y_mean - coefs @ x_mean, rounds)


class _Quadratic:
    """w' G w / 2 - c' w + lam |w|_1 with G = X'X/n, c = X'y/n: all that the lasso needs of centred data."""

    def __init__(self, X, y):
        with np.errstate(over="ignore", invalid="ignore"):
            self.G, self.c = X.T @ X / len(X), X.T @ y / len(X)
        if not (np.isfinite(self.G).all() and np.isfinite(self.c).all()):
            raise ValueError("the squares of the data must be finite, but some overflow: scale X and y")
        self.diagonal = np.diag(self.G).copy()
        self.scale = float(np.abs(self.c).max(initial=0.0)) or 1.0
        self.ridge = 1e-13 * float(self.diagonal.max(initial=0.0))

    def minimise(self, lam, w, tol, max_iter):
        """(w, rounds, violation): exact steps on the support alternate with soft thresholds off it."""
        w, tol = w.copy(), tol * self.scale
        slack = self.c - self.G @ w
        rounds = 0
        while True:
            rounds += 1
            slack = self._settle(lam, w, slack)
            wrong = self._violation(lam, w, slack)
            worst = float(wrong.max(initial=0.0))
            if worst <= tol or rounds >= max_iter:
                return w, rounds, worst / self.scale
            for j in np.flatnonzero(wrong > tol):
                self._descend(j, lam, w, slack)

    def _violation(self, lam, w, slack):
        """How far the correlations `slack` are from lam sign(w) on the support, from [-lam, lam] off it."""
        off = np.maximum(np.abs(slack) - lam, 0.0)
        return np.where(w == 0, off * (self.diagonal > 0), np.abs(slack - lam * np.sign(w)))

    def _descend(self, j, lam, w, slack):
        """Minimise along coordinate j; `slack` = c - G w follows (the covariance update)."""
        new = soft_threshold(slack[j] + self.diagonal[j] * w[j], lam) / self.diagonal[j]
        slack -= self.G[j] * (new - w[j])
        w[j] = new

    def _settle(self, lam, w, slack):
        """Go to the minimum for the present signs; who reaches 0 on the way is dropped, and so on."""
        on = np.flatnonzero(w)
        while on.size:
            signs = np.sign(w[on])
            G = self.G[on[:, None], on]
            G[np.diag_indices_from(G)] += self.ridge
            _, step, failed = dposv(G, slack[on] - lam * signs, overwrite_a=1)
            if failed:
                break
            new = w[on] + step
            crossing = new * signs <= 0
            if not crossing.any():
                w[on] = new
                return self.c - self.G @ w
            share = np.where(crossing, w[on] / np.where(crossing, -step, 1.0), np.inf)
            w[on] += share.min() * step
            w[on[share == share.min()]] = 0.0
            slack = self.c - self.G @ w
            on = np.flatnonzero(w)
        return slack


def _stops(tol, max_iter):
    positive("tol", tol, "1e-11, say, relative to the largest lambda", zero=True)
    positive("max_iter", max_iter, "the most rounds", whole=True)


def _warn(violation, tol, max_iter):
    if violation > tol:
        warnings.warn(
            f"after {max_iter} rounds the optimality conditions are violated by {violation:.1e} > tol {tol:.1e}: "
            "raise max_iter, scale the features, or drop one of two equal columns",
            ConvergenceWarning,
            stacklevel=3,
        )


class Lasso(Regressor):
    r"""Least squares with an absolute penalty: some coefficients become exactly 0. [002 LASSO]

    .. math:: \min_{w, b}\ \frac{1}{2n}|y - Xw - b|^2 + \alpha |w|_1

    Parameters
    ----------
    alpha : float
        Penalty, >= 0, as in scikit-learn (of the *mean* of squares, with 1/2).
    fit_intercept : bool
        The intercept is not penalised.
    tol : float
        Largest violation of the optimality conditions, relative to the smallest alpha that gives all zeros.
    max_iter : int

    Attributes
    ----------
    coef_ : ndarray (d,)
    intercept_ : float
    n_iter_ : int
        Rounds of coordinate descent.

    Examples
    --------
    >>> model = Lasso(alpha=1.0).fit([[-1.0, 0.1], [1.0, -0.1]], [-3.0, 3.0])
    >>> model.coef_.tolist()
    [2.0, 0.0]
    """

    def __init__(self, alpha=1.0, *, fit_intercept=True, tol=1e-11, max_iter=1000):
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.tol = tol
        self.max_iter = max_iter

    def fit(self, X, y):
        """Estimate ``coef_ (d,)`` and ``intercept_`` from X (n, d) and numbers y (n,)."""
        positive("alpha", self.alpha, "0 is least squares", zero=True)
        if self.alpha == np.inf:
            raise ValueError("alpha must be finite, got inf: any alpha >= max |X_c^T y_c| / n gives all zeros")
        _stops(self.tol, self.max_iter)
        X, y, x_mean, y_mean = self._centred(X, y)
        w, rounds, violation = _Quadratic(X, y).minimise(
            float(self.alpha), np.zeros(X.shape[1]), self.tol, self.max_iter
        )
        _warn(violation, self.tol, self.max_iter)
        return self._store(w, x_mean, y_mean, rounds)
