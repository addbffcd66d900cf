"""Laws of the gain function, and its numbers against 40-digit arithmetic."""

from __future__ import annotations

import itertools
import subprocess
import sys
from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from gradnotes.gain import PHIS, Algebraic, Arctan, Erf, Regime, Softsign, StepModel, Tanh, sharpness_series
from gradnotes.verify import assert_same, check_grad

mp.mp.dps = 40
ONE = StepModel((0, 0.45, 1))
EVERY = list(PHIS)
MP = {  # the same five in 40 digits; t = x / scale
    "arctan": lambda t: 2 / mp.pi * mp.atan(t),
    "algebraic": lambda t: t / mp.sqrt(1 + t * t),
    "tanh": mp.tanh,
    "erf": mp.erf,
    "softsign": lambda t: t / (1 + abs(t)),
}
X = np.array([-1e9, -40.0, -3.0, -0.7, -1e-9, 0.0, 1e-5, 0.2, 1.0, 5.0, 300.0, 1e12])


def make(name, scale=1.0):
    return Algebraic(scale**2) if name == "algebraic" else PHIS[name](scale)


def exact_bias(name, scale, a, cut, b, weights=(1, 1), near=None):
    """a_1 - theta* in 40 digits: the root in delta of the derivative of the gain nearest to `near`."""
    s, A, B = mp.mpf(scale), mp.mpf(cut) - mp.mpf(a), mp.mpf(b) - mp.mpf(cut)
    plus, minus = map(mp.mpf, weights)

    def phi(x):
        return MP[name](x / s)

    def slope(d):
        return plus * (phi(d) + phi(A - d)) + minus * (phi(d) - phi(B + d))

    if near is not None:
        return mp.findroot(slope, mp.mpf(near), tol=mp.mpf(10) ** -60)
    low, high = -B * mp.mpf("0.999999"), A * mp.mpf("0.999999")
    return mp.findroot(slope, (low, high), solver="anderson", tol=mp.mpf(10) ** -60)


# --- activations


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("scale", [1.0, 0.03])
def test_values_derivatives_and_antiderivatives_agree_with_40_digits(name, scale):
    phi, s = make(name, scale), mp.mpf(scale)
    exact = [MP[name](mp.mpf(x) / s) for x in X]
    np.testing.assert_allclose(phi(X), [float(v) for v in exact], rtol=4e-15)
    np.testing.assert_allclose(phi.tail(X), [float(1 - v) for v in exact], rtol=1e-11, atol=1e-39)
    moderate = X[np.abs(X) < 50 * scale]
    slopes = [float(mp.diff(lambda x: MP[name](x / s), mp.mpf(x) + mp.mpf("1e-30"))) for x in moderate]
    np.testing.assert_allclose(phi.derivative(moderate), slopes, rtol=1e-12, atol=1e-25)
    areas = [float(s * mp.quad(MP[name], mp.linspace(0, mp.mpf(x) / s, 9))) for x in moderate]
    np.testing.assert_allclose(phi.antiderivative(moderate), areas, rtol=1e-9, atol=1e-15 * scale)


@pytest.mark.parametrize("name", EVERY)
def test_phi_is_odd_increasing_strictly_concave_with_limit_one(name):
    phi, x = make(name), np.linspace(0.01, 4, 300)
    assert_same(phi(-x), -phi(x), atol=0)
    assert phi(0.0) == 0 and phi.antiderivative(0.0) == 0
    assert (np.diff(phi(x)) > 0).all() and (np.diff(phi(x), 2) < 0).all() and (np.abs(phi(x)) < 1).all()
    assert abs(phi(1e12) - 1) < 1e-11 and phi(-1e12) < -1 + 1e-11
    assert_same(phi.derivative(-x), phi.derivative(x), atol=0)


@pytest.mark.parametrize("name", EVERY)
def test_derivative_and_antiderivative_belong_together(name):
    phi = make(name, 0.7)
    for x in (-2.0, -0.3, 0.4, 1.7):
        check_grad(lambda v: float(phi(v)), phi.derivative, x)
        check_grad(lambda v: float(phi.antiderivative(v)), phi, x)


@pytest.mark.parametrize("name", EVERY)
def test_nothing_overflows_and_extremes_are_limits(name):
    for phi in (make(name, 1e-100), make(name)):
        far = np.array([-1e150, 1e150])
        assert_same(phi(far), [-1.0, 1.0])
        assert (phi.derivative(far) >= 0).all() and (phi.tail(far) >= 0).all()
        assert_same(phi.antiderivative(far) / 1e150, [1.0, 1.0])


