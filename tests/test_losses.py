"""Losses: hand values, torch, finite differences, and the laws they obey."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from gradnotes import losses
from gradnotes.verify import assert_same, check_grad

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())["values"]
Y, A = np.array([1.0, 0, 1, 0]), np.array([0.9, 0.2, 0.6, 0.4])
SCALES = {"mean": 1 / 4, "sum": 1.0, "half_sum": 0.5}
LOGITS = np.array([0.0, 1, -1, 30, -30, 1e4, -1e4])
REGRESSION = {"mse": losses.mse, "huber": losses.huber, "tukey": losses.tukey}


def of_prediction(name):
    """(loss of the prediction alone, a point) for the five losses, none at a kink."""
    rng = np.random.default_rng(3)
    y, a = rng.normal(size=6) + 10, rng.normal(size=6) * 3 + 10.1
    labels, codes = rng.integers(0, 2, 6).astype(float), rng.integers(0, 3, 4)
    return {
        "mse": (lambda a, **k: losses.mse(y, a, **k), a),
        "huber": (lambda a, **k: losses.huber(y, a, delta=0.7, **k), a),
        "tukey": (lambda a, **k: losses.tukey(y, a, c=3.1, **k), a),
        "bce": (lambda a, **k: losses.bce(labels, a, **k), rng.uniform(0.3, 0.7, 6)),
        "bce_with_logits": (lambda z, **k: losses.bce_with_logits(z, labels, **k), rng.normal(size=6)),
        "softmax_cross_entropy": (
            lambda Z, **k: losses.softmax_cross_entropy(Z, codes, **k), rng.normal(size=(4, 3)),
        ),
    }[name]  # fmt: skip


NAMES = ["mse", "huber", "tukey", "bce", "bce_with_logits", "softmax_cross_entropy"]


def test_every_loss_of_the_module_is_in_these_tests():
    assert set(NAMES) | {"sigmoid", "softmax", "one_hot"} == set(losses.__all__)


@pytest.mark.parametrize("reduction", SCALES)
@pytest.mark.parametrize("name", NAMES)
def test_gradient_is_the_slope_of_the_value(name, reduction):
    f, x = of_prediction(name)
    check_grad(lambda x: f(x, reduction=reduction)[0], lambda x: f(x, reduction=reduction)[1], x, rtol=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_reductions_differ_by_a_factor_only(name):
    f, x = of_prediction(name)
    total, slope = f(x, reduction="sum")
    terms = len(x)  # rows for cross-entropy, entries for the others
    for reduction, scale in (("mean", 1 / terms), ("half_sum", 0.5)):
        value, gradient = f(x, reduction=reduction)
        assert_same(value, scale * total)
        assert_same(gradient, scale * slope)
    assert f(x)[0] == f(x, reduction="mean")[0]


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_reduction_is_refused(name):
    f, x = of_prediction(name)
    with pytest.raises(ValueError, match="reduction must be 'mean', 'sum' or 'half_sum', got 'maen'"):
        f(x, reduction="maen")


def test_mse_has_the_values_of_the_ledger():
    golden = GOLDEN["LOSS.mse"]["value"]
    value, gradient = losses.mse(Y, A)
    assert value == pytest.approx(golden["mean_sq"], abs=1e-15)
    assert_same(gradient, golden["grad_mean"], atol=1e-15)
    value, gradient = losses.mse(Y, A, "half_sum")
    assert value == pytest.approx(golden["half_sum_sq"], abs=1e-15)
    assert_same(gradient, golden["grad_half_sum"], atol=1e-15)


def test_bce_has_the_values_of_the_ledger():
    golden = GOLDEN["LOSS.bce"]["value"]
    value, gradient = losses.bce(Y, A)
    assert value == pytest.approx(golden["value"], abs=1e-14)
    assert_same(gradient, golden["grad"], atol=1e-14)
    assert value == pytest.approx(-math.log(0.9 * 0.8 * 0.6 * 0.6) / 4, abs=1e-15)


def test_softmax_of_one_two_three():
    golden = GOLDEN["SOFTMAX.123"]["value"]
    value, gradient = losses.softmax_cross_entropy([[1.0, 2, 3]], [1])
    assert value == pytest.approx(float(golden["J"]), rel=1e-14)
    assert_same(gradient[0], [float(g) for g in golden["dJ_dz"]], rtol=1e-14)
    assert_same(losses.softmax([1.0, 2, 3]), [float(a) for a in golden["a"]], rtol=1e-14)


def test_sigmoid_has_the_values_of_the_ledger():
    for z, row in GOLDEN["ACT.sigmoid"]["value"].items():
        assert losses.sigmoid(float(z)) == pytest.approx(float(row["s"]), rel=1e-14)
    assert losses.sigmoid(math.log(3)) == pytest.approx(3 / 4, rel=1e-15)


@pytest.mark.parametrize("name", REGRESSION)
def test_regression_losses_are_symmetric_and_zero_only_at_the_target(name):
    rho = lambda e: REGRESSION[name]([0.0], [e], "sum")[0]  # noqa: E731
    for e in (1e-3, 0.5, 3.0, 50.0):
        assert rho(e) == rho(-e) > 0
    assert rho(0.0) == 0


@pytest.mark.parametrize("delta", [0.3, 1.0, 5.0])
def test_huber_equals_torch(delta):
    y, a = np.random.default_rng(0).normal(0, 4, (2, 50))
    t = torch.tensor(a, requires_grad=True)
    loss = F.huber_loss(t, torch.tensor(y), delta=delta)
    loss.backward()
    value, gradient = losses.huber(y, a, delta=delta)
    assert_same(value, loss)
    assert_same(gradient, t.grad, atol=1e-15)


def test_huber_with_a_wide_delta_is_half_the_square():
    assert_same(losses.huber(Y, A, "sum", delta=10)[0], losses.mse(Y, A, "half_sum")[0], atol=1e-16)


def test_tukey_is_flat_beyond_c_and_a_parabola_near_zero():
    c = 4.685
    value, pull = losses.tukey([0.0, 0, 0], [c, 78, -1e300], "sum")
    assert value == pytest.approx(3 * c * c / 6, rel=1e-14)
    assert pull.tolist() == [0, 0, 0]
    assert losses.tukey([0.0], [1e-6], "sum")[0] == pytest.approx(0.5e-12, rel=1e-9)


def test_tukey_of_the_puzzle_is_stationary_at_the_mean():
    data = np.array([1.0, 2, 3, 4, 100])
    assert losses.tukey(data, np.full(5, 22.0))[1].tolist() == [0] * 5
    assert losses.tukey(data, np.full(5, 100.0), "sum")[0] == pytest.approx(4 * 4.685**2 / 6, rel=1e-14)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_bce_with_logits_equals_torch_from_0_to_1e4(reduction):
    z, y = (g.ravel() for g in np.meshgrid(LOGITS, [0.0, 0.25, 1.0]))
    t = torch.tensor(z, requires_grad=True)
    loss = F.binary_cross_entropy_with_logits(t, torch.tensor(y), reduction=reduction)
    loss.backward()
    value, gradient = losses.bce_with_logits(z, y, reduction)
    assert_same(value, loss, rtol=1e-14)
    assert_same(gradient, t.grad, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_softmax_cross_entropy_equals_torch_from_0_to_1e4(reduction):
    rng = np.random.default_rng(1)
    Z, y = rng.choice(LOGITS, (60, 4)), rng.integers(0, 4, 60)
    t = torch.tensor(Z, requires_grad=True)
    loss = F.cross_entropy(t, torch.tensor(y), reduction=reduction)
    loss.backward()
    value, gradient = losses.softmax_cross_entropy(Z, y, reduction)
    assert_same(value, loss, rtol=1e-14)
    assert_same(gradient, t.grad, rtol=1e-13, atol=1e-16)


def test_bce_equals_torch():
    a = torch.tensor(A, requires_grad=True)
    loss = F.binary_cross_entropy(a, torch.tensor(Y))
    loss.backward()
    assert_same(losses.bce(Y, A)[0], loss, rtol=1e-14)
    assert_same(losses.bce(Y, A)[1], a.grad, rtol=1e-14)


def test_logits_of_1e4_cost_1e4_or_nothing():
    """Warnings are errors in this suite: a silent overflow would fail here."""
    assert losses.bce_with_logits([1e4], [0.0])[0] == 1e4
    assert losses.bce_with_logits([1e4], [1.0])[0] == 0
    assert losses.softmax_cross_entropy([[1e4, -1e4]], [1])[0] == 2e4
    assert losses.softmax_cross_entropy([[1e4, -1e4]], [0])[0] == 0


def test_a_sure_and_right_prediction_keeps_its_tiny_slope():
    """sigma(40) - 1 rounds to 0; the gradient must not."""
    assert losses.bce_with_logits([40.0], [1.0])[1][0] == pytest.approx(-math.exp(-40), rel=1e-12, abs=0)


def test_logits_and_probabilities_tell_the_same_loss():
    z = np.array([-2.0, 0.3, 1.7, 4.0])
    a = losses.sigmoid(z)
    assert_same(losses.bce_with_logits(z, Y)[0], losses.bce(Y, a)[0])
    assert_same(losses.bce_with_logits(z, Y)[1], losses.bce(Y, a)[1] * a * (1 - a))


def test_two_classes_of_softmax_are_one_logit():
    z = np.array([-2.0, 0.3, 1.7, 4.0])
    Z = np.column_stack([np.zeros(4), z])
    assert_same(losses.softmax_cross_entropy(Z, Y.astype(int))[0], losses.bce_with_logits(z, Y)[0])


def test_softmax_ignores_a_common_shift_and_rows_sum_to_one():
    Z = np.random.default_rng(2).normal(0, 5, (9, 4))
    assert_same(losses.softmax(Z + 1000), losses.softmax(Z), rtol=1e-12)
    assert_same(losses.softmax(Z).sum(axis=1), np.ones(9))
    assert_same(losses.softmax_cross_entropy(Z, np.arange(9) % 4)[1].sum(axis=1), np.zeros(9))


def test_codes_and_one_hot_rows_are_the_same_labels():
    Z, y = np.random.default_rng(4).normal(size=(5, 3)), np.array([0, 2, 1, 1, 0])
    assert losses.softmax_cross_entropy(Z, y)[0] == losses.softmax_cross_entropy(Z, np.eye(3)[y])[0]


def test_soft_labels_are_best_predicted_by_themselves():
    p = np.array([[0.2, 0.5, 0.3]])
    best = losses.softmax_cross_entropy(np.log(p), p)
    assert_same(best[1], np.zeros((1, 3)))
    assert best[0] == pytest.approx(-(p * np.log(p)).sum(), rel=1e-14)


def test_the_best_constant_is_mean_for_mse_and_the_middle_for_huber():
    data = np.array([1.0, 2, 3, 4, 100])
    at = lambda loss, m: loss(data, np.full(5, m))[1].sum()  # noqa: E731
    assert at(losses.mse, 22.0) == pytest.approx(0, abs=1e-14)
    assert at(losses.huber, 3.0) == pytest.approx(0, abs=1e-15)


def test_softmax_gives_a_masked_score_the_probability_zero():
    assert losses.softmax([0.0, -math.inf, 0.0]).tolist() == [0.5, 0.0, 0.5]


def test_scalars_and_lists_are_welcome():
    assert losses.mse(1, 3) == (4.0, 4.0)
    assert losses.bce_with_logits(0.0, 1)[0] == pytest.approx(math.log(2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: losses.mse([1.0, 2], [[1.0], [2.0]]), r"one shape, not empty, got \(2,\) and \(2, 1\)"),
        (lambda: losses.mse([], []), "not empty"),
        (lambda: losses.mse([1.0], [math.nan]), "predictions must be finite, got nan"),
        (lambda: losses.huber([math.inf], [1.0]), "targets must be finite, got inf"),
        (lambda: losses.huber([0.0], [1.0], delta=0), "delta must be > 0 and finite, got 0"),
        (lambda: losses.tukey([0.0], [1.0], c=math.nan), "c must be > 0 and finite, got nan"),
        (lambda: losses.bce([1.0], [1.0]), r"a must be in \(0, 1\), got 1.0: use bce_with_logits"),
        (lambda: losses.bce_with_logits([0.0], [2.0]), r"labels must be in \[0, 1\], got 2.0"),
        (lambda: losses.softmax_cross_entropy([0.0, 1], [0]), r"Z must be \(n, C\)"),
        (lambda: losses.softmax_cross_entropy([[0.0, math.inf]], [0]), "Z must be finite, got inf"),
        (lambda: losses.softmax_cross_entropy([[0.0, 1]], [2]), r"labels must be in 0..1, got 2"),
        (lambda: losses.softmax_cross_entropy([[0.0, 1]], [-1]), "got -1"),
        (lambda: losses.softmax_cross_entropy([[0.0, 1]], [0.0]), "labels must be integers"),
        (lambda: losses.softmax_cross_entropy([[0.0, 1]], [[0.5, 0.6]]), "sum to 1"),
        (lambda: losses.softmax_cross_entropy([[0.0, 1]], [0, 1]), "same number of rows, got 1 and 2"),
        (lambda: losses.softmax_cross_entropy([[0.0, 1]], [[1, 0, 0]]), r"\(n, 2\) rows, got shape \(1, 3\)"),
        (lambda: losses.softmax_cross_entropy([[0.0, 1]], [[math.nan, 1]]), r"sum to 1, got \[nan, 1.0\]: one-hot"),
        (lambda: losses.softmax([[0.0, 1.0], [0.0, math.nan]]), "the largest score must be finite, got nan: check Z"),
        (lambda: losses.softmax([math.inf, 0.0]), "must be finite, got inf"),
        (lambda: losses.softmax([-math.inf, -math.inf]), "must be finite, got -inf"),
        (lambda: losses.softmax([]), r"must not be empty, got shape \(0,\)"),
        (lambda: losses.one_hot([0], 0), "classes must be a whole number >= 1, got 0: count the labels"),
        (lambda: losses.one_hot([0], 2.5), "classes must be a whole number >= 1, got 2.5"),
    ],
)
def test_the_message_says_rule_and_value(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("a", [[0.5, 0.0], [0.5, 1.0], [0.5, -0.25], [0.5, 1.5]])
def test_the_first_prediction_outside_the_open_interval_is_named(a):
    with pytest.raises(ValueError, match=rf"a must be in \(0, 1\), got {a[1]}: use bce_with_logits"):
        losses.bce([0.0, 1.0], a)


def test_the_first_row_that_is_no_distribution_is_named():
    with pytest.raises(ValueError, match=r"sum to 1, got \[0.5, 0.6\]"):
        losses.softmax_cross_entropy([[0.0, 1], [0.0, 1]], [[0.0, 1.0], [0.5, 0.6]])
