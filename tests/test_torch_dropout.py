"""The networks of the dropout slides: counts, masks, the limit on columns, splits; torch against NumPy."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from gradnotes.layers import Dropout, max_norm  # noqa: E402
from gradnotes.torch_nets import CpuDropout, limit_columns, made_columns, slide_net, standard_splits  # noqa: E402
from gradnotes.torch_train import train, train_many_seeds  # noqa: E402
from gradnotes.verify import assert_same  # noqa: E402

GOLDEN = json.loads(Path(__file__).with_name("golden.json").read_text(encoding="utf-8"))["values"]
LOSS = torch.nn.functional.binary_cross_entropy_with_logits
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(24, 60)), RNG.integers(0, 2, (24, 1)).astype(float)


def test_parameters_are_those_of_the_ledger():
    want = GOLDEN["REG.keras_models"]["value"]
    for rates in ({"drop_input": 0.2}, {"drop_hidden": 0.2}, {}):
        net = slide_net(0, **rates)
        dense = [m for m in net if isinstance(m, torch.nn.Linear)]
        assert [sum(p.numel() for p in m.parameters()) for m in dense] == want["layers"]
        assert sum(p.numel() for p in net.parameters()) == want["params"]


def test_the_two_listings_drop_where_they_say():
    first, second = slide_net(0, drop_input=0.2), slide_net(0, drop_hidden=0.2)
    assert [name for name, _ in first.named_children()] == ["drop0", "dense1", "relu1", "dense2", "relu2", "dense3"]
    kinds = [type(m).__name__ for m in second]
    assert kinds == ["Linear", "ReLU", "CpuDropout", "Linear", "ReLU", "CpuDropout", "Linear"]
    assert {first.drop0.p, second.drop1.p, second.drop2.p} == {0.2}
    for ours, theirs in zip(first.parameters(), second.parameters(), strict=True):
        assert (ours == theirs).all(), "the same seed is the same start, with and without dropout"


@pytest.mark.parametrize("p", [0.2, 0.5, 0.9])
def test_masks_keep_the_mean_and_are_those_of_the_law(p):
    torch.manual_seed(1)
    y = CpuDropout(p)(torch.full((400, 500), 2.0, dtype=torch.float64)).numpy()
    var = 4 * p / (1 - p)
    assert abs(y.mean() - 2) < 5 * np.sqrt(var / y.size)
    assert abs(y.var() / var - 1) < 0.03
    assert_same(np.unique(y), [0, 2 / (1 - p)])


def test_dropout_agrees_with_torchs_own_and_is_off_in_inference():
    ours, theirs = CpuDropout(0.3), torch.nn.Dropout(0.3)
    x = torch.randn(50, 7)
    assert (ours.eval()(x) == x).all() and (theirs.eval()(x) == x).all()
    assert (CpuDropout(0.0)(x) == x).all()
    kept = ours.train()(torch.ones(1000, 50)), theirs.train()(torch.ones(1000, 50))
    assert_same(kept[0].max(), kept[1].max(), rtol=1e-6)
    assert abs((kept[0] == 0).double().mean() - (kept[1] == 0).double().mean()) < 0.02


def test_gradient_of_the_network_under_a_given_mask_is_that_of_numpy():
    net = slide_net(3)
    layers = [(m.weight.detach().numpy().T, m.bias.detach().numpy()) for m in (net.dense1, net.dense2, net.dense3)]
    drops = [Dropout(0.2, rng=k) for k in range(3)]
    h, kept = drops[0].forward(X, training=True), []
    for k, (W, b) in enumerate(layers):
        z = h @ W + b
        kept.append((h, z))
        h = drops[k + 1].forward(np.maximum(z, 0), training=True) if k < 2 else z
    delta = (1 / (1 + np.exp(-h)) - Y) / len(X)
    slopes = []
    for k in (2, 1, 0):
        h, z = kept[k]
        slopes.insert(0, h.T @ delta)
        if k:
            delta = drops[k].backward(delta @ layers[k][0].T) * (kept[k - 1][1] > 0)
    masks = [torch.tensor(d.mask) for d in drops]
    h = torch.tensor(X) * masks[0]
    h = net.relu1(net.dense1(h)) * masks[1]
    h = net.relu2(net.dense2(h)) * masks[2]
    LOSS(net.dense3(h), torch.tensor(Y)).backward()
    for m, slope in zip((net.dense1, net.dense2, net.dense3), slopes, strict=True):
        assert_same(m.weight.grad.T, slope, rtol=1e-10, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 5))
def test_limit_on_columns_is_max_norm_and_renorm(seed, c):
    W = np.random.default_rng(seed).normal(0, 2, (3, 5, 4))
    params = {"dense1.weight": torch.tensor(W), "dense2.weight": torch.tensor(W[0])}
    limit_columns(c)(params)
    assert_same(params["dense1.weight"], max_norm(W, c, axis=-1))
    assert_same(params["dense2.weight"], torch.renorm(torch.tensor(W[0]), 2, 0, c), rtol=1e-6, atol=1e-7)


def test_limit_leaves_zero_columns_and_other_layers_alone():
    params = {name: torch.zeros(2, 3) for name in ("dense1.weight", "dense2.weight")}
    params["dense3.weight"] = torch.full((1, 3), 100.0)
    limit_columns(3)(params)
    assert not params["dense1.weight"].any() and params["dense3.weight"].min() == 100


def test_training_keeps_the_limit_in_the_hidden_layers_only():
    net = slide_net(0)
    with torch.no_grad():
        net.dense3.weight.mul_(100)
    train(net, LOSS, X, Y, epochs=3, lr=0.5, rng=0, optimizer="sgd", project=limit_columns(0.5), device="cpu")
    assert net.dense1.weight.norm(dim=1).max() <= 0.5 + 1e-12 and net.dense2.weight.norm(dim=1).max() <= 0.5 + 1e-12
    assert net.dense3.weight.norm() > 3


def test_many_seeds_drop_different_inputs_and_repeat_exactly():
    def run():
        net = lambda rng: slide_net(7, drop_input=0.5)  # noqa: E731
        options = {"epochs": 2, "lr": 0.1, "optimizer": "sgd", "device": "cpu"}
        return train_many_seeds(net, LOSS, X, Y, seeds=range(3), **options).params["dense1.weight"]

    first, second = run(), run()
    assert (first == second).all()
    assert not torch.allclose(first[0], first[1], atol=1e-6), "same start, same data: only the masks differ"


def test_splits_use_statistics_of_the_training_rows_only():
    data = RNG.normal(3, 2, (30, 4))
    data[:, 3] = 1.0
    labels = RNG.integers(0, 2, 30)
    rows = np.stack([RNG.permutation(30) for _ in range(2)])
    splits = standard_splits(data, labels, rows[:, :20], rows[:, 20:], floor=0.5)
    assert_same(splits.X[..., :3].mean(axis=1), np.zeros((2, 3)))
    assert_same(splits.X[..., :3].std(axis=1), np.ones((2, 3)))
    known = data[rows[1, :20]]
    assert_same(splits.X_new[1, :, 0], (data[rows[1, 20:], 0] - known[:, 0].mean()) / known[:, 0].std())
    assert not splits.X[..., 3].any() and splits.y.shape == (2, 20, 1)


def test_accuracy_and_log_loss():
    splits = standard_splits([[0.0], [1.0], [2.0], [3.0]], [0, 1, 1, 0], [[0, 1]], [[2, 3]])
    assert splits.accuracy([[[1.0], [1.0]]]).tolist() == [0.5]
    assert splits.accuracy([[[np.nan], [-1.0]]]).tolist() == [0.5], "a NaN is wrong"
    z = np.array([[[1.5], [-40.0]]])
    want = LOSS(torch.tensor(z[..., 0]), torch.tensor(splits.y_new))
    assert_same(splits.log_loss(z)[0], want)


def test_made_data_depend_on_the_first_columns_only():
    data, labels = made_columns(4000, rng=0)
    link = abs(np.corrcoef(data.T, labels)[-1, :-1])
    assert link[:10].min() > 0.15 and link[10:].max() < 0.08
    assert ((data[:, :10].sum(axis=1) > 0) == labels).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: CpuDropout(1.0), r"p must be in \[0, 1\), got 1.0"),
        (lambda: slide_net(0, drop_input=-0.1), r"p must be in \[0, 1\), got -0.1"),
        (lambda: slide_net(0, drop_hidden=np.nan), r"p must be in \[0, 1\), got nan"),
        (lambda: slide_net(0, inputs=0), "inputs must be an integer >= 1, got 0"),
        (lambda: slide_net(0, inputs=2.5), "inputs must be an integer >= 1, got 2.5"),
        (lambda: limit_columns(1, ["dense9"])({"a": torch.ones(1)}), "layers must be among .'a'., got .'dense9.w"),
        (lambda: made_columns(0, 0), "n must be >= 1, got 0"),
        (lambda: standard_splits(X, Y.ravel(), [[0, 1]], [[-1]]), f"rows must be numbers from 0 to {len(X) - 1}"),
        (lambda: standard_splits(X, Y.ravel(), [[0, 1]], [[len(X)]]), "rows must be numbers from 0 to"),
        (lambda: standard_splits(X, Y.ravel(), np.zeros((1, 0), int), [[2]]), "at least one on each side"),
        (lambda: standard_splits(X * np.nan, Y.ravel(), [[0, 1]], [[2]]), "X must be finite"),
        (lambda: limit_columns(0), "c must be > 0 and finite, got 0"),
        (lambda: limit_columns(-3), "c must be > 0 and finite, got -3"),
        (lambda: made_columns(5, 0, columns=4, matter=5), "matter must be between 1 and columns = 4, got 5"),
        (lambda: standard_splits(X, Y.ravel(), [[0, 1]], [[1, 2]]), "no row may be both"),
        (lambda: standard_splits(X, Y.ravel() + 1, [[0, 1]], [[2]]), "y must hold 0 and 1 only"),
        (lambda: standard_splits(X, Y.ravel(), [[0, 1]], [[2], [3]]), "rows must be"),
        (lambda: standard_splits(X, Y.ravel(), [[0, 1]], [[2]], floor=0), "floor must be > 0, got 0"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "epochs", "label", "rates", "low", "high"),
    [
        (1000, 40, "odd", (0, 0.2), -1.6, -0.2),
        (208, 60, "high", (0.2, 0), -0.2, 2.0),
        (60, 60, "odd", (0, 0.2), -2.0, 0.3),
    ],
)
def test_effects_in_other_settings(n, epochs, label, rates, low, high):
    """More data, another question, fewer data: the mean paired effect in percentage points, ten draws."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    columns = np.sort(np.argsort(digits.data.std(axis=0))[-60:])
    y = digits.target % 2 if label == "odd" else digits.target >= 5
    rows = np.stack([np.random.default_rng((16, s)).permutation(1797) for s in range(10)])
    data = standard_splits(digits.data[:, columns], y, rows[:, :n], rows[:, n:])
    options = {"epochs": epochs, "lr": 0.1, "momentum": 0.9, "optimizer": "sgd", "batch_size": 16}

    def accuracy(p):
        runs = train_many_seeds(
            lambda rng: slide_net(rng, *p), LOSS, data.X, data.y, seeds=range(10), per_seed=True,
            project=limit_columns(3), device="cpu", **options,
        )  # fmt: skip
        return data.accuracy(runs.logits(data.X_new, per_seed=True))

    assert low < 100 * (accuracy(rates) - accuracy((0, 0))).mean() < high