@pytest.mark.parametrize("name", EVERY)
def test_derivative_agrees_with_torch_autograd(name):
    torch = pytest.importorskip("torch")
    forms = {
        "arctan": lambda x: 2 / torch.pi * torch.atan(x / 0.3),
        "algebraic": lambda x: x / torch.sqrt(x**2 + 0.09),
        "tanh": lambda x: torch.tanh(x / 0.3),
        "erf": lambda x: torch.erf(x / 0.3),
        "softsign": lambda x: torch.nn.functional.softsign(x / 0.3),
    }
    x = torch.linspace(-2, 2, 81, dtype=torch.float64, requires_grad=True)
    forms[name](x).sum().backward()
    assert_same(make(name, 0.3).derivative(x.detach().numpy()), x.grad)


@given(st.sampled_from(EVERY), st.floats(1e-3, 50), st.floats(1e-3, 50))
def test_subadditivity(name, u, v):
    """SUB: phi(u + v) < phi(u) + phi(v); strict as far as float64 sees a difference."""
    phi = make(name)
    assert phi(u + v) < phi(u) + phi(v)


# --- the model


def test_labels_alternate_and_a_knot_belongs_to_the_piece_on_its_left():
    model = StepModel((0, 1, 2, 3, 4))
    assert model.label([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]).tolist() == [1, 1, 1, -1, -1, 1, 1, -1, -1]
    assert model.label(0.5) == 1 and np.ndim(model.label(0.5)) == 0


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_g_alternates_in_sign_on_the_pieces_of_sorted_theta(n):
    model = StepModel(range(n + 2))
    for theta in np.sort(np.random.default_rng(n).uniform(0, n + 1, (40, n))):
        middles = np.diff(np.concatenate([[0], theta, [n + 1]])) / 2 + np.concatenate([[0], theta])
        assert np.sign(model.g(theta, middles, Tanh(0.5))).tolist() == [(-1) ** i for i in range(n + 1)]
        assert_same(model.g(theta[::-1], middles, Arctan()), model.g(theta, middles, Arctan()))


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("weights", [(1, 1), (3.0, 0.5)])
@pytest.mark.parametrize("model", [ONE, StepModel((-3, 0, 5))])
def test_gain_is_the_weighted_integral_of_y_g(name, weights, model):
    phi, (a, cut, b) = make(name, 0.4), model.knots
    for theta in (a, 0.2, cut, b - 0.1, b + 1):
        parts = [
            quad(lambda x, t=theta: -float(phi(x - t)), lo, hi, points=[min(max(theta, lo), hi)], epsabs=1e-12)[0]
            for lo, hi in ((a, cut), (cut, b))
        ]
        assert_same(model.gain(theta, phi, weights), weights[0] * parts[0] - weights[1] * parts[1], atol=1e-9)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("knots", [(0, 0.45, 1), (0, 0.25, 0.75, 1), (-2, 0.1, 0.5, 1.0, 3), (0, 1, 2, 3, 4, 5)])
def test_gain_gradient_matches_differences(name, knots):
    model, phi = StepModel(knots), make(name, 0.3)
    rng = np.random.default_rng(1)
    for theta in rng.uniform(knots[0], knots[-1], (4, model.n)):
        theta = theta[0] if model.n == 1 else theta
        for weights in ((1, 1), (2.0, 0.7)):
            check_grad(
                lambda t, w=weights: model.gain(t, phi, w),
                lambda t, w=weights: model.gain_gradient(t, phi, w),
                theta,
            )


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("scale", [1.0, 0.1, 0.01])
def test_several_cuts_reduce_to_fewer_when_one_is_far_away(name, scale):
    """theta_2 = 1e9 turns its factor into +1: the quadrature of n = 2 gives the closed form of n = 1."""
    two, one, phi = StepModel((0, 0.3, 0.999999999999, 1)), StepModel((0, 0.3, 1)), make(name, scale)
    for theta in (0.1, 0.3, 0.62):
        assert_same(two.gain([theta, 1e9], phi), one.gain(theta, phi), atol=3e-9)
        assert_same(two.gain_gradient([theta, 1e9], phi)[0], one.gain_gradient(theta, phi), atol=3e-8)


@pytest.mark.parametrize("phi", [Arctan(), Algebraic(0.01), Tanh(0.05), Softsign(0.2)])
def test_loss_plus_gain_is_the_length(phi):
    for model in (ONE, StepModel((-3, 0, 5)), StepModel((0, 0.2, 0.7, 2))):
        theta = np.random.default_rng(0).uniform(0, 1, (50, model.n))
        theta = theta[:, 0] if model.n == 1 else theta
        assert_same(model.loss(theta, phi) + model.gain(theta, phi), np.full(50, model.knots[-1] - model.knots[0]))


