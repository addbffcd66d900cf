"""Reuse of features: what is kept, what is new, the data on the canvas; checked against autograd and NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from gradnotes.losses import softmax_cross_entropy  # noqa: E402
from gradnotes.torch_nets import (  # noqa: E402
    effective_rank,
    feature_net,
    features_of,
    few_rows,
    head_codes,
    place,
    reuse,
    zones,
)
from gradnotes.torch_train import train_many_seeds  # noqa: E402
from gradnotes.verify import assert_same  # noqa: E402

LOSS = torch.nn.functional.cross_entropy
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(30, 6)), RNG.integers(0, 3, 30)
OPTIONS = {"lr": 0.1, "optimizer": "sgd", "device": "cpu", "seeds": range(3)}


def start(rng):
    return feature_net(rng, (6, 5, 4), 3, torch.float64)


@pytest.fixture(scope="module")
def source():
    return train_many_seeds(start, LOSS, X, Y, epochs=5, **OPTIONS)


def test_counts_of_the_chapter():
    for sizes, want in (((64, 64, 32), [6240, 165]), ((144, 128, 64), [26_816, 325])):
        net = feature_net(0, sizes, 5)
        assert [sum(p.numel() for p in part.parameters()) for part in (net.features, net.head)] == want


def test_start_is_xavier_uniform_and_reproducible():
    net = feature_net(1, (64, 64, 32), 5)
    bound = np.sqrt(6 / 128)
    assert 0.95 * bound < net.features[0].weight.abs().max() <= bound * (1 + 1e-6)
    assert not net.features[0].bias.any() and (net.head.weight == feature_net(1, (64, 64, 32), 5).head.weight).all()


@pytest.mark.parametrize("freeze", [0, 1, 2])
def test_frozen_layers_do_not_move_by_one_bit_and_the_others_do(source, freeze):
    new = train_many_seeds(reuse(source, 4, freeze=freeze), LOSS, X, Y, epochs=4, **OPTIONS)
    for k, name in enumerate(("features.0", "features.2")):
        for part in ("weight", "bias"):
            same = (new.params[f"{name}.{part}"] == source.params[f"{name}.{part}"]).all()
            assert same == (k < freeze)
    assert new.params["head.weight"].shape == (3, 4, 4) and new.params["head.weight"].any()


def test_reuse_hands_out_the_networks_in_order_with_a_zero_head(source):
    make = reuse(source, 2)
    for k in range(3):
        net = make(None)
        assert (net.features[0].weight == source.params["features.0.weight"][k]).all()
        assert not net.head.weight.any() and not net.head.bias.any()
    with pytest.raises(ValueError, match="the source holds 3 networks, one more was asked for"):
        make(None)


def test_features_are_the_network_without_its_head(source):
    out = features_of(source, X)
    head, bias = source.params["head.weight"], source.params["head.bias"]
    assert_same(torch.einsum("sni,sci->snc", out, head) + bias[:, None], source.logits(X))
    assert (out >= 0).all()
    each = features_of(source, np.stack([X, X + 1, X + 2]), per_seed=True)
    assert_same(each[0], out[0])
    assert not torch.allclose(each[1], out[1])


def test_a_frozen_network_is_softmax_regression_on_its_features(source):
    new = train_many_seeds(reuse(source, 3, freeze=2), LOSS, X, Y, epochs=30, momentum=0.9, **OPTIONS)
    phi, W, b = features_of(source, X)[1].numpy(), np.zeros((3, 4)), np.zeros(3)
    vW, vb = np.zeros_like(W), np.zeros_like(b)
    for _ in range(30):
        slope = softmax_cross_entropy(phi @ W.T + b, Y)[1]
        vW, vb = 0.9 * vW + slope.T @ phi, 0.9 * vb + slope.sum(axis=0)
        W, b = W - 0.1 * vW, b - 0.1 * vb
    assert_same(new.params["head.weight"][1], W, rtol=1e-8, atol=1e-10)
    assert_same(new.params["head.bias"][1], b, rtol=1e-8, atol=1e-10)


def test_codes_are_positions_and_refuse_strangers():
    assert head_codes([[9, 5], [6, 6]], range(5, 10)).tolist() == [[4, 0], [1, 1]]
    assert head_codes(["b", "a"], ["a", "b"]).tolist() == [1, 0]
    with pytest.raises(ValueError, match=r"the head knows the labels \[5, 6\], got \[3, 7\]"):
        head_codes([5, 3, 7, 6], (5, 6))
    with pytest.raises(ValueError, match="classes must differ"):
        head_codes([5], (5, 5))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 5))
def test_few_rows_are_distinct_and_balanced(seed, k):
    y = np.repeat([2, 0, 7], 5)
    rows = few_rows(y, k, seed)
    assert len(set(rows.tolist())) == 3 * k
    assert np.bincount(y[rows], minlength=8)[[0, 2, 7]].tolist() == [k] * 3


def test_place_moves_and_loses_nothing():
    images, corners = RNG.random((25, 8, 8)), np.array([(r, c) for r in range(5) for c in range(5)])
    canvas = place(images, corners).reshape(25, 12, 12)
    for image, (r, c), board in zip(images, corners, canvas, strict=True):
        assert (board[r : r + 8, c : c + 8] == image).all()
        assert_same(board.sum(), image.sum())


def test_zones_are_nine_symmetric_and_uneven():
    corners = np.array([(r, c) for r in range(5) for c in range(5)])
    counts = np.bincount(zones(corners), minlength=9).reshape(3, 3)
    assert counts.tolist() == [[4, 2, 4], [2, 1, 2], [4, 2, 4]]
    assert (zones(4 - corners) == 8 - zones(corners)).all()


@pytest.mark.parametrize("k", [1, 3, 6])
def test_effective_rank_of_equal_directions_is_their_number(k):
    basis = np.linalg.qr(np.random.default_rng(k).normal(size=(8, 8)))[0][:, :k]
    cloud = np.concatenate([basis, -basis], axis=1).T
    assert effective_rank(cloud + 5) == pytest.approx(k)
    values = np.linalg.eigvalsh(np.cov(X.T))
    assert_same(effective_rank(X), values.sum() ** 2 / (values**2).sum(), rtol=1e-9)
    assert effective_rank(np.stack([X, X])).shape == (2,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: feature_net(0, (5,), 3), "sizes must hold the inputs and at least one hidden layer"),
        (lambda s: feature_net(0, (5, 0), 3), "sizes must hold"),
        (lambda s: feature_net(0, (5, 4), 1), "classes must be >= 2, got 1"),
        (lambda s: reuse(s, 3, freeze=3), "freeze must be between 0 and 2 dense layers, got 3"),
        (lambda s: reuse(s, 3, freeze=-1), "freeze must be between 0 and 2 dense layers, got -1"),
        (lambda s: reuse(s, 1)(None), "classes must be >= 2, got 1"),
        (lambda s: few_rows([0, 0, 1], 2, 0), "k must be between 1 and the 1 samples of the rarest class, got 2"),
        (lambda s: few_rows([0, 1], 0, 0), "k must be between 1"),
        (lambda s: few_rows([0, 0, 1, 1], 1.5, 0), "k must be between 1"),
        (lambda s: few_rows([], 1, 0), "y must hold at least one label"),
        (lambda s: place(np.zeros((1, 8, 8)), [[0.5, 0]]), "corners must be integers between 0 and 4"),
        (lambda s: zones([[0, 5]]), "corners must be between 0 and 4, got 0 to 5"),
        (lambda s: effective_rank(np.ones((3, 2))), "F must have rows that differ"),
        (lambda s: effective_rank([[np.nan, 1.0], [1.0, 2.0]]), r"F must be finite rows"),
        (lambda s: effective_rank([1.0, 2.0]), r"F must be finite rows \(..., n, d\), got shape \(2,\)"),
        (lambda s: place(np.zeros((2, 8, 8)), [[0, 0]]), r"images \(n, s, s\) need corners \(n, 2\)"),
        (lambda s: place(np.zeros((1, 8, 8)), [[0, 5]]), "corners must be integers between 0 and 4, got 0 to 5"),
    ],
)
def test_refusals(source, call, message):
    with pytest.raises(ValueError, match=message):
        call(source)
