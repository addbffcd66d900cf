"""Softmax regression: one score for each class. [001 Softmax Regression]"""

from __future__ import annotations

import numpy as np
from scipy.special import log_softmax

from ..losses import softmax, softmax_cross_entropy
from .base import LinearClassifier
from .newton import conjugate_gradients, inverse

__all__ = ["SoftmaxLoss", "SoftmaxRegression"]


class SoftmaxLoss:
    r"""J and its gradient, for class codes 0 .. C-1, without ever building its Hessian. [001 Loss function]

    .. math:: J(W) = \frac1n \sum_i \Bigl(\log\sum_k e^{z_{ik}} - z_{i y_i}\Bigr) + \frac{1}{2Cn}|W|^2,
        \qquad \frac{\partial J}{\partial z_i} = \frac1n (a_i - y_i)

    `W` is (classes, d + 1) with the intercepts in column 0, or (classes, d) without intercept.

    Examples
    --------
    >>> J = SoftmaxLoss(np.array([[1.0], [3.0]]), np.array([0, 1]), 2)
    >>> round(J(np.zeros((2, 2))), 6), J.gradient(np.zeros((2, 2))).tolist()
    (0.693147, [[0.0, 0.5], [0.0, -0.5]])
    """

    def __init__(self, X, y, classes: int, C: float = np.inf, intercept: bool = True):
        X, self.y = np.asarray(X, dtype=float), np.asarray(y)
        self.X = np.column_stack([np.ones(len(X)), X]) if intercept else X
        self.first, self.shape = int(intercept), (classes, self.X.shape[1])
        self.penalty = np.full(self.X.shape[1], 1 / (C * len(X)))
        self.penalty[: self.first] = 0.0
        self._endless = False

    def scores(self, W) -> np.ndarray:
        """Z = X W^T, (n, classes)."""
        return self.X @ W.T

    def __call__(self, W) -> float:
        return softmax_cross_entropy(self.scores(W), self.y)[0] + float((self.penalty * W * W).sum()) / 2

    def gradient(self, W) -> np.ndarray:
        a = softmax(self.scores(W))
        a[np.arange(len(a)), self.y] -= 1
        return a.T @ self.X / len(a) + self.penalty * W

    def smoothness(self) -> float:
        """L: the Jacobian of softmax has no eigenvalue above 1/2."""
        return float(np.linalg.norm(self.X, 2) ** 2) / (2 * len(self.X)) + float(self.penalty.max())

    def times_hessian(self, W) -> callable:
        """V -> (second derivative of J at W) V: row i of the scores meets (diag(a) - a a^T)/n."""
        a = softmax(self.scores(W))

        def times(V):
            U = a * self.scores(V)
            U -= a * U.sum(axis=1, keepdims=True)
            return U.T @ self.X / len(a) + self.penalty * V

        return times

    def direction(self, W, g) -> np.ndarray:
        """Newton's direction by conjugate gradients, the more exact the nearer the goal.

        The preconditioner pretends that all classes share one Hessian, with weights mean_k a_k (1 - a_k).
        """
        a = softmax(self.scores(W))
        rooted = self.X * np.sqrt((a * (1 - a)).mean(axis=1) / len(a))[:, None]
        near = rooted.T @ rooted
        near[np.diag_indices_from(near)] += self.penalty + 1e-12 * near.trace()
        solve = inverse(near)
        tol = min(0.1, np.sqrt(np.linalg.norm(g)))
        return conjugate_gradients(self.times_hessian(W), g, lambda r: solve(r.T).T, tol)

    def watch(self, W, d) -> None:
        """Note a step that lowers no margin and raises some: such a step can be made for ever."""
        if not self.penalty.any() and not self._endless:
            gain = self._margins(-d)
            self._endless = gain.max() > 0.5 and gain.min() >= -1e-6 * gain.max()

    def separated(self, W) -> bool:
        """True when no finite maximum of the likelihood exists, as far as the walk has shown."""
        return not self.penalty.any() and (self._endless or bool(self._margins(W).min() > 0))

    def _margins(self, W) -> np.ndarray:
        """Score of the true class minus the best of the others, (n,)."""
        Z, rows = self.scores(W), np.arange(len(self.y))
        true = Z[rows, self.y]
        Z[rows, self.y] = -np.inf
        return true - Z.max(axis=1)


class SoftmaxRegression(LinearClassifier):
    r"""Several classes, :math:`P(y = k \mid x) = e^{z_k}/\sum_j e^{z_j}`, by maximum likelihood. [001 Softmax]

    A vector that is added to the coefficients of *all* classes changes no probability; of all equivalent
    answers the one whose coefficients sum to zero over the classes is returned.

    Parameters
    ----------
    C : float
        As in scikit-learn: minimises ``|W|^2 / 2 + C sum of losses``, intercepts free. The default `inf` is
        **maximum likelihood**, which has no finite answer on separable data (a `ConvergenceWarning`).
    fit_intercept : bool
    solver : {"newton", "gd"}
        Newton's method (its system solved by conjugate gradients), or gradient descent.
    lr, tol, max_iter
        As in `LogisticRegression`.

    Attributes
    ----------
    coef_ : ndarray (classes, d)
        Also for two classes, where ``coef_[1] - coef_[0]`` is what `LogisticRegression` calls ``coef_[0]``.
    intercept_ : ndarray (classes,)
    classes_ : ndarray (classes,)
    n_iter_ : int
    path_ : Path
        All iterates (classes, d + 1), intercepts in column 0, and gradient norms.

    Examples
    --------
    >>> from gradnotes.data import study_hours
    >>> table = study_hours()
    >>> model = SoftmaxRegression().fit(table[["hours"]], table.passed)
    >>> round(float(model.coef_[1, 0] - model.coef_[0, 0]), 6), abs(float(model.coef_.sum())) < 1e-12
    (1.504645, True)
    """

    def __init__(self, C=np.inf, *, fit_intercept=True, solver="newton", lr=None, tol=1e-10, max_iter=None):
        self.C = C
        self.fit_intercept = fit_intercept
        self.solver = solver
        self.lr = lr
        self.tol = tol
        self.max_iter = max_iter

    def fit(self, X, y):
        """Estimate ``coef_ (classes, d)`` and ``intercept_ (classes,)`` from X (n, d) and labels y (n,)."""
        X, y = self._check(X, y)
        self._options()
        self.classes_ = self._labels(y, binary=False)
        codes = np.searchsorted(self.classes_, y)
        loss = SoftmaxLoss(X, codes, len(self.classes_), self.C, self.fit_intercept)
        self.path_ = self._descend(loss)
        W = self.path_.x[-1] - self.path_.x[-1].mean(axis=0)
        self.n_iter_ = self.path_.steps
        self.coef_ = W[:, loss.first :].copy()
        self.intercept_ = W[:, 0].copy() if self.fit_intercept else np.zeros(len(W))
        return self

    def decision_function(self, X) -> np.ndarray:
        """The scores z, (n, classes); for two classes their difference z_1 - z_0, (n,), as scikit-learn has it."""
        Z = self._scores(X)
        return Z[:, 1] - Z[:, 0] if Z.shape[1] == 2 else Z

    def predict_log_proba(self, X) -> np.ndarray:
        """z - logsumexp(z), exact also where the probability rounds to 0."""
        return log_softmax(self._scores(X), axis=1)