def test_shapes_follow_theta():
    phi, many = Arctan(), StepModel((0, 0.3, 0.6, 1))
    for shape in ((), (1,), (4,), (2, 3)):
        theta = np.full(shape, 0.2)
        for f in (lambda t: ONE.gain(t, phi), lambda t: ONE.gain_gradient(t, phi), lambda t: ONE.loss(t, phi),
                  ONE.accuracy, ONE.sensitivity, ONE.specificity, ONE.balanced_error):  # fmt: skip
            assert np.shape(f(theta)) == shape
        pair = np.full((*shape, 2), 0.2)
        assert np.shape(many.gain(pair, phi)) == np.shape(many.accuracy(pair)) == shape
        assert many.gain_gradient(pair, phi).shape == (*shape, 2)
        assert np.shape(many.g([0.2, 0.4], np.full(shape, 0.5), phi)) == shape
    assert np.shape(ONE.maximiser(phi)) == () and many.maximiser(phi).shape == many.bias(phi).shape == (2,)


def test_rates_are_counts_on_a_grid():
    x = (np.arange(100_000) + 0.5) / 100_000
    model = StepModel((0, 0.3, 1))
    y = model.label(x)
    for theta in (-0.5, 0.0, 0.2, 0.3, 0.45, 1.0, 1.5):
        said = np.where(x <= theta, 1, -1)
        assert abs(model.accuracy(theta) - (said == y).mean()) < 2e-5
        assert abs(model.sensitivity(theta) - (said == 1)[y == 1].mean()) < 2e-5
        assert abs(model.specificity(theta) - (said == -1)[y == -1].mean()) < 2e-5
        rates = 0.3 * model.sensitivity(theta) + 0.7 * model.specificity(theta)
        assert_same(model.accuracy(theta), rates)
    elsewhere = StepModel((2, 5, 9))
    assert_same(elsewhere.sensitivity([1, 3, 7]), [0, 1 / 3, 1])
    assert_same(elsewhere.specificity([4, 6, 10]), [1, 3 / 4, 0])
    assert_same(elsewhere.balanced_error([3, 6]), [1 / 3, 1 / 8])
    three = StepModel((0, 0.25, 0.5, 0.75, 1))
    for theta in ([0.3, 0.4, 0.9], [0.4, 0.3, 0.9], [0.1, 0.1, 0.8], [-1.0, 0.5, 2.0]):
        said = np.where((x[:, None] > np.array(theta)).sum(axis=1) % 2, -1, 1)
        assert abs(three.accuracy(theta) - (said == three.label(x)).mean()) < 3e-5
    assert three.accuracy([0.75, 0.25, 0.5]) == 1


# --- the maximiser, against 40 digits

TABLE = [  # section 4 of the ledger: name, scale, knots, bias ("a" = the positives are ignored)
    ("arctan", 1, (0, 0.5, 1), 0),
    ("arctan", 1, (0, 0.45, 1), 0.211015680266),
    ("arctan", 1, (0, 0.4, 1), "a"),
    ("arctan", 1, (0, 0.1, 1), "a"),
    ("arctan", 1, (-3, 0, 5), 0.0669656263407),
    ("arctan", 1, (0, 4.5, 10), 0.0202102718199),
    ("arctan", 1, (0, 1, 10), 0.609611796798),
    ("arctan", 1, (0, 0.5, 10), "a"),
    ("algebraic", 1, (0, 0.45, 1), 0.129431693995),
    ("algebraic", 1, (0, 0.4, 1), 0.285837155072),
    ("algebraic", 1, (0, 0.3, 1), "a"),
    ("algebraic", 1, (-3, 0, 5), 0.0162710853919),
    ("algebraic", 1, (0, 1, 10), 0.183982748711),
    ("algebraic", 1, (0, 0.5, 10), "a"),
    ("algebraic", 0.1**0.5, (0, 0.45, 1), 0.00915468656697),
    ("algebraic", 0.1**0.5, (0, 0.2, 1), 0.115893500331),
    ("algebraic", 0.1**0.5, (0, 0.1, 1), "a"),
    ("algebraic", 0.1**0.5, (0, 0.5, 10), 0.0266467795154),
    ("algebraic", 0.1, (0, 0.45, 1), 0.000387231547268),
    ("algebraic", 0.1, (0, 0.1, 1), 0.0183982748711),
    ("algebraic", 0.1, (0, 3, 10), 2.2653843434e-5),
    ("tanh", 1, (0, 0.45, 1), 0.188353332629),
    ("tanh", 1, (0, 0.4, 1), "a"),
    ("tanh", 1, (0, 4.5, 10), 0.00010672305661),
    ("tanh", 1, (0, 1, 10), 0.157814859991),
]


