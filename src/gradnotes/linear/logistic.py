"""Logistic regression: the score is the log-odds of the second class. [001 Logistic Regression]"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from ..losses import bce_with_logits
from .base import LinearClassifier
from .newton import inverse, newton

__all__ = ["LogisticLoss", "LogisticRegression"]

BLOCK = 2048  # rows that are worked on together: 20 features of them fit into the processor's cache
LARGE = 20_000  # rows: from here on Newton starts from small samples and keeps its Hessian while that pays


class LogisticLoss:
    r"""J, its gradient and its Hessian for data in {0, 1}. [001 Lost function]

    .. math:: J(\theta) = \frac1n \sum_i \bigl(\log(1 + e^{z_i}) - y_i z_i\bigr) + \frac{1}{2Cn}|w|^2,
        \qquad z_i = w^T x_i + b

    .. math:: \nabla J = \frac1n X^T(\sigma(z) - y), \qquad \nabla^2 J = \frac1n X^T \mathrm{diag}(p(1-p)) X

    (with the penalty's ``w/(Cn)`` and ``1/(Cn)`` added, intercept excepted.)

    Parameters
    ----------
    X : ndarray (n, d)
    y : ndarray (n,) of 0 and 1
    C : float
        As in `LogisticRegression`.
    intercept : bool
        With it theta is (b, w_1 .. w_d), without it (w_1 .. w_d).

    Examples
    --------
    >>> J = LogisticLoss(np.array([[1.0], [3.0]]), np.array([0.0, 1.0]))
    >>> round(J(np.zeros(2)), 6), J.gradient(np.zeros(2)).tolist()
    (0.693147, [0.0, -0.5])
    """

    def __init__(self, X, y, C: float = np.inf, intercept: bool = True):
        self.X, self.y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
        self.penalty, self.first = 1 / (C * len(self.X)), int(intercept)
        self.shape = (self.X.shape[1] + self.first,)
        self._endless = False  # a direction was met along which the likelihood grows for ever
        self._norm, self._inverse = np.inf, None

    def scores(self, theta) -> np.ndarray:
        """z = X w + b, the log-odds."""
        z = self.X @ theta[self.first :]
        return z + theta[0] if self.first else z

    def __call__(self, theta) -> float:
        w = theta[self.first :]
        return bce_with_logits(self.scores(theta), self.y)[0] + self.penalty / 2 * float(w @ w)

    def gradient(self, theta) -> np.ndarray:
        g = np.zeros(self.shape)
        for x, y in self._blocks():
            residual = expit(x @ theta[self.first :] + (theta[0] if self.first else 0.0)) - y
            g[self.first :] += residual @ x
            if self.first:
                g[0] += residual.sum()
        g /= len(self.X)
        g[self.first :] += self.penalty * theta[self.first :]
        return g

    def hessian(self, theta) -> np.ndarray:
        H, k = np.zeros(self.shape * 2), self.first
        room = np.empty((min(BLOCK, len(self.X)), self.X.shape[1]))
        for x, _ in self._blocks():
            half = np.exp(-0.5 * np.abs(x @ theta[k:] + (theta[0] if k else 0.0)))
            root = half / (1 + half * half)  # the root of p (1 - p)
            rooted = np.multiply(x, root[:, None], out=room[: len(x)])
            H[k:, k:] += rooted.T @ rooted
            if k:
                H[0, 0] += root @ root
                H[0, 1:] += root @ rooted
        if k:
            H[1:, 0] = H[0, 1:]
        H /= len(self.X)
        H[range(k, len(H)), range(k, len(H))] += self.penalty
        return H

    def smoothness(self) -> float:
        """L: no second derivative of J exceeds it, so that 1/L is a safe learning rate."""
        X = np.column_stack([np.ones(len(self.X)), self.X]) if self.first else self.X
        return float(np.linalg.norm(X, 2) ** 2) / (4 * len(X)) + self.penalty

    def direction(self, theta, g) -> np.ndarray:
        """Newton's direction. On large data a Hessian is kept as long as the gradient shrinks thirtyfold a step."""
        norm = float(np.linalg.norm(g))
        if self._inverse is None or len(self.X) < LARGE or norm > self._norm / 30:
            self._inverse = inverse(self.hessian(theta))
        self._norm = norm
        return self._inverse(g)

    def watch(self, theta, d) -> None:
        """Note a step that makes no label less likely and some more: such a step can be made for ever."""
        if self.penalty == 0 and not self._endless:
            low, high = self._margins(-d)
            self._endless = high > 0.5 and low >= -1e-9 * high

    def separated(self, theta) -> bool:
        """True when no finite maximum of the likelihood exists, as far as the walk has shown."""
        return self.penalty == 0 and (self._endless or self._margins(theta)[0] > 0)

    def _margins(self, theta) -> tuple[float, float]:
        """Least and largest of the scores, counted positive on the label's side; stops at a clearly wrong one."""
        low, high = np.inf, -np.inf
        for x, y in self._blocks():
            margins = (2 * y - 1) * (x @ theta[self.first :] + (theta[0] if self.first else 0.0))
            low, high = min(low, float(margins.min())), max(high, float(margins.max()))
            if low < -1e-6 * high:
                break
        return low, high

    def _blocks(self):
        for i in range(0, len(self.X), BLOCK):
            yield self.X[i : i + BLOCK], self.y[i : i + BLOCK]


class LogisticRegression(LinearClassifier):
    r"""Two classes, :math:`P(y = 1 \mid x) = \sigma(w^T x + b)`, by maximum likelihood. [001 Logistic Regression]

    The coefficients are odds ratios: one unit more of x_j multiplies the odds by ``exp(coef_[0, j])``.

    Parameters
    ----------
    C : float
        As in scikit-learn: minimises ``|w|^2 / 2 + C sum of losses``. The default `inf` is **maximum
        likelihood** (scikit-learn's default 1.0 is not); the intercept is never penalised.
    fit_intercept : bool
    solver : {"newton", "gd"}
        Newton's method, or the gradient descent of the lectures; both reach the same point.
    lr : float, optional
        Learning rate of ``"gd"``; None takes 1/L, L the largest second derivative there can be.
    tol : float
        Stop when the norm of the gradient of the *mean* loss is below it.
    max_iter : int, optional
        None takes 100 (newton) or 100 000 (gd).

    Attributes
    ----------
    coef_ : ndarray (1, d)
    intercept_ : ndarray (1,)
    classes_ : ndarray (2,)
    n_iter_ : int
    path_ : Path
        All iterates (intercept, w_1 .. w_d) and gradient norms.

    Raises
    ------
    ValueError
        At `fit`: NaN or infinite entries, wrong shapes, one class only, more than two, options out of range.
        A `ConvergenceWarning` with finite coefficients is what separable data and too few steps give.

    Examples
    --------
    >>> from gradnotes.data import study_hours
    >>> table = study_hours()
    >>> model = LogisticRegression().fit(table[["hours"]], table.passed)
    >>> round(float(model.intercept_[0]), 6), round(float(model.coef_[0, 0]), 6), model.n_iter_
    (-4.077713, 1.504645, 6)
    """

    def __init__(self, C=np.inf, *, fit_intercept=True, solver="newton", lr=None, tol=1e-10, max_iter=None):
        self.C = C
        self.fit_intercept = fit_intercept
        self.solver = solver
        self.lr = lr
        self.tol = tol
        self.max_iter = max_iter

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X, y):
        """Estimate ``coef_ (1, d)`` and ``intercept_ (1,)`` from X (n, d) and two labels y (n,)."""
        X, y = self._check(X, y)
        self._options()
        self.classes_ = self._labels(y, binary=True)
        ones = (y == self.classes_[1]).astype(float)
        loss, start = LogisticLoss(X, ones, self.C, self.fit_intercept), None
        if len(X) >= LARGE and self.solver == "newton":
            start = np.zeros(loss.shape)
            for k in (64, 8):
                few = LogisticLoss(X[::k], ones[::k], k * self.C, self.fit_intercept)
                start = newton(few.gradient, few.direction, start, tol=1e-3, max_steps=10).x[-1]
            loss._inverse = few._inverse
        self.path_ = self._descend(loss, start)
        theta = self.path_.x[-1]
        self.n_iter_ = self.path_.steps
        self.coef_ = theta[None, loss.first :].copy()
        self.intercept_ = theta[:1].copy() if self.fit_intercept else np.zeros(1)
        return self

    def decision_function(self, X) -> np.ndarray:
        """The log-odds z of the second class, (n,)."""
        return self._scores(X)[:, 0]

    def predict_log_proba(self, X) -> np.ndarray:
        """Logarithms of `predict_proba`, exact also where the probability rounds to 0."""
        z = self.decision_function(X)
        return -np.column_stack([np.logaddexp(0, z), np.logaddexp(0, -z)])
