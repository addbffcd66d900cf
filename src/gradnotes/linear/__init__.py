r"""Linear models as scikit-learn estimators: least squares, logistic, softmax, ridge, lasso. [001, 002]

All of them score a sample by :math:`z = w^T x + b` and differ in the loss that is put on the score. They pass
scikit-learn's ``check_estimator`` and mean by `C` and `alpha` what scikit-learn means:

===================== ============================================================ ========================
estimator             minimises                                                    solver
===================== ============================================================ ========================
`LinearRegression`    mean of (z - y)^2 / 2                                        closed form, or descent
`LogisticRegression`  mean of log(1 + e^z) - y z, plus ``|w|^2 / (2 C n)``         Newton, or descent
`SoftmaxRegression`   mean of logsumexp(z) - z_y, plus ``|W|^2 / (2 C n)``         Newton, or descent
`Ridge`               ``|X w - y|^2 + alpha |w|^2``                                closed form
`Lasso`               ``|X w - y|^2 / (2 n) + alpha |w|_1``                        coordinate descent
===================== ============================================================ ========================

The intercept is never penalised. The slides' ridge, mean loss plus (lambda/2) w^2, is alpha = n lambda.
"""

from __future__ import annotations

from .lasso import Lasso, LassoPath, lasso_path, soft_threshold
from .logistic import LogisticLoss, LogisticRegression
from .newton import newton
from .softmax import SoftmaxLoss, SoftmaxRegression
from .squares import LinearRegression, Ridge

__all__ = [
    "Lasso",
    "LassoPath",
    "LinearRegression",
    "LogisticLoss",
    "LogisticRegression",
    "Ridge",
    "SoftmaxLoss",
    "SoftmaxRegression",
    "lasso_path",
    "newton",
    "soft_threshold",
]