@pytest.mark.parametrize("name, scale, knots, bias", TABLE)
def test_bias_of_the_ledger_to_1e_10_against_40_digits(name, scale, knots, bias):
    model, phi = StepModel(knots), make(name, scale)
    if bias == "a":
        assert model.maximiser(phi) == knots[0] and model.bias(phi) == knots[1] - knots[0]
        return
    exact = exact_bias(name, scale, *knots, near=model.bias(phi))
    assert abs(float(exact) - bias) <= 1e-11 * max(1, 100 * bias)
    assert abs(model.bias(phi) - exact) <= 1e-13
    assert abs(model.maximiser(phi) - (knots[1] - exact)) <= 1e-10


def test_three_cuts_to_22_digits():
    assert abs(ONE.maximiser(Arctan()) - 0.2389843197336857880555) <= 1e-13
    assert abs(StepModel((0, 0.3, 1)).maximiser(Algebraic(0.01)) - 0.2978997456223041591043) <= 1e-13
    assert abs(StepModel((-3, 0, 5)).maximiser(Arctan()) + 0.066965626340747238694) <= 1e-13


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("scale", [0.02, 0.1])
@pytest.mark.parametrize("knots", [(0, 0.3, 1), (0, 0.7, 1), (-3, 0, 5), (100, 101, 104)])
@pytest.mark.parametrize("weights", [(1, 1), (2.0, 0.7)])
def test_interior_maximiser_is_the_root_in_40_digits(name, scale, knots, weights):
    model, phi = StepModel(knots), make(name, scale)
    theta = model.maximiser(phi, weights)
    assert knots[0] < theta < knots[2]
    exact = exact_bias(name, scale, *knots, weights, near=model.bias(phi, weights))
    assert abs(model.bias(phi, weights) - exact) <= 1e-12
    assert abs(theta - (mp.mpf(knots[1]) - exact)) <= 1e-10


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("cut", [0.02, 0.11, 0.2, 0.38, 0.41, 0.415, 0.5, 0.59, 0.93])
@pytest.mark.parametrize("scale", [0.003, 0.3, 3.0])
@pytest.mark.parametrize("weights", [(1, 1), (1, 3), (8, 1)])
def test_no_grid_point_beats_the_maximiser(name, cut, scale, weights):
    model, phi = StepModel((0, cut, 1)), make(name, scale)
    best = model.gain(model.maximiser(phi, weights), phi, weights)
    assert best >= model.gain(np.linspace(0, 1, 20_001), phi, weights).max() - 1e-14


def test_arctan_closed_form_and_golden_ratio():
    for knots in [(0, 0.45, 1), (0, 0.42, 1), (-3, 0, 5)]:
        A, B = knots[1] - knots[0], knots[2] - knots[1]
        assert_same(StepModel(knots).bias(Arctan()), (B - A) / (A * B + np.sqrt(A**2 * B**2 - (B - A) ** 2)))
    for L, critical in [(1, np.sqrt(2) - 1), (2, (np.sqrt(5) - 1) / 2)]:
        assert StepModel((0, critical * (1 - 1e-9), L)).maximiser(Arctan()) == 0
        assert 0 < StepModel((0, critical * (1 + 1e-9), L)).maximiser(Arctan()) < 1e-6


def test_algebraic_critical_size():
    for L, eps in [(1, 1.0), (1, 0.01), (10, 0.1)]:
        critical = L * np.sqrt(eps / (3 * L**2 + 4 * eps))
        assert StepModel((0, critical * (1 - 1e-9), L)).maximiser(Algebraic(eps)) == 0
        assert StepModel((0, critical * (1 + 1e-9), L)).maximiser(Algebraic(eps)) > 0


def test_softsign_jumps_to_a_maximum_that_ascent_from_a_never_finds():
    model = StepModel((0, 0.81, 10))
    theta = model.maximiser(Softsign())
    assert model.gain_gradient(0.0, Softsign()) < -0.01 and abs(theta - 0.29899829725) < 1e-10
    assert abs(model.gain(theta, Softsign()) - model.gain(0, Softsign()) - 0.00285) < 1e-5
    exact = exact_bias("softsign", 1, "0", "0.81", "10", near=0.81 - theta)
    assert abs(theta - (mp.mpf("0.81") - exact)) < 1e-10
    cuts = np.linspace(0.70, 0.82, 61)
    learned = np.array([StepModel((0, c, 10)).maximiser(Softsign()) for c in cuts])
    jump = int(np.argmax(learned > 0))
    assert learned[jump - 1] == 0 and learned[jump] > 0.2  # from 0 to .2 and more: nothing in between


