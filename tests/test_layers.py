"""Batch normalisation, dropout, max-norm: laws, hand values, parity with torch."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from gradnotes.layers import BatchNorm, Dropout, max_norm
from gradnotes.verify import assert_same, check_grad

GOLDEN = json.loads(Path(__file__).with_name("golden.json").read_text(encoding="utf-8"))["values"]
X = np.array([[1, 2], [2, 4], [3, -6], [6, 8]], dtype=float)
DY = np.array([[1, 0.5], [-1, 0.25], [0.5, -1], [2, 1]])


def slide_layer(eps=1e-5):
    bn = BatchNorm(2, eps=eps)
    bn.gamma, bn.beta = np.array([1.5, -0.5]), np.array([0.1, 0.2])
    return bn


def random_case(seed, n=13, d=4):
    rng = np.random.default_rng(seed)
    return rng.normal(3, 2, (n, d)), rng.normal(size=(n, d)), rng.normal(size=d), rng.normal(size=d)


# --- batch normalisation


@pytest.mark.parametrize("eps", [0.0, 1e-5])
def test_golden_forward_and_backward(eps):
    want, bn = GOLDEN["REG.batchnorm"]["value"], slide_layer(eps)
    case = want[f"eps={eps}"]
    assert_same(bn.forward(X, training=True), case["out"])
    for ours, key in zip(bn.backward(DY), ("dx", "dgamma", "dbeta"), strict=True):
        assert_same(ours, case[key])
    assert_same(bn.running_mean, want["running_mean_after_1"])
    assert_same(bn.running_var, want["running_var_after_1"])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("training", [True, False])
def test_parity_with_torch_over_several_batches(seed, training):
    torch = pytest.importorskip("torch")
    theirs = torch.nn.BatchNorm1d(4, eps=1e-3, momentum=0.3, dtype=torch.float64)
    ours = BatchNorm(4, eps=1e-3, momentum=0.3)
    x, dy, ours.gamma, ours.beta = random_case(seed)
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(ours.gamma))
        theirs.bias.copy_(torch.tensor(ours.beta))
    for k in range(3):
        ours.forward(x + k, training=True)
        theirs(torch.tensor(x + k))
    theirs.train(training)
    z = torch.tensor(x, requires_grad=True)
    y = theirs(z)
    y.backward(torch.tensor(dy))
    assert_same(ours.forward(x, training), y)
    dx, dgamma, dbeta = ours.backward(dy)
    assert_same(dx, z.grad)
    assert_same(dgamma, theirs.weight.grad)
    assert_same(dbeta, theirs.bias.grad)
    assert_same(ours.running_mean, theirs.running_mean)
    assert_same(ours.running_var, theirs.running_var)


def test_images_are_normalised_per_channel():
    torch = pytest.importorskip("torch")
    images = np.random.default_rng(0).normal(size=(5, 3, 4, 6))
    flat = images.transpose(0, 2, 3, 1).reshape(-1, 3)
    ours = BatchNorm(3).forward(flat, training=True).reshape(5, 4, 6, 3).transpose(0, 3, 1, 2)
    assert_same(ours, torch.nn.BatchNorm2d(3, dtype=torch.float64)(torch.tensor(images)))


@pytest.mark.parametrize("training", [True, False])
def test_gradients_against_finite_differences(training):
    x, dy, gamma, beta = random_case(1)

    def layer(gamma=gamma, beta=beta):
        bn = BatchNorm(4)
        bn.gamma, bn.beta, bn.running_mean, bn.running_var = gamma, beta, np.arange(4.0), np.arange(1.0, 5.0)
        return bn

    bn = layer()
    bn.forward(x, training)
    dx, dgamma, dbeta = bn.backward(dy)
    check_grad(lambda z: (layer().forward(z, training) * dy).sum(), lambda z: dx, x, rtol=1e-8)
    check_grad(lambda g: (layer(gamma=g).forward(x, training) * dy).sum(), lambda g: dgamma, gamma, rtol=1e-8)
    check_grad(lambda b: (layer(beta=b).forward(x, training) * dy).sum(), lambda b: dbeta, beta, rtol=1e-8)


def test_output_has_mean_beta_and_deviation_gamma():
    x, _, gamma, beta = random_case(2)
    bn = BatchNorm(4, eps=0)
    bn.gamma, bn.beta = gamma, beta
    y = bn.forward(x, training=True)
    assert_same(y.mean(axis=0), beta)
    assert_same(y.std(axis=0), abs(gamma))


@pytest.mark.parametrize("scale", [100.0, 0.01, -3.0])
def test_a_shift_and_a_scale_of_the_input_are_forgotten(scale):
    x, *_ = random_case(3)
    assert_same(
        BatchNorm(4, eps=0).forward(scale * x + 7, training=True),
        np.sign(scale) * BatchNorm(4, eps=0).forward(x, training=True),
        atol=1e-11,
    )


def test_the_input_gradient_is_orthogonal_to_one_and_to_x():
    x, dy, *_ = random_case(4)
    bn = BatchNorm(4, eps=0)
    bn.forward(x, training=True)
    dx, _, _ = bn.backward(dy)
    assert_same(dx.sum(axis=0), np.zeros(4), atol=1e-12)
    assert_same((dx * x).sum(axis=0), np.zeros(4), atol=1e-11)


def test_a_batch_of_two_keeps_the_order_only():
    for pair in ([[3.0], [7.0]], [[3.0], [1000.0]]):
        bn = BatchNorm(1, eps=0)
        assert bn.forward(pair, training=True).ravel().tolist() == [-1.0, 1.0]
        assert abs(bn.backward([[1.0], [5.0]])[0]).max() < 1e-15


def test_one_outlier_reaches_the_root_of_n_minus_one():
    x = np.zeros((64, 1))
    x[5] = 123.0
    assert BatchNorm(1, eps=0).forward(x, training=True).max() == pytest.approx(math.sqrt(63), rel=1e-14)


def test_inference_depends_on_one_row_only():
    x, *_ = random_case(5)
    bn = BatchNorm(4)
    bn.forward(x, training=True)
    assert_same(bn.forward(x, training=False)[3:4], bn.forward(x[3:4], training=False))
    assert (bn.running_mean == BatchNormAfter(x).running_mean).all()  # inference moves no statistics


def BatchNormAfter(x):
    bn = BatchNorm(x.shape[1])
    bn.forward(x, training=True)
    return bn


def test_running_mean_approaches_geometrically():
    bn = BatchNorm(1)
    for k in range(1, 23):
        bn.forward([[1.0], [5.0]], training=True)
        assert bn.running_mean[0] == pytest.approx(3 * (1 - 0.9**k), rel=1e-13)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"features": 0}, "features must be a positive integer, got 0"),
        ({"features": 2.0}, "features must be a positive integer, got 2.0"),
        ({"features": 2, "eps": -1e-5}, "eps must be >= 0 and finite, got -1e-05"),
        ({"features": 2, "eps": math.nan}, "eps must be >= 0 and finite, got nan"),
        ({"features": 2, "momentum": 1.5}, r"momentum must be in \[0, 1\], got 1.5"),
    ],
)
def test_batchnorm_refuses_bad_parameters(arguments, message):
    with pytest.raises(ValueError, match=message):
        BatchNorm(**arguments)


def test_batchnorm_refuses_bad_arrays():
    bn = BatchNorm(2)
    with pytest.raises(ValueError, match="more than one value per column, got 1"):
        bn.forward([[1.0, 2.0]], training=True)
    with pytest.raises(ValueError, match=r"x must have shape \(n, 2\), got \(3,\)"):
        bn.forward([1.0, 2.0, 3.0], training=True)
    with pytest.raises(ValueError, match="x must be finite"):
        bn.forward([[1.0, np.nan], [1.0, 2.0]], training=True)
    with pytest.raises(ValueError, match="var \\+ eps must be > 0, column 1"):
        BatchNorm(2, eps=0).forward([[1.0, 5.0], [2.0, 5.0]], training=True)
    with pytest.raises(ValueError, match="var \\+ eps must be > 0, column 0"):  # its mean is not 0.1 to the last bit
        BatchNorm(1, eps=0).forward([[0.1], [0.1], [0.1]], training=True)
    with pytest.raises(ValueError, match="x must be finite, got a NaN or a number beyond 1e\\+150"):
        bn.forward([[1e200, 1.0], [-1e200, 2.0]], training=True)
    assert (bn.running_mean == 0).all() and (bn.running_var == 1).all()  # a refused batch leaves no trace
    stranger = BatchNorm(1)
    stranger.gamma = np.ones(3)
    with pytest.raises(ValueError, match=r"gamma must have shape \(1,\), got \(3,\)"):
        stranger.forward([[1.0], [2.0]], training=True)
    with pytest.raises(RuntimeError, match="forward pass first"):
        bn.backward(X)
    bn.forward(X, training=True)
    with pytest.raises(ValueError, match=r"dy must have the shape \(4, 2\) of the last .* got \(3, 2\)"):
        bn.backward(DY[:3])


# --- dropout


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_dropout_keeps_the_mean_and_has_the_variance_of_the_formula(p):
    y = Dropout(p, 0).forward(np.full(200_000, 2.0), training=True)
    assert y.mean() == pytest.approx(2, abs=5 * 2 * math.sqrt(p / (1 - p) / y.size) + 1e-12)
    assert y.var() == pytest.approx(4 * p / (1 - p), rel=0.03)
    assert set(np.unique(y)) <= {0.0, 2 / (1 - p)}


def test_dropout_backward_uses_the_mask_of_the_forward_pass():
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(7, 5)), rng.normal(size=(7, 5))
    layer = Dropout(0.4, 1)
    y = layer.forward(x, training=True)
    assert_same(layer.backward(dy), dy * y / x)
    mask = layer.mask.copy()
    check_grad(lambda z: (z * mask * dy).sum(), lambda z: layer.backward(dy), x, rtol=1e-9)


def test_dropout_is_off_at_inference_and_draws_nothing():
    layer, twin = Dropout(0.5, 3), Dropout(0.5, 3)
    x = np.arange(12.0).reshape(3, 4)
    assert_same(layer.forward(x, training=False), x)
    assert_same(layer.backward(x), x)
    assert_same(layer.forward(x, training=True), twin.forward(x, training=True))
    assert not (layer.forward(x + 1, True) == twin.forward(x + 1, True) * 0).all()


def test_dropout_draws_a_new_mask_each_time():
    layer = Dropout(0.5, 0)
    first = layer.forward(np.ones(100), training=True)
    assert (first != layer.forward(np.ones(100), training=True)).any()


@pytest.mark.parametrize("p", [-0.1, 1.0, 1.5, math.nan])
def test_dropout_refuses_bad_probabilities(p):
    with pytest.raises(ValueError, match=r"p must be in \[0, 1\), got"):
        Dropout(p, 0)


def test_dropout_refuses_a_backward_pass_that_does_not_fit():
    layer = Dropout(0.5, 0)
    with pytest.raises(RuntimeError, match="forward pass first"):
        layer.backward(np.ones(3))
    layer.forward(np.ones(3), training=True)
    with pytest.raises(ValueError, match=r"dy must have the shape \(3,\)"):
        layer.backward(np.ones((1, 3)))
    with pytest.raises(ValueError, match="dy must be finite"):
        layer.backward([1.0, np.nan, 1.0])
    with pytest.raises(ValueError, match="x must be finite"):
        layer.forward([np.inf], training=True)


# --- max-norm


def test_hand_value_of_the_ledger():
    assert_same(max_norm([[3.0], [4.0]], c=3), [[1.8], [2.4]])


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_max_norm_is_a_projection(axis):
    W = np.random.default_rng(0).normal(size=(6, 5)) * np.linspace(0.1, 3, 5)
    once = max_norm(W, 2.0, axis)
    norms = np.linalg.norm(W, axis=axis)
    assert_same(np.linalg.norm(once, axis=axis), np.minimum(norms, 2.0))
    assert_same(max_norm(once, 2.0, axis), once, rtol=1e-15)
    inside = np.moveaxis(W, axis, 0)[:, norms <= 2.0]
    assert inside.size and (np.moveaxis(once, axis, 0)[:, norms <= 2.0] == inside).all()
    assert (np.random.default_rng(0).normal(size=(6, 5)) * np.linspace(0.1, 3, 5) == W).all()


def test_max_norm_agrees_with_torch_renorm():
    torch = pytest.importorskip("torch")
    W = np.random.default_rng(1).normal(size=(6, 5))
    assert_same(max_norm(W, 1.5, axis=0), torch.renorm(torch.tensor(W), 2, 1, 1.5), rtol=1e-6)


@pytest.mark.parametrize("c", [0, -3, math.nan, math.inf])
def test_max_norm_refuses_a_radius_that_is_not_positive(c):
    with pytest.raises(ValueError, match="c must be > 0 and finite, got"):
        max_norm(np.eye(2), c)


def test_max_norm_refuses_bad_arrays():
    assert (max_norm(np.zeros((2, 2)), 1.0) == 0).all()
    with pytest.raises(ValueError, match="axis must be one of the 1 axes of W, got 1"):
        max_norm([1.0, 2.0], 1.0, axis=1)
    for axis in (0.5, None):
        with pytest.raises(ValueError, match="axis must be one of the 1 axes of W, got"):
            max_norm([1.0, 2.0], 1.0, axis=axis)
    for strange in (np.nan, 1e200):
        with pytest.raises(ValueError, match="W must be finite"):
            max_norm([strange, 2.0], 1.0)
