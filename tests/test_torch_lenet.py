"""The network of the batch-normalisation slides: counts, shapes, S at once against one alone, folding."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from gradnotes.torch_nets import LeNets, enlarge, fold_batch_norm, lenet, train_lenets  # noqa: E402
from gradnotes.verify import assert_same  # noqa: E402

GOLDEN = json.loads(Path(__file__).with_name("golden.json").read_text(encoding="utf-8"))["values"]
RNG = np.random.default_rng(0)
PICTURES, LABELS = RNG.random((40, 1, 28, 28), dtype=np.float32), RNG.integers(0, 10, 40)


def test_parameters_and_shapes_are_those_of_the_ledger():
    want = GOLDEN["REG.lenet_bn"]["value"]
    network = lenet(bn=True)
    assert sum(p.numel() for p in network.parameters()) == want["params"]
    assert sum(p.numel() for p in lenet(bn=False).parameters()) == want["params_without_bn"]
    x = torch.zeros(2, 1, 28, 28)
    for module, (kind, *shape) in zip(network, want["shapes"], strict=True):
        x = module(x)
        assert type(module).__name__ == kind and list(x.shape[1:]) == shape


def test_weights_are_xavier_uniform_with_the_fans_of_a_convolution():
    for name, (fan_in, fan_out) in {"conv1": (25, 150), "conv2": (150, 400), "dense3": (256, 120)}.items():
        weight = getattr(lenet(rng=1), name).weight.abs().max().item()
        bound = np.sqrt(6 / (fan_in + fan_out))
        assert 0.95 * bound < weight <= bound * (1 + 1e-6)


@pytest.mark.parametrize("bn", [True, False, ("1", "4")])
@pytest.mark.parametrize("activation", ["sigmoid", "relu", "tanh"])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("training", [False, True])
def test_many_networks_are_each_one_alone(bn, activation, after, training):
    nets = LeNets([3, 4], bn=bn, activation=activation, after=after)
    x = torch.tensor(PICTURES[:16]).view(2, 8, 1, 28, 28)
    singles = [nets.network(k).train(training) for k in range(2)]
    together = nets.train(training)(x)
    for k in range(2):
        assert_same(together[k], singles[k](x[k]), rtol=1e-3, atol=2e-3)
        after_one, copied = dict(singles[k].named_buffers()), dict(nets.network(k).named_buffers())
        for name, value in after_one.items():
            if "running" in name:
                assert_same(copied[name], value, rtol=1e-3, atol=1e-4)


def test_one_step_of_training_is_that_of_torch():
    nets = LeNets([3, 4])
    alone = nets.network(1)
    history = train_lenets(nets, PICTURES, LABELS, [5, 6], n_train=8, lr=[0.1, 0.5], epochs=1, batch_size=8)
    rng = np.random.default_rng(6)
    rows = rng.permutation(rng.permutation(40)[:8])
    logits = alone.train()(torch.tensor(PICTURES[rows]))
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(LABELS[rows]))
    loss.backward()
    with torch.no_grad():
        for p in alone.parameters():
            p -= 0.5 * p.grad
    assert history.loss[0, 1] == pytest.approx(loss.item(), rel=1e-5)
    for ours, theirs in zip(nets.network(1).parameters(), alone.parameters(), strict=True):
        assert_same(ours, theirs, rtol=1e-3, atol=1e-5)


def test_folding_keeps_the_function():
    nets = LeNets([0])
    train_lenets(nets, PICTURES, LABELS, [0], n_train=32, lr=0.5, epochs=2, batch_size=16)
    network = nets.network(0).eval()
    x = torch.tensor(PICTURES)
    assert not torch.allclose(lenet(rng=0).eval()(x), network(x), atol=1e-3)
    assert_same(fold_batch_norm(network)(x), network(x), rtol=1e-4, atol=1e-5)
    fused = torch.nn.utils.fusion.fuse_linear_bn_eval(network.dense3, network.bn3)
    assert_same(fold_batch_norm(network).dense3.weight, fused.weight, rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match=r"bn1 must follow a convolution .* not Sigmoid"):
        fold_batch_norm(lenet(after=True))


def test_recalibration_takes_the_statistics_of_the_images_given():
    nets = LeNets([0, 1])
    x = torch.tensor(PICTURES[:20]).view(2, 10, 1, 28, 28)
    before = [p.clone() for p in nets.parameters()]
    nets.recalibrate(x)
    z = nets.network(1).conv1(x[1]).transpose(0, 1).flatten(1)
    assert_same(nets.mean1[1], z.mean(1), rtol=1e-4, atol=1e-6)
    assert_same(nets.var1[1], z.var(1), rtol=1e-4, atol=1e-6)
    assert all((a == b).all() for a, b in zip(before, nets.parameters(), strict=True)) and nets.momentum == 0.1


def test_bilinear_enlargement_is_that_of_torch_and_of_low_rank():
    small = np.random.default_rng(2).random((3, 8, 8))
    x = torch.tensor(small)[:, None]
    theirs = torch.nn.functional.interpolate(x, size=(28, 28), mode="bilinear", align_corners=True)
    big = enlarge(small)
    assert_same(big, theirs, rtol=1e-5, atol=1e-6)
    assert np.linalg.matrix_rank(big[0, 0]) == 8


def test_noise_changes_training_only():
    nets, quiet = LeNets([0], noise=0.5), LeNets([0])
    x = torch.tensor(PICTURES)[None]
    assert_same(nets.eval()(x), quiet.eval()(x))
    assert not torch.allclose(nets.train()(x), quiet.train()(x), atol=1e-2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rngs": [0, 1]}, "rngs must hold one generator for each of the 1 networks, got 2"),
        ({"n_train": 40}, "0 < batch_size <= n_train < n must hold"),
        ({"batch_size": 9}, "0 < batch_size <= n_train < n must hold"),
        ({"lr": 0.0}, "lr must be > 0, got 0.0"),
        ({"lr": np.nan}, "lr must be > 0, got nan"),
        ({"lr": [1.0, 2.0]}, r"lr must be one number or 1, one for each network, got shape \(2,\)"),
        ({"epochs": 0}, "epochs must be an integer >= 1, got 0"),
        ({"momentum": 1.0}, r"momentum must be in \[0, 1\), got 1.0"),
        ({"evaluate": (2,)}, r"evaluate must hold epochs from 1 to 1, got \(2,\)"),
        ({"n_test": 0}, "n_test must be from 1 to"),
        ({"optimizer": "lion"}, "optimizer must be 'sgd' or 'adam', got 'lion'"),
    ],
)
def test_training_refuses(change, message):
    options = {"rngs": [0], "n_train": 8, "lr": 1.0, "epochs": 1, "batch_size": 8} | change
    with pytest.raises(ValueError, match=message):
        train_lenets(LeNets([0]), PICTURES, LABELS, **options)


def test_training_refuses_data_that_it_cannot_learn_from():
    options = {"n_train": 8, "epochs": 1, "batch_size": 8}
    for X, y in ((PICTURES * np.nan, LABELS), (PICTURES, LABELS + 10)):
        with pytest.raises(ValueError, match="X must be finite and y hold labels 0 to 9"):
            train_lenets(LeNets([0]), X, y, [0], lr=1.0, **options)
    with pytest.raises(ValueError, match="adam takes one lr for all networks"):
        train_lenets(LeNets([0, 1]), PICTURES, LABELS, [0, 1], lr=[0.1, 0.2], optimizer="adam", **options)


def test_building_refuses():
    with pytest.raises(ValueError, match="activation must be one of sigmoid, relu, tanh, got 'swish'"):
        lenet(activation="swish")
    with pytest.raises(ValueError, match="bn must be True, False or some of"):
        lenet(bn=("5",))
    with pytest.raises(ValueError, match="rngs must hold one generator or seed"):
        LeNets([])
    with pytest.raises(ValueError, match=r"images must have shape \(n, s, s\)"):
        enlarge(np.zeros((3, 8)))
    for size in (1, 2.5):
        with pytest.raises(ValueError, match=f"size must be an integer >= 2, got {size}"):
            enlarge(np.zeros((3, 8, 8)), size=size)
    with pytest.raises(ValueError, match="images must be finite"):
        enlarge(np.full((1, 8, 8), np.nan))
    with pytest.raises(ValueError, match="bn must be True, False or some of"):
        lenet(bn=None)
    for scale in (0, np.nan):
        with pytest.raises(ValueError, match="scale must be > 0 and finite, got"):
            lenet(scale=scale)
    with pytest.raises(ValueError, match="noise must be >= 0 and finite, got -1"):
        LeNets([0], noise=-1)
    for shape in ((2, 3, 1, 28, 28), (1, 3, 28, 28), (1, 3, 1, 8, 8)):
        with pytest.raises(ValueError, match=r"images must have shape \(1, n, 1, 28, 28\), got"):
            LeNets([0])(torch.zeros(shape))


def test_accuracy_counts_what_each_network_gets_right():
    nets, rng = LeNets([0, 1], bn=False), np.random.default_rng(2)
    x = torch.tensor(rng.normal(size=(2, 110, 1, 28, 28)), dtype=torch.float32)
    with torch.no_grad():
        said = nets.eval()(x).argmax(-1)
    assert nets.accuracy(x, said).tolist() == [1.0, 1.0]
    said[0, :11] += 1
    said[1] += 1
    assert_same(nets.accuracy(x, said), [0.9, 0.0])


def test_the_noise_of_a_network_is_the_stream_of_seed_zero():
    """Two networks built alike are disturbed alike, whatever seeds their weights have."""
    draws = [LeNets([seed], noise=0.5).noise_rng.normal(size=3) for seed in (4, 5)]
    assert_same(draws[0], draws[1])
    assert_same(draws[0], np.random.default_rng(0).normal(size=3))