class Clip:
    """Weakly concave only: linear, then 1."""

    def __init__(self, width):
        self.width = width

    def __call__(self, x):
        return np.clip(np.asarray(x, dtype=float) / self.width, -1, 1)

    def derivative(self, x):
        return np.where(np.abs(x) < self.width, 1 / self.width, 0.0)

    def antiderivative(self, x):
        x = np.abs(np.asarray(x, dtype=float))
        return np.where(x < self.width, x**2 / (2 * self.width), x - self.width / 2)


def test_ties_give_the_smallest_maximiser():
    assert StepModel((0, 0.5, 1)).maximiser(Clip(2.0)) == 0  # G is constant
    assert StepModel((0, 0.25, 1)).maximiser(Clip(2.0)) == 0 and StepModel((0, 0.75, 1)).maximiser(Clip(2.0)) == 1
    assert StepModel((0, 0.3, 1)).maximiser(Clip(0.2)) == 0.3  # sharp enough: exact for every imbalance
    for s in (0.1, 1.0):
        assert StepModel((0, 0.5, 1)).maximiser(Softsign(s)) == 0.5


def test_a_plateau_counts_by_its_left_end():
    """phi linear up to .6, A = B = .5: G is constant on [.4, .6]."""
    model = StepModel((0, 0.5, 1))
    assert abs(model.maximiser(Clip(0.6)) - 0.4) < 1e-2
    gains = model.gain(np.array([0.4, 0.5, 0.6, 0.38, 0.62]), Clip(0.6))
    assert np.ptp(gains[:3]) < 1e-15 and gains[3:].max() < gains[0] - 1e-5


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3, 1e5])
@pytest.mark.parametrize("knots", [(0, 0.5, 1), (-3, 1, 5)])
def test_balance_is_exact_from_the_sharpest_to_the_bluntest(name, scale, knots):
    """Case 1; G is flat to 1e-15 over a wide stretch when phi is nearly linear, and a_1 is the answer still."""
    assert StepModel(knots).maximiser(make(name, scale)) == knots[1]


def test_a_phi_of_ones_own_with_two_local_maxima():
    """000-E17: slopes 1.5, 1, 0 plus a little tanh; G' changes sign at u = .051, .1485, .700."""

    class Bent:
        def __call__(self, x):
            t = np.abs(x)
            return np.sign(x) * (1.5 * np.minimum(t, 0.45) + np.clip(t - 0.45, 0, 1.75)) + 0.001 * np.tanh(x)

        def derivative(self, x):
            t = np.abs(x)
            return np.where(t < 0.45, 1.5, np.where(t < 2.2, 1.0, 0.0)) + 0.001 / np.cosh(x) ** 2

        def antiderivative(self, x):
            t = np.abs(x)
            near, mid = np.minimum(t, 0.45), np.clip(t - 0.45, 0, 1.75)
            far = np.maximum(t - 2.2, 0)
            area = 0.75 * near**2 + 0.675 * mid + mid**2 / 2 + (0.675 + 1.75) * far
            return area + 0.001 * np.log(np.cosh(t))

    model, grid = StepModel((0, 1, 2.3)), np.linspace(0, 2.3, 200_001)
    slope, gain = model.gain_gradient(grid, Bent()), model.gain(grid, Bent())
    changes = grid[np.flatnonzero(np.diff(np.sign(slope)))]
    np.testing.assert_allclose(changes, [0.051, 0.1485, 0.700], atol=1e-3)
    assert abs(model.maximiser(Bent()) - grid[np.argmax(gain)]) < 2e-5


def test_a_local_maximum_close_to_b_is_not_missed():
    """phi = a very sharp tanh and an arctan: h is + before t_0 = .998 B, - after it, + again at B itself."""

    class Mixed:
        def __call__(self, x):
            return 0.3 * np.tanh(1e9 * x) + 1.4 / np.pi * np.arctan(x)

        def derivative(self, x):
            return 3e8 * (1 - np.tanh(1e9 * x) ** 2) + 1.4 / np.pi / (1 + np.square(x))

        def antiderivative(self, x):
            t = np.abs(x)
            sharp = t + 1e-9 * (np.log1p(np.exp(-2e9 * t)) - np.log(2))
            return 0.3 * sharp + 1.4 / np.pi * (t * np.arctan(t) - np.log1p(t * t) / 2)

    phi, t0 = Mixed(), 1 - 1 / 500
    minus = float((phi(1 + t0) - phi(t0)) / (phi(t0) + phi(1 - t0)))
    assert abs(StepModel((0, 1, 2)).maximiser(phi, (1, minus)) - 1 - t0) < 1e-10


