"""ISTA and FISTA: known minimisers, laws of descent, rates, refusals."""

import numpy as np
import pytest

from gradnotes.proximal import fista, ista

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 6)) * np.array([1, 2, 0.5, 1, 3, 1])
Y = X @ [1.0, 0.0, -2.0, 0.0, 0.5, 0.0] + 0.1 * RNG.normal(size=30)
G, C = X.T @ X / 30, X.T @ Y / 30
L = np.linalg.eigvalsh(G)[-1]
METHODS = pytest.mark.parametrize("method", [ista, fista])


def shrink(lam):
    return lambda u, s: np.sign(u) * np.maximum(abs(u) - lam * s, 0)


def objective(w, lam):
    return ((X @ w - Y) ** 2).mean() / 2 + lam * abs(w).sum()


@METHODS
@pytest.mark.parametrize("lam", [0.05, 0.3, 1.0])
def test_solution_is_that_of_scikit_learn_and_satisfies_kkt(method, lam):
    linear_model = pytest.importorskip("sklearn.linear_model")
    path = method(lambda w: G @ w - C, shrink(lam), np.zeros(6), step=1 / L, tol=1e-12)
    w = path.x[-1]
    theirs = linear_model.Lasso(alpha=lam, fit_intercept=False, tol=1e-14, max_iter=100_000).fit(X, Y).coef_
    assert path.converged and w == pytest.approx(theirs, abs=1e-9)
    r = C - G @ w
    assert (w == 0).any() and abs(r[w == 0]).max() <= lam
    assert r[w != 0] == pytest.approx(lam * np.sign(w[w != 0]), abs=1e-9)


def test_ista_never_rises_and_fista_may():
    values = {}
    for method in (ista, fista):
        path = method(lambda w: G @ w - C, shrink(0.05), np.full(6, 5.0), step=1 / L)
        values[method] = np.array([objective(w, 0.05) for w in path.x])
    assert (np.diff(values[ista]) <= 1e-12).all()
    assert (np.diff(values[fista]) > 1e-9).any()


def test_without_a_penalty_it_is_gradient_descent():
    path = ista(lambda w: G @ w - C, lambda u, s: u, np.ones(6), step=0.05, max_steps=3, tol=1e-30)
    w = np.ones(6)
    for k in range(4):
        assert path.x[k] == pytest.approx(w, abs=1e-14)
        w = w - 0.05 * (G @ w - C)


def test_hand_computed_look_ahead():
    path = fista(lambda w: w - 1, lambda u, s: u, [0.0], step=0.5, max_steps=3, tol=1e-30)
    t1 = (1 + 5**0.5) / 2
    t2 = (1 + (1 + 4 * t1**2) ** 0.5) / 2
    x1 = 0.5
    x2 = (x1 + 1) / 2  # the first look-ahead factor is 0, the second too: tau_0 = 1
    assert path.x[:2, 0] == pytest.approx([0.0, x1])
    assert path.x[2, 0] == pytest.approx((x1 + (t1 - 1) / t2 * x1 + 1) / 2) and path.x[2, 0] > x2


def test_fista_needs_fewer_steps_on_a_long_valley():
    H = np.diag([1.0, 1e-3])
    steps = [m(lambda w: H @ (w - 1), shrink(1e-6), np.zeros(2), step=1.0, tol=1e-6).steps for m in (ista, fista)]
    assert steps[1] < 0.2 * steps[0]


@METHODS
def test_the_path_tells_when_it_stopped_early(method):
    path = method(lambda w: G @ w - C, shrink(0.1), np.zeros(6), step=1 / L, max_steps=2)
    assert not path.converged and path.steps == 2 and path.x.shape == (3, 6)
    assert path.residual[-1] > 1e-10


@METHODS
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"step": 0.0}, "step must be > 0 and finite, got 0.0"),
        ({"step": np.nan}, "step must be > 0 and finite, got nan"),
        ({"tol": 0}, "tol must be > 0, got 0"),
        ({"max_steps": 0}, "max_steps must be an integer >= 1, got 0"),
        ({"max_steps": 2.5}, "max_steps must be an integer >= 1, got 2.5"),
        ({"x0": np.full(6, np.nan)}, "x0 must be finite"),
        ({"grad": lambda w: 1.0}, r"grad must keep the shape \(6,\) of x0, got \(\)"),
        ({"grad": lambda w: np.nan * w}, "left the floating-point range at step 0: grad or prox gave a NaN"),
        ({"prox": lambda u, s: u[:2]}, r"prox must keep the shape \(6,\) of x0, got \(2,\)"),
    ],
)
def test_refusals(method, change, message):
    options = {"grad": lambda w: np.ones(6), "prox": lambda u, s: u, "x0": np.zeros(6), "step": 0.1} | change
    with pytest.raises(ValueError, match=message):
        method(**options)


@METHODS
def test_a_step_that_is_too_long_is_named(method):
    with pytest.raises(ValueError, match="step 1000 is too long"):
        method(lambda w: G @ w - C, lambda u, s: u, np.ones(6), step=1000.0)
