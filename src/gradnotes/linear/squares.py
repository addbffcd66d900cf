"""Least squares, with and without a ridge. [001 GD in ML; 002 Ridge]"""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.exceptions import ConvergenceWarning

from ..optim import gradient_descent
from .base import LinearModel, positive

__all__ = ["LinearRegression", "Regressor", "Ridge"]


class Regressor(RegressorMixin, LinearModel):
    """Centring at the door, prediction at the exit."""

    def _centred(self, X, y):
        """X and y minus their means (zeros without intercept), and the means."""
        X, y = self._check(X, y, y_numeric=True)
        y = y.astype(float)
        if not self.fit_intercept:
            return X, y, np.zeros(X.shape[1]), 0.0
        x_mean, y_mean = X.mean(axis=0), y.mean()
        return X - x_mean, y - y_mean, x_mean, y_mean

    def _store(self, w, x_mean, y_mean, n_iter):
        self.coef_ = w
        self.intercept_ = float(y_mean - x_mean @ w)
        self.n_iter_ = n_iter
        return self

    def predict(self, X) -> np.ndarray:
        """z = X w + b, (n,)."""
        return self._scores(X)


class LinearRegression(Regressor):
    r"""Least squares, :math:`\frac{1}{2n}|y - Xw - b|^2`. [001 GD in ML]

    Parameters
    ----------
    fit_intercept : bool
    solver : {"closed", "gd"}
        The closed form (of least norm where it is not unique), or the lectures' gradient descent.
    lr : float, optional
        Learning rate of ``"gd"``; None takes 1/L, L the largest eigenvalue of the Hessian.
    tol, max_iter
        For ``"gd"``: norm of the gradient at which to stop, and the most steps.

    Attributes
    ----------
    coef_ : ndarray (d,)
    intercept_ : float
    n_iter_ : int
        Steps of the descent; 1 for the closed form.
    path_ : Path
        Of the descent only, in the centred data: w_1 .. w_d.

    Examples
    --------
    >>> model = LinearRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    >>> round(float(model.coef_[0]), 9), round(model.intercept_, 9)
    (2.0, 1.0)
    """

    def __init__(self, *, fit_intercept=True, solver="closed", lr=None, tol=1e-10, max_iter=100_000):
        self.fit_intercept = fit_intercept
        self.solver = solver
        self.lr = lr
        self.tol = tol
        self.max_iter = max_iter

    def fit(self, X, y):
        """Estimate ``coef_ (d,)`` and ``intercept_`` from X (n, d) and numbers y (n,)."""
        X, y, x_mean, y_mean = self._centred(X, y)
        if self.solver not in ("closed", "gd"):
            raise ValueError(f"solver must be 'closed' or 'gd', got {self.solver!r}: the closed form is exact")
        if self.solver == "closed":
            return self._store(np.linalg.lstsq(X, y)[0], x_mean, y_mean, 1)
        positive("tol", self.tol, "the norm of the gradient at which to stop, 1e-10 say", zero=True)
        positive("max_iter", self.max_iter, "the most steps of the descent", whole=True)
        largest = float(np.linalg.norm(X, 2) ** 2) / len(X)
        lr = (1 / largest if largest > 0 else 1.0) if self.lr is None else self.lr
        start = np.zeros(X.shape[1])
        self.path_ = gradient_descent(
            lambda w: X.T @ (X @ w - y) / len(X), start, lr=lr, tol=self.tol, max_steps=self.max_iter
        )
        if not self.path_.converged:
            warnings.warn(
                f"stopped after {self.path_.steps} steps ({self.path_.stop_reason}) with gradient norm "
                f"{self.path_.grad_norm[-1]:.1e}: raise max_iter, scale the features, or lower lr",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self._store(self.path_.x[-1], x_mean, y_mean, self.path_.steps)


class Ridge(Regressor):
    r"""Least squares with a squared penalty, in closed form. [002 Ridge]

    .. math:: \min_{w, b}\ |y - Xw - b|^2 + \alpha |w|^2 \qquad\Longrightarrow\qquad
        w = (X^T X + \alpha I)^{-1} X^T y \quad\text{(centred data)}

    computed from the singular values s of X, each shrunk by s/(s^2 + alpha). The slides minimise the mean
    loss plus (lambda/2) w^2, which is alpha = n lambda.

    Parameters
    ----------
    alpha : float
        Penalty, >= 0, as in scikit-learn (of the *sum* of squares); 0 is least squares of least norm.
    fit_intercept : bool
        The intercept is not penalised.

    Attributes
    ----------
    coef_ : ndarray (d,)
    intercept_ : float
    n_iter_ : int
        1: one factorisation.

    Examples
    --------
    >>> model = Ridge(alpha=2.0).fit([[-1.0], [1.0]], [-3.0, 3.0])
    >>> round(float(model.coef_[0]), 9)
    1.5
    """

    def __init__(self, alpha=1.0, *, fit_intercept=True):
        self.alpha = alpha
        self.fit_intercept = fit_intercept

    def fit(self, X, y):
        """Estimate ``coef_ (d,)`` and ``intercept_`` from X (n, d) and numbers y (n,)."""
        positive("alpha", self.alpha, "0 is least squares", zero=True)
        X, y, x_mean, y_mean = self._centred(X, y)
        U, s, Vt = np.linalg.svd(X, full_matrices=False)
        kept = s > np.finfo(float).eps * max(X.shape) * s.max(initial=0.0)
        bent = np.where(kept, s, 1.0)
        shrunk = np.where(kept, 1 / (bent + self.alpha / bent), 0.0)  # s / (s^2 + alpha), and no square overflows
        return self._store(Vt.T @ (shrunk * (U.T @ y)), x_mean, y_mean, 1)