@pytest.mark.parametrize("knots", [(0.1, 0.3, 0.5), (0.1, 0.4, 0.7), (0.2, 0.3, 0.4), (0.7, 0.8, 0.9), (0, 1, 2)])
def test_of_two_ends_that_tie_up_to_rounding_the_left_one_wins(knots):
    """phi = x^3 bends away from a_1: both ends are maxima of the same height, whatever the last bit says."""

    class Cubic:
        def __call__(self, x):
            return x**3

        def derivative(self, x):
            return 3 * x**2

        def antiderivative(self, x):
            return x**4 / 4

    assert StepModel(knots).maximiser(Cubic()) == knots[0]


# --- metamorphic laws
# --- metamorphic laws


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("cut", [0.15, 0.36, 0.45, 0.5, 0.8])
@pytest.mark.parametrize("weights", [(1, 1), (1.3, 0.7)])
def test_scale_shift_and_reflection(name, cut, weights):
    """Only (A, B) / scale matters; the mirror image with swapped weights has the mirrored maximiser."""
    model, phi = StepModel((0, cut, 1)), make(name, 0.3)
    theta = model.maximiser(phi, weights)
    scaled = StepModel((0, 8 * cut, 8)).maximiser(make(name, 2.4), weights)
    assert abs(scaled / 8 - theta) < 1e-12
    assert abs(StepModel((-5, cut - 5, -4)).maximiser(phi, weights) + 5 - theta) < 1e-11
    mirror = StepModel((0, 1 - cut, 1)).maximiser(phi, weights[::-1])
    assert abs(1 - mirror - theta) < 1e-11
    doubled = model.maximiser(phi, (2 * weights[0], 2 * weights[1]))
    assert abs(doubled - theta) < 1e-13


@pytest.mark.parametrize("name", EVERY)
def test_favour_is_monotone_and_one_for_more_than_one(name):
    """GF-38, GF-40: while interior, the cut moves faster than the truth."""
    cuts = np.linspace(0.3, 0.7, 41)
    learned = np.array([StepModel((0, c, 1)).maximiser(make(name, 0.2)) for c in cuts])
    inside = (learned > 0) & (learned < 1)
    assert (np.diff(learned)[inside[1:] & inside[:-1]] > np.diff(cuts)[0]).all()


@pytest.mark.parametrize("name", EVERY)
def test_sharper_is_less_biased(name):
    model = StepModel((0, 0.3, 1))
    bias = [model.bias(make(name, s)) for s in (0.4, 0.2, 0.1, 0.05)]
    assert all(later < earlier for earlier, later in itertools.pairwise(bias)) and bias[-1] > 0


def test_bias_has_relative_precision_where_float64_of_theta_has_none():
    """tanh at s = .0125: delta ~ s exp(-2A/s) = 1.8e-23, far below the spacing of numbers near .3."""
    bias = StepModel((0, 0.3, 1)).bias(Tanh(0.0125))
    exact = exact_bias("tanh", "0.0125", 0, 0.3, 1, near=mp.mpf(float(bias)))
    assert abs(bias / float(exact) - 1) < 1e-12 and bias < 1e-22


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("scale", [0.05, 1.0, 20.0])
@pytest.mark.parametrize("cut", [0.02, 0.3, 0.45, 0.9])
def test_exact_weights_give_the_exact_cut(name, scale, cut):
    model, phi = StepModel((0, cut, 1)), make(name, scale)
    weights = model.exact_weights(phi)
    assert_same(sum(weights), 2.0)
    assert_same(weights[0] * phi(cut), weights[1] * phi(1 - cut))
    assert abs(model.bias(phi, weights)) < 1e-10
    if weights[0] != weights[1]:  # float64 sees phi(A) = phi(B) = 1 in the sharpest cases
        assert model.regime(phi, weights) == Regime.BALANCED


def test_frequency_weights_are_inverse_lengths_and_overshoot():
    model = StepModel((0, 0.3, 1))
    assert_same(model.frequency_weights(), [1.4, 0.6])
    assert_same(StepModel((0, 1, 2, 4)).frequency_weights(), [0.5, 1.5])
    for scale, bias in [(0.1, -0.04045), (0.01, -0.0043599), (0.001, -0.00043643)]:
        assert abs(model.bias(Algebraic(scale**2), model.frequency_weights()) - bias) < 5e-6 * max(1, scale * 100)


# --- regimes


