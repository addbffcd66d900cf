"""Losses for imbalanced data: exact limits, stable gradients, weights per class."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from torch.func import vmap
from torch.nn import functional as F

from gradnotes.torch_losses import (
    FocalLoss,
    WeightedCrossEntropy,
    best_output,
    class_balanced_weights,
    decision_threshold,
    effective_number,
    inverse_frequency_weights,
)

GAMMAS = [0.0, 0.25, 0.5, 1.0, 2.0, 5.0]
DTYPES = [torch.float64, torch.float32, torch.bfloat16, torch.float16]


def draw(classes=3, n=40, scale=3.0, seed=0):
    rng = np.random.default_rng(seed)
    z = torch.as_tensor(rng.normal(scale=scale, size=(n, classes)))
    return z.requires_grad_(), torch.as_tensor(rng.integers(classes, size=n))


def textbook(z, y, alpha, gamma):
    """The formula as written, in float64."""
    p = torch.softmax(z, -1)[torch.arange(len(y)), y]
    return -alpha[y] * (1 - p) ** gamma * torch.log(p)


# --- focal loss -----------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("gamma", GAMMAS)
def test_focal_is_the_formula_value_and_gradient(classes, gamma):
    z, y = draw(classes)
    alpha = torch.linspace(0.5, 2, classes, dtype=torch.float64)
    ours, theirs = FocalLoss(alpha, gamma, "none")(z, y), textbook(z, y, alpha, gamma)
    torch.testing.assert_close(ours, theirs, rtol=1e-11, atol=1e-14)
    left, right = (torch.autograd.grad(v.sum(), z)[0] for v in (ours, theirs))
    torch.testing.assert_close(left, right, rtol=1e-8, atol=1e-12)


def test_focal_by_hand():
    z = torch.zeros(1, 2, dtype=torch.float64, requires_grad=True)
    value = FocalLoss([3.0, 1.0], 2.0)(z, torch.tensor([0]))
    value.backward()
    assert value.item() == pytest.approx(0.75 * math.log(2), rel=1e-15)
    slope = 3 * 0.25 * (2 * 0.5 * math.log(0.5) + 0.5 - 1)  # alpha (1-p)^g (g p log p + p - 1)
    assert z.grad[0].tolist() == pytest.approx([slope, -slope], rel=1e-14)
    assert slope == pytest.approx(-0.894860, abs=5e-7)


def test_gamma_zero_is_cross_entropy():
    z, y = draw(4)
    for reduction in ("none", "mean", "sum"):
        ours = FocalLoss([1.0] * 4, 0.0, reduction)(z, y)
        torch.testing.assert_close(ours, F.cross_entropy(z, y, reduction=reduction), rtol=1e-14, atol=1e-15)
    left = torch.autograd.grad(FocalLoss([1.0] * 4, 0.0)(z, y), z)[0]
    right = torch.autograd.grad(F.cross_entropy(z, y), z)[0]
    torch.testing.assert_close(left, right, rtol=1e-13, atol=1e-16)


def test_two_classes_give_the_sigmoid_form_of_the_difference():
    z, y = draw(2)
    p = torch.sigmoid(z[:, 1] - z[:, 0])
    p_t = torch.where(y == 1, p, 1 - p)
    bce = F.binary_cross_entropy_with_logits(z[:, 1] - z[:, 0], y.double(), reduction="none")
    torch.testing.assert_close(FocalLoss([1.0, 1.0], 2.0, "none")(z, y), (1 - p_t) ** 2 * bce, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("gamma", GAMMAS)
def test_alpha_scales_and_never_enters_the_power(gamma):
    z, y = draw(3)
    one, three = (FocalLoss([k] * 3, gamma, "none")(z, y) for k in (1.0, 3.0))
    torch.testing.assert_close(three, 3 * one, rtol=1e-15, atol=0)


def test_alpha_permutes_with_the_classes():
    z, y = draw(3)
    order = torch.tensor([2, 0, 1])
    permuted = FocalLoss([3.0, 1.0, 2.0], 2.0)(z[:, order], torch.argsort(order)[y])
    torch.testing.assert_close(permuted, FocalLoss([1.0, 2.0, 3.0], 2.0)(z, y), rtol=1e-14, atol=0)


@pytest.mark.parametrize("gamma", GAMMAS)
def test_gradcheck_at_every_gamma(gamma):
    z, y = draw(3, n=6)
    assert torch.autograd.gradcheck(lambda v: FocalLoss([1.0, 2.0, 3.0], gamma, "none")(v, y), (z,))
    assert torch.autograd.gradgradcheck(lambda v: FocalLoss([1.0, 2.0, 3.0], gamma, "none")(v, y), (z,))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("gamma", GAMMAS)
def test_value_and_gradient_are_finite_at_huge_logits(dtype, gamma):
    for size, classes in itertools.product([10, 20, 88, 1e4, 3e4], [2, 4]):
        z = torch.zeros(2, classes, dtype=dtype)
        z[:, 0] = size
        z[:, 1] = -size
        z.requires_grad_()
        value = FocalLoss([1.0] * classes, gamma, "none")(z, torch.tensor([0, 1]))  # certain: right, wrong
        assert torch.isfinite(value).all()
        grad = torch.autograd.grad(value.sum(), z)[0]
        assert torch.isfinite(grad).all()
        value, pull = value.detach().double(), grad[1, 1].double()
        assert pull == pytest.approx(-1.0, rel=1e-2)  # a maximally wrong row keeps its pull
        assert value[0] == pytest.approx(0.0, abs=1e-4) and value[1] == pytest.approx(2 * size, rel=1e-2)


def test_no_cancellation_for_easy_rows_in_float32():
    for margin in (16.0, 17.0, 25.0):
        value = FocalLoss([1.0, 1.0], 2.0)(torch.tensor([[margin, 0.0]]), torch.tensor([0])).item()
        q = 1 / (1 + math.exp(margin))  # 1 - p
        assert value == pytest.approx(-(q**2) * math.log1p(-q), rel=1e-5)


def test_half_is_upcast_and_float64_stays():
    f16, b16, f32, f64 = torch.float16, torch.bfloat16, torch.float32, torch.float64
    for dtype, expected in [(f16, f32), (b16, f32), (f32, f32), (f64, f64)]:
        assert FocalLoss([1.0, 1.0])(torch.zeros(1, 2, dtype=dtype), torch.tensor([0])).dtype == expected


def test_buffers_stand_in_the_state_and_follow_a_conversion():
    focal, weighted = FocalLoss([3.0, 1.0]), WeightedCrossEntropy([3.0, 1.0])
    assert focal.state_dict()["alpha"].tolist() == weighted.state_dict()["weight"].tolist() == [3.0, 1.0]
    assert focal.to(torch.float32).alpha.dtype == torch.float32
    assert not list(focal.parameters())


def test_focal_mean_divides_by_rows_and_ours_weighted_mean_by_weights():
    z, y = draw(2)
    alpha = torch.tensor([3.0, 1.0], dtype=torch.float64)
    focal = FocalLoss(alpha, 0.0)(z, y)
    weighted = WeightedCrossEntropy(alpha)(z, y)
    torch.testing.assert_close(focal * len(y), weighted * alpha[y].sum(), rtol=1e-14, atol=0)


def test_gamma_does_not_move_the_threshold():
    alpha = torch.tensor([3.0, 1.0], dtype=torch.float64)
    for gamma, eta, sign in [(g, e, s) for g in GAMMAS for e, s in [(0.74, 1.0), (0.76, -1.0)]]:
        z = torch.zeros(1, 2, dtype=torch.float64, requires_grad=True)
        loss = FocalLoss(alpha, gamma)
        risk = eta * loss(z, torch.tensor([1])) + (1 - eta) * loss(z, torch.tensor([0]))
        slope = torch.autograd.grad(risk, z)[0][0, 1]
        assert slope * sign > 0  # at p = 1/2 the risk falls towards class 1 only above 3/4


# --- weighted cross-entropy -------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("classes", [2, 5])
def test_weighted_cross_entropy_is_torch_s(reduction, smoothing, classes):
    z, y = draw(classes)
    w = torch.linspace(0.3, 4, classes, dtype=torch.float64)
    ours = WeightedCrossEntropy(w, smoothing, reduction)(z, y)
    theirs = F.cross_entropy(z, y, w, reduction=reduction, label_smoothing=smoothing)
    torch.testing.assert_close(ours, theirs, rtol=1e-13, atol=1e-14)
    left, right = (torch.autograd.grad(v.sum(), z)[0] for v in (ours, theirs))
    torch.testing.assert_close(left, right, rtol=1e-12, atol=1e-14)


def test_images_keep_their_axes():
    rng = np.random.default_rng(1)
    z = torch.as_tensor(rng.normal(size=(2, 3, 4, 5)))
    y = torch.as_tensor(rng.integers(3, size=(2, 4, 5)))
    w = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    each = WeightedCrossEntropy(w, 0.1, "none")(z, y)
    torch.testing.assert_close(each, F.cross_entropy(z, y, w, reduction="none", label_smoothing=0.1))
    assert FocalLoss(w, 2.0, "none")(z, y).shape == y.shape


def test_a_single_row_has_no_weight():
    z, y = torch.tensor([[2.0, 0.0]], dtype=torch.float64), torch.tensor([0])
    values = {round(WeightedCrossEntropy([w, 1.0])(z, y).item(), 12) for w in (1.0, 3.0, 300.0)}
    assert values == {round(math.log1p(math.exp(-2)), 12)}


@pytest.mark.parametrize(("ratio", "wrong"), [(3.1, False), (18.9, False), (19.1, True), (99.0, True)])
def test_smoothing_and_weights_flip_a_certain_row_above_the_critical_ratio(ratio, wrong):
    z = torch.zeros(1, 2, dtype=torch.float64, requires_grad=True)
    loss = WeightedCrossEntropy([ratio, 1.0], 0.1, "sum")(z, torch.tensor([1]))  # (2 - .1)/.1 = 19
    slope = torch.autograd.grad(loss, z)[0][0, 1]
    assert (slope > 0) == wrong


@pytest.mark.parametrize("loss", [FocalLoss([3.0, 1.0]), WeightedCrossEntropy([3.0, 1.0], 0.1)], ids=str)
def test_losses_work_under_vmap(loss):
    z, y = draw(2, n=12)
    together = vmap(loss)(z.reshape(3, 4, 2), y.reshape(3, 4))
    for k in range(3):
        torch.testing.assert_close(together[k], loss(z.reshape(3, 4, 2)[k], y.reshape(3, 4)[k]))


# --- what a loss asks for
ETA = np.linspace(0.02, 0.98, 25)


@pytest.mark.parametrize("gamma", GAMMAS)
def test_the_best_focal_output_inverts_the_stationarity_condition(gamma):
    alpha = [3.0, 1.0]

    def slope(p):
        return gamma * (1 - p) ** (gamma - 1) * np.log(p) - (1 - p) ** gamma / p

    p = best_output(FocalLoss(alpha, gamma, "none"), ETA)
    back = alpha[0] * slope(1 - p) / (alpha[1] * slope(p) + alpha[0] * slope(1 - p))
    np.testing.assert_allclose(back, ETA, rtol=1e-9)
    assert np.all((p > 0.5) == (ETA > 0.75))
    assert decision_threshold(FocalLoss(alpha, gamma)) == pytest.approx(0.75, abs=1e-14)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.3])
def test_the_best_weighted_and_smoothed_output_is_the_share_of_its_mass(smoothing):
    loss = WeightedCrossEntropy([3.0, 1.0], smoothing, "none")
    one = (1 - smoothing) * ETA + smoothing / 2
    zero = 3 * ((1 - smoothing) * (1 - ETA) + smoothing / 2)
    np.testing.assert_allclose(best_output(loss, ETA), one / (one + zero), rtol=1e-10)
    assert decision_threshold(loss) == pytest.approx((0.75 - smoothing / 2) / (1 - smoothing), rel=1e-14)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_the_threshold_is_the_same_for_every_reduction(reduction):
    # a weighted mean of one row forgets its weight; asked row by row, it would answer one half
    assert decision_threshold(WeightedCrossEntropy([3.0, 1.0], 0.0, reduction)) == pytest.approx(0.75, abs=1e-14)
    assert decision_threshold(FocalLoss([3.0, 1.0], 2.0, reduction)) == pytest.approx(0.75, abs=1e-14)
    weight = torch.tensor([3.0, 1.0], dtype=torch.float64)
    assert decision_threshold(torch.nn.CrossEntropyLoss(weight, reduction=reduction)) == pytest.approx(0.75, abs=1e-14)


def test_probabilities_outside_the_unit_interval_are_refused():
    with pytest.raises(ValueError, match=r"eta must be in \[0, 1\], got \[1.5\]"):
        best_output(FocalLoss([1.0, 1.0], 0.0, "none"), 1.5)


# --- weights per class ------------------------------------------------------------------------------


def test_inverse_frequencies_give_every_class_the_same_total():
    for counts in ([38, 118], [700, 200, 100], [1, 1000000]):
        w = inverse_frequency_weights(counts)
        assert w.dtype == torch.float64
        np.testing.assert_allclose(w * torch.tensor(counts), sum(counts) / len(counts), rtol=1e-15)


def test_inverse_frequencies_are_scikit_learn_s_balanced_weights():
    from sklearn.utils.class_weight import compute_class_weight

    y = np.repeat([0, 1, 2], [7, 2, 1])
    theirs = compute_class_weight("balanced", classes=np.arange(3), y=y)
    np.testing.assert_allclose(inverse_frequency_weights([7, 2, 1]), theirs, rtol=1e-14)


@pytest.mark.parametrize(
    ("beta", "golden"),
    [
        (0.9, [1.00920602, 0.99079398]),
        (0.99, [1.3726291, 0.6273709]),
        (0.999, [1.49811763, 0.50188237]),
        (1.0, [1.51282051, 0.48717949]),
        (0.0, [1.0, 1.0]),
    ],
)
def test_class_balanced_golden_values(beta, golden):
    np.testing.assert_allclose(class_balanced_weights([38, 118], beta), golden, atol=5e-9)


def test_class_balanced_limits_and_scale():
    counts = [5, 50, 5000]
    inverse = 3 * inverse_frequency_weights(counts) / inverse_frequency_weights(counts).sum()
    np.testing.assert_allclose(class_balanced_weights(counts, 1 - 1e-13), inverse, rtol=1e-9)
    np.testing.assert_allclose(class_balanced_weights(counts, 1.0), inverse, rtol=1e-14)
    for beta in np.linspace(0, 1, 11):
        assert class_balanced_weights(counts, beta).sum() == pytest.approx(3, rel=1e-14)
    np.testing.assert_allclose(class_balanced_weights([100000, 1000000], 0.999), [1, 1], atol=1e-12)


def test_a_beta_too_small_to_see_gives_equal_weights():
    for beta in (1e-300, 1e-17, 1e-12):
        np.testing.assert_allclose(class_balanced_weights([3, 4], beta), [1, 1], rtol=1e-11)


def test_the_effective_number_is_the_expected_number_of_new_balls():
    beta, expected = 0.9, [1.0]
    for _ in range(9):
        expected.append(1 + beta * expected[-1])  # E_n = 1 + beta E_(n-1)
    np.testing.assert_allclose(effective_number(np.arange(1, 11), beta), expected, rtol=1e-13)


# --- the door ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: FocalLoss(1.0), "alpha must hold one number for each class, at least two, got 1.0"),
        (lambda: FocalLoss([1.0]), "at least two"),
        (lambda: FocalLoss([1.0, -1.0]), r"alpha must be > 0 and finite, got \[1.0, -1.0\]"),
        (lambda: FocalLoss([1.0, math.nan]), "alpha must be > 0"),
        (lambda: FocalLoss([1.0, 1.0], gamma=-1), "gamma must be >= 0 and finite, got -1"),
        (lambda: FocalLoss([1.0, 1.0], reduction="maen"), "'mean' or 'sum', got 'maen'"),
        (lambda: FocalLoss([1.0, 1.0], gamma="2"), "gamma must be >= 0 and finite, got '2'"),
        (lambda: FocalLoss([1.0, 1.0], gamma=None), "gamma must be >= 0 and finite, got None"),
        (lambda: FocalLoss([1.0, 1.0], gamma=b"two"), "gamma must be >= 0 and finite, got b'two'"),
        (lambda: FocalLoss([1.0, 1.0], gamma=torch.ones(2)), "gamma must be >= 0 and finite, got tensor"),
        (lambda: FocalLoss(None), "alpha must hold one number for each class, got None"),
        (lambda: FocalLoss(torch.tensor([1 + 1j, 2])), "alpha must hold one number.*complex"),
        (lambda: WeightedCrossEntropy([1.0, 0.0]), "weight must be > 0"),
        (lambda: WeightedCrossEntropy([1.0, 1.0], 1.0), r"label_smoothing must be in \[0, 1\), got 1.0"),
        (lambda: inverse_frequency_weights([3, 0]), r"every count must be > 0, got \[3.0, 0.0\]"),
        (lambda: class_balanced_weights([3, 0], 0.9), "every count must be > 0"),
        (lambda: class_balanced_weights([3, 1], 1.5), r"beta must be in \[0, 1\], got 1.5"),
        (lambda: effective_number([3], 0.5), "at least two"),
        (lambda: effective_number([3, 4], math.nan), r"beta must be in \[0, 1\], got nan"),
        (lambda: inverse_frequency_weights("ab"), "counts must hold one number for each class, got 'ab'"),
        (lambda: decision_threshold(lambda z, y: 0 * z.sum()), "must pull a logit in different ways, got 0 and 0"),
        (lambda: best_output(FocalLoss([1.0, 1.0]), [0.2, 0.7]), r"one value for each row, got shape \(\)"),
    ],
)
def test_bad_arguments_are_refused_at_the_door(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_alpha_has_no_default():
    with pytest.raises(TypeError, match="alpha"):
        FocalLoss()


@pytest.mark.parametrize("loss", [FocalLoss([3.0, 1.0]), WeightedCrossEntropy([3.0, 1.0])], ids=str)
@pytest.mark.parametrize(
    ("z", "y", "message"),
    [
        (torch.zeros(4, 3), torch.zeros(4, dtype=int), r"logits must have shape \(N, 2, ...\), got \(4, 3\)"),
        (torch.zeros(4, 2), torch.zeros(4, 2, dtype=int), "must have the shape of the logits without"),
        (torch.zeros(4, 2), torch.zeros(4), "target must be integer class numbers, got torch.float32"),
        (torch.zeros(0, 2), torch.zeros(0, dtype=int), "a mean needs at least one row, got an empty batch"),
        (torch.zeros(4, 2, dtype=int), torch.zeros(4, dtype=int), "logits must be floating numbers, got torch.int64"),
        (torch.zeros(4, 2), torch.tensor([0, 1, 2, 1]), r"target must be in 0..1, got 2"),
        (torch.zeros(4, 2), torch.tensor([0, 1, -100, 1]), r"target must be in 0..1, got -100"),
    ],
)
def test_bad_calls_are_refused(loss, z, y, message):
    with pytest.raises(ValueError, match=message):
        loss(z, y)


def test_arrays_and_lists_are_refused_with_the_way_out():
    with pytest.raises(TypeError, match=r"must be tensors, got ndarray and list: convert with torch\.as_tensor"):
        FocalLoss([3.0, 1.0])(np.zeros((2, 2)), [0, 1])


@pytest.mark.slow
@pytest.mark.parametrize("loss", [FocalLoss([3.0, 1.0]), WeightedCrossEntropy([3.0, 1.0], 0.1)], ids=str)
def test_losses_compile_to_one_graph(loss):
    compiled = torch.compile(loss, fullgraph=True, backend="eager")
    z, y = draw(2, n=12)
    torch.testing.assert_close(compiled(z, y), loss(z, y))
