"""What the estimators share: checks at the door, scores, the choice of the solver, warnings."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from ..optim import Path, gradient_descent
from .newton import newton

__all__ = ["LinearClassifier", "LinearModel", "positive"]


def positive(name: str, value, remedy: str, zero: bool = False, whole: bool = False) -> None:
    """Refuse what is not a number > 0 (or >= 0, or a whole one): the rule, the value received, the remedy."""
    kinds = (int, np.integer) if whole else (int, float, np.integer, np.floating)
    number = isinstance(value, kinds) and not isinstance(value, bool)
    if not number or not (value > 0 or (zero and value == 0)):
        rule = f"{'a whole number ' if whole else ''}{'>=' if zero else '>'} 0"
        raise ValueError(f"{name} must be {rule}, got {value!r}: {remedy}")


class LinearModel(BaseEstimator):
    """A model whose score is ``z = X @ coef_.T + intercept_``."""

    def _check(self, X, y, **options):
        return validate_data(self, X, y, dtype=np.float64, **options)

    def _scores(self, X) -> np.ndarray:
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return X @ self.coef_.T + self.intercept_


class LinearClassifier(ClassifierMixin, LinearModel):
    """The fit that logistic and softmax regression share."""

    def _labels(self, y, binary: bool) -> np.ndarray:
        """The classes in sorted order; scikit-learn's kinds of errors for what is no set of labels."""
        if y.dtype.kind not in "biu":
            check_classification_targets(y)
        classes = np.unique(y)
        if len(classes) < 2:
            raise ValueError(
                f"{type(self).__name__} needs samples of at least 2 classes in the data, but the data "
                f"contains only one class: {classes[0]!r}"
            )
        if binary and len(classes) > 2:
            raise ValueError(
                "Only binary classification is supported. The type of the target is "
                f"{type_of_target(y)} with {len(classes)} classes: use SoftmaxRegression"
            )
        return classes

    def _options(self) -> None:
        positive("C", self.C, "it is the inverse of a penalty; np.inf is maximum likelihood")
        positive("tol", self.tol, "the norm of the gradient at which to stop, 1e-10 say", zero=True)
        if self.solver not in ("newton", "gd"):
            raise ValueError(f"solver must be 'newton' or 'gd', got {self.solver!r}: Newton is the default")
        if self.lr is not None:
            positive("lr", self.lr, "a step goes against the gradient; None takes 1/L")
        if self.max_iter is not None:
            text = "the most steps; None takes 100 (newton) or 100 000 (gd)"
            positive("max_iter", self.max_iter, text, whole=True)

    def _descend(self, loss, start=None) -> Path:
        """Minimise `loss` with the chosen solver; warn when it stopped for another reason than arrival."""
        if start is None:
            start = np.zeros(loss.shape)
        if self.solver == "gd":
            lr = 1 / loss.smoothness() if self.lr is None else self.lr
            steps = 100_000 if self.max_iter is None else self.max_iter
            path = gradient_descent(loss.gradient, start, lr=lr, tol=self.tol, max_steps=steps)
        else:
            steps = 100 if self.max_iter is None else self.max_iter
            with np.errstate(over="ignore", invalid="ignore"):  # said below: gradient norm inf, scale the features
                path = newton(loss.gradient, loss.direction, start, tol=self.tol, max_steps=steps, watch=loss.watch)
        self._warn(path, loss.separated(path.x[-1]))
        return path

    def _warn(self, path: Path, separated: bool) -> None:
        if separated:
            text = (
                "the classes are separable: no finite coefficients maximise the likelihood, larger ones always "
                "do better. These are finite because the iteration was stopped; give a finite C, e.g. C=1.0"
            )
        elif not path.converged:
            text = (
                f"stopped after {path.steps} steps ({path.stop_reason}) with gradient norm "
                f"{path.grad_norm[-1]:.1e}, tol is {self.tol:.1e}: raise max_iter, scale the features, or lower lr"
            )
        else:
            return
        warnings.warn(text, ConvergenceWarning, stacklevel=4)

    def predict(self, X) -> np.ndarray:
        """The likelier class of each row: the best bet when every error costs the same. [001 Logistic]"""
        scores = self.decision_function(X)
        return self.classes_[scores.argmax(axis=1) if scores.ndim == 2 else (scores > 0).astype(int)]

    def predict_proba(self, X) -> np.ndarray:
        """Probability of each class, (n, classes), in the order of ``classes_``; rows sum to 1."""
        return np.exp(self.predict_log_proba(X))