@pytest.mark.parametrize(
    "phi, cut, kind, case",
    [
        (Arctan(), 0.5, Regime.BALANCED, 1),
        (Arctan(), 0.45, Regime.INTERIOR, 2),
        (Arctan(), 0.4, Regime.COLLAPSED, None),
        (Arctan(), 0.2, Regime.COLLAPSED, 3),
        (Arctan(), 0.55, Regime.INTERIOR, 2),
        (Arctan(), 0.8, Regime.COLLAPSED, 3),
        (Algebraic(0.01), 0.1, Regime.INTERIOR, 2),
        (Erf(3.0), 0.5, Regime.BALANCED, 1),
    ],
)
def test_regime_names_the_case(phi, cut, kind, case):
    report = StepModel((0, cut, 1)).regime(phi)
    assert report == kind and kind == report and report.kind is kind and report.case == case
    assert report != next(other for other in Regime if other is not kind)
    assert hash(report) == hash(kind) and report == StepModel((0, cut, 1)).regime(phi)
    with pytest.raises(AttributeError):
        report.case = 2


def test_softsign_is_interior_in_the_gap():
    report = StepModel((0, 0.81, 10)).regime(Softsign())
    assert report == Regime.INTERIOR and report.case is None


def test_balance_survives_rounding():
    assert StepModel((0.1, 0.2, 0.3)).regime(Arctan()) == Regime.BALANCED
    assert StepModel((0, 0.5, 1)).regime(Arctan(), (1, 2)) != Regime.BALANCED


# --- the series


def test_series_matches_the_ledger_and_its_ratios_go_to_one():
    model = StepModel((0, 0.3, 1))
    terms = sharpness_series(model)
    assert [p for p, _ in terms] == [Fraction(3, 2), Fraction(5, 2), Fraction(3)]
    assert all(isinstance(p, Fraction) for p, _ in terms)
    for eps, ratios in [(1e-2, (0.92621, 1.02757, 1.005292)), (1e-4, (0.999034, 1.0000209, 1.00000091))]:
        values = np.cumsum([c * eps ** float(p) for p, c in terms])
        np.testing.assert_allclose(model.bias(Algebraic(eps)) / values, ratios, atol=6e-6)
    assert sharpness_series(model, order=1) == terms[:1]
    left, right = sharpness_series(model), sharpness_series(StepModel((0, 0.7, 1)))
    assert_same([c for _, c in left], [-c for _, c in right])


# --- several cuts

SEVERAL = [  # section 8 of the ledger
    ((0, 0.25, 0.75, 1), Arctan(), (0.20521, 0.79479)),
    ((0, 0.25, 0.75, 1), Arctan(0.1), (0.24461, 0.75539)),
    ((0, 0.25, 0.75, 1), Algebraic(0.01), (0.24806, 0.75194)),
    ((0, 0.45, 0.55, 1), Algebraic(0.01), (0.5, 0.5)),
    ((0, 0.45, 0.55, 1), Algebraic(9e-4), (0.45115, 0.54885)),
    ((0, 0.3, 0.6, 0.65, 1), Tanh(0.05), (0.3, 0.625, 0.625)),
    ((0, 0.45, 0.55, 1), Arctan(0.1), (0, 0)),
    ((0, 1 / 3, 2 / 3, 1), Arctan(), (0, 0)),
]


@pytest.mark.parametrize("knots, phi, theta", SEVERAL)
def test_multistart_finds_the_ledgers_maximisers(knots, phi, theta):
    model = StepModel(knots)
    found = model.maximiser(phi)
    np.testing.assert_allclose(found, theta, atol=6e-6)
    slope = model.gain_gradient(found, phi)
    stuck = ((found <= knots[0]) & (slope < 0)) | ((found >= knots[-1]) & (slope > 0))
    assert np.abs(np.where(stuck, 0, slope)).max() <= 1e-8
    assert (np.diff(found) >= 0).all()
    assert_same(model.bias(phi), np.array(knots[1:-1]) - found)
    assert_same(model.maximiser(phi), found, rtol=0, atol=0)


@pytest.mark.parametrize(
    "knots, phi",
    [((0, 0.3, 0.6, 0.65, 1), Tanh(0.05)), ((0, 0.2, 0.5, 0.9, 1.3), Arctan(0.02))],
)
def test_the_last_newton_steps_bring_the_projected_gradient_down_to_rounding(knots, phi):
    """The quasi-Newton steps alone stop near 1e-9."""
    model = StepModel(knots)
    found = model.maximiser(phi)
    assert knots[0] < found[0] and found[-1] < knots[-1]
    assert np.abs(model.gain_gradient(found, phi)).max() <= 1e-13


def test_the_law_of_several_cuts():
    """delta_i ~ (eps^1.5 / 4)(end distances) - 2 eps^2 (neighbours), section 8; ratio 1 at eps = 1e-6."""
    knots, eps = np.array((0, 0.1, 0.35, 0.6, 0.8, 1)), 1e-6
    inner = knots[1:-1]
    gap = inner[None, :] - inner[:, None]
    pull = np.divide(np.sign(gap), np.abs(gap) ** 3, out=np.zeros_like(gap), where=gap != 0).sum(axis=1)
    law = eps**1.5 / 4 * (inner**-2.0 - (1 - inner) ** -2.0) - 2 * eps**2 * pull
    np.testing.assert_allclose(StepModel(knots).bias(Algebraic(eps)) / law, 1, atol=2e-4)


# --- the door


@pytest.mark.parametrize(
    "knots, message",
    [
        ((0, 1, 0.5), "increase strictly"),
        ((0, 0.5, 0.5, 1), "increase strictly"),
        ((0, np.nan, 1), "finite"),
        ((0, 0.5, np.inf), "finite"),
        ((-1.7e308, 0, 1.7e308), "finite"),
        ((0, 1), "at least three"),
        (3.0, "at least three"),
        (((0, 1), (2, 3)), "at least three"),
        (("a", "b", "c"), "numbers"),
    ],
)
def test_bad_knots(knots, message):
    with pytest.raises(ValueError, match=message), np.errstate(over="ignore"):
        StepModel(knots)


@pytest.mark.parametrize("value", [0, -1.0, np.nan, np.inf, [1.0, 2.0], "x", None])
@pytest.mark.parametrize("name", EVERY)
def test_bad_scales(name, value):
    rule = "eps" if name == "algebraic" else "scale"
    with pytest.raises(ValueError, match=f"{rule} must be a finite number > 0, got"):
        PHIS[name](value)


@pytest.mark.parametrize("weights", [(0, 1), (1, -1), (1, np.nan), (np.inf, 1), (1,), (1, 1, 1), 2.0, None, "ab"])
def test_bad_weights(weights):
    for call in (ONE.maximiser, ONE.bias, ONE.regime, lambda p, w: ONE.gain(0.2, p, w),
                 lambda p, w: ONE.gain_gradient(0.2, p, w), StepModel((0, 1, 2, 3)).maximiser):  # fmt: skip
        with pytest.raises(ValueError, match="weights must be two finite numbers > 0"):
            call(Arctan(), weights)


def test_bad_theta():
    many = StepModel((0, 0.3, 0.6, 1))
    for theta in (0.3, [0.1], [0.1, 0.2, 0.3], np.zeros((2, 3))):
        with pytest.raises(ValueError, match="last axis 2"):
            many.gain(theta, Arctan())
    for theta in (np.nan, [0.1, np.inf]):
        with pytest.raises(ValueError, match="theta must be finite"):
            ONE.gain(theta, Arctan())
    with pytest.raises(ValueError, match="one theta"):
        ONE.g([0.1, 0.2], 0.3, Arctan())
    with pytest.raises(ValueError, match="numbers"):
        ONE.gain(["x"], Arctan())


def test_bad_x_phi_and_order():
    with pytest.raises(ValueError, match=r"x must lie in \[0, 1\]"):
        ONE.label([0.5, 1.2])
    with pytest.raises(ValueError, match="x must lie in"):
        ONE.label(np.nan)
    with pytest.raises(ValueError, match="x must be finite"):
        Arctan()(np.inf)
    with pytest.raises(ValueError, match="try Arctan"):
        ONE.maximiser(Arctan)
    with pytest.raises(ValueError, match="derivative"):
        ONE.gain(0.2, np.tanh)
    for order in (0, 4, 1.5):
        with pytest.raises(ValueError, match="order must be 1, 2 or 3"):
            sharpness_series(ONE, order=order)


def test_only_one_cut():
    many = StepModel((0, 0.3, 0.6, 1))
    for call in (many.sensitivity, many.specificity, many.balanced_error):
        with pytest.raises(ValueError, match="one cut, got n = 2"):
            call([0.2, 0.5])
    for call in (many.regime, many.exact_weights):
        with pytest.raises(ValueError, match="one cut, got n = 2"):
            call(Arctan())
    with pytest.raises(ValueError, match="one cut"):
        sharpness_series(many)


def test_gain_loads_no_heavy_library():
    heavy = "('sympy', 'torch', 'matplotlib', 'pandas', 'sklearn')"
    code = f"import sys, gradnotes.gain; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
