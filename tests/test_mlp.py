"""The network: golden values, torch, finite differences, laws of the four equations, errors."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from gradnotes.losses import softmax
from gradnotes.mlp import MLP, fit_several
from gradnotes.optim import minibatches
from gradnotes.verify import assert_same, check_grad, refused

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())["values"]
PAIRS = [
    *((output, "mse") for output in ("identity", "sigmoid", "tanh", "relu", "softmax")),
    ("sigmoid", "bce"),
    ("softmax", "cross_entropy"),
]
DEPTHS = [(3, 2), (3, 4, 2), (3, 5, 4, 2), (3, 4, 5, 4, 2), (2, 3, 3, 3, 3, 1)]


def example_31() -> MLP:
    net = MLP((2, 2, 1))
    net.weights = [np.array([[0.1, 0.4], [-0.2, 0.3]]), np.array([[0.7], [-0.5]])]
    net.biases = [np.array([0.05, -0.1]), np.array([0.2])]
    return net


def net_342(**options) -> MLP:
    net = MLP((3, 4, 2), **options)
    sine = lambda shift, rows, columns: np.array(  # noqa: E731
        [[math.sin(shift + 3 * j + 2 * k) / 2 for k in range(columns)] for j in range(rows)]
    )
    net.weights = [sine(1, 4, 3).T, sine(2, 2, 4).T]
    net.biases = [np.array([0.1, -0.2, 0.3, 0.0]), np.array([-0.1, 0.2])]
    return net


def data(sizes, loss, n, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, sizes[0]))
    if loss == "cross_entropy":
        return X, rng.integers(0, sizes[-1], n)
    return X, rng.uniform(size=(n, sizes[-1])) if loss == "bce" else rng.normal(size=(n, sizes[-1]))


def of_torch(net: MLP, X, y):
    """The same network by autograd: value, slopes of weights and biases, slopes of every z."""
    act = {"identity": lambda z: z, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}
    W = [torch.tensor(w, requires_grad=True) for w in net.weights]
    b = [torch.tensor(w, requires_grad=True) for w in net.biases]
    a, zs = torch.tensor(X), []
    for k in range(len(W)):
        zs.append(a @ W[k] + b[k])
        zs[-1].retain_grad()
        name = net.activation if k + 1 < len(W) else net.output
        a = torch.softmax(zs[-1], 1) if name == "softmax" else act[name](zs[-1])
    if net.loss == "mse":
        value = ((a - torch.tensor(y)) ** 2).sum() / 2 / len(X)
    elif net.loss == "bce":
        value = torch.nn.functional.binary_cross_entropy_with_logits(zs[-1], torch.tensor(y), reduction="sum") / len(X)
    else:
        value = torch.nn.functional.cross_entropy(zs[-1], torch.tensor(y))
    value.backward()
    return value.item(), [w.grad for w in W], [v.grad for v in b], [len(X) * z.grad for z in zs]


@pytest.mark.parametrize("n", [1, 7])
@pytest.mark.parametrize("sizes", DEPTHS, ids=str)
@pytest.mark.parametrize(("output", "loss"), PAIRS)
@pytest.mark.parametrize("activation", ["identity", "sigmoid", "tanh", "relu"])
def test_every_slope_equals_torch(activation, output, loss, sizes, n):
    net = MLP(sizes, activation, output, loss, rng=1)
    net.biases = [np.random.default_rng(2).normal(size=b.shape) for b in net.biases]
    X, y = data(sizes, loss, n)
    value, weights, biases, deltas = of_torch(net, X, y)
    ours = net.backward(X, y)
    assert_same(net.value(X, y), value)
    for left, right in ((ours.weights, weights), (ours.biases, biases), (ours.deltas, deltas)):
        for a, b in zip(left, right, strict=True):
            assert_same(a, b, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_every_slope_equals_finite_differences(output, loss):
    net = MLP((3, 4, 2), "tanh", output, loss, rng=3)
    net.biases[1] += 0.5  # away from the kink of relu
    X, y = data(net.sizes, loss, 5)
    check_grad(lambda t: net.at(t).value(X, y), lambda t: net.at(t).backward(X, y).theta, net.theta, rtol=1e-8)


def test_example_31_has_the_values_of_the_ledger():
    golden = {k: float(v) for k, v in GOLDEN["BP.ex3.1"]["value"].items()}
    net, X, y = example_31(), [[0.6, -0.4]], [0.8]
    _, hidden, out = net.layers(X)
    assert_same(hidden[0], [golden["a1_1"], golden["a2_1"]], rtol=1e-13)
    assert_same(out.item(), golden["a1_2"], rtol=1e-13)
    assert_same(net.value(X, y), golden["loss"], rtol=1e-13)
    slopes = net.backward(X, y)
    assert_same(slopes.weights[0].T, [[golden[f"w{j}{k}_1"] for k in (1, 2)] for j in (1, 2)], rtol=1e-13)
    assert_same(slopes.biases[0], [golden["w10_1"], golden["w20_1"]], rtol=1e-13)
    assert_same(slopes.weights[1][:, 0], [golden["w11_2"], golden["w12_2"]], rtol=1e-13)
    assert_same(slopes.biases[1][0], golden["w10_2"], rtol=1e-13)


def test_one_step_and_one_epoch_of_example_31():
    net, golden = example_31(), GOLDEN["BP.ex3.1.step"]["value"]
    net.fit([[0.6, -0.4]], [0.8], lr=0.1, epochs=1)
    assert_same(net.weights[1][:, 0], [golden["w11_2"], golden["w12_2"]], atol=1e-14)
    assert_same(net.biases[0], [golden["w10_1"], golden["w20_1"]], atol=1e-14)
    net, golden = example_31(), GOLDEN["BP.ex3.1.epoch"]["value"]
    record = net.fit([[0.6, -0.4], [-1, 0.5], [0.2, 0.9]], [0.8, -0.3, 0.1], lr=0.1, epochs=1)
    assert record.loss.tolist() == [pytest.approx(golden["mean_loss"], abs=1e-14)]
    assert_same(net.biases[1][0], golden["w10_2_new"], atol=1e-14)
    assert_same(net.weights[0].T, [[golden["updated"][f"w{j}{k}_1"] for k in (1, 2)] for j in (1, 2)], atol=1e-14)


def test_the_342_network_has_the_values_of_the_ledger():
    X, y = [[0.5, -1, 0.25]], [[1.0, 0]]
    golden, slopes = GOLDEN["BP.four.quadratic"]["value"], net_342(output="sigmoid").backward(X, y)
    for layer in (1, 2):
        assert_same(slopes.weights[layer - 1].T, golden[f"dW{layer}"], atol=1e-13)
        assert_same(slopes.biases[layer - 1], golden[f"db{layer}"], atol=1e-13)
        assert_same(slopes.deltas[layer - 1][0], golden[f"delta{layer}"], atol=1e-13)
    golden = GOLDEN["BP.four.softmaxCE"]["value"]
    slopes = net_342(output="softmax", loss="cross_entropy").backward(X, y)
    assert_same(slopes.deltas[1][0], golden["delta2"], atol=1e-13)
    assert_same(slopes.deltas[0][0], golden["delta1"], atol=1e-13)
    golden, net = GOLDEN["BP.four.bce"]["value"], net_342(output="sigmoid", loss="bce")
    assert_same(net.value(X, y), golden["loss"], atol=1e-13)
    assert_same(net.backward(X, y).deltas[1][0], golden["delta2"], atol=1e-13)


def test_a_batch_is_the_mean_of_its_rows():
    net = MLP((3, 4, 2), rng=0)
    X, y = data(net.sizes, "mse", 6)
    whole, parts = net.backward(X, y), [net.backward(x[None], t[None]) for x, t in zip(X, y, strict=True)]
    assert_same(whole.theta, np.mean([part.theta for part in parts], axis=0))
    assert_same(whole.deltas[0], np.vstack([part.deltas[0] for part in parts]))


def test_the_order_of_hidden_neurons_does_not_matter():
    net, other, order = MLP((3, 5, 2), rng=0), MLP((3, 5, 2), rng=0), [3, 0, 4, 1, 2]
    other.weights = [net.weights[0][:, order], net.weights[1][order]]
    X, y = data(net.sizes, "mse", 4)
    assert_same(other.forward(X), net.forward(X))
    assert_same(other.backward(X, y).deltas[0], net.backward(X, y).deltas[0][:, order])


def test_equal_hidden_neurons_stay_equal():
    net = MLP((2, 2, 1))
    net.weights = [np.full((2, 2), 0.3), np.full((2, 1), 0.5)]
    X, y = data(net.sizes, "mse", 5)
    net.fit(X, y, lr=0.5, epochs=50)
    assert net.weights[0][:, 0].tolist() == net.weights[0][:, 1].tolist()


def test_identity_activations_are_one_affine_map():
    net = MLP((3, 4, 5, 2), "identity", rng=1)
    net.biases = [np.random.default_rng(k).normal(size=b.shape) for k, b in enumerate(net.biases)]
    W1, W2, W3 = net.weights
    b1, b2, b3 = net.biases
    X, _ = data(net.sizes, "mse", 4)
    assert_same(net.forward(X), X @ (W1 @ W2 @ W3) + (b1 @ W2 @ W3 + b2 @ W3 + b3))


def test_without_hidden_layer_it_is_softmax_regression():
    net = MLP((3, 4), output="softmax", loss="cross_entropy", rng=0)
    X, y = data(net.sizes, "cross_entropy", 8)
    assert_same(net.backward(X, y).weights[0], X.T @ (softmax(X @ net.weights[0]) - np.eye(4)[y]) / 8)


def test_extreme_logits_give_no_warning_and_finite_slopes():
    for loss, output in (("bce", "sigmoid"), ("cross_entropy", "softmax")):
        net = MLP((1, 2), output=output, loss=loss)
        net.weights[0] = np.array([[1e4, -1e4]])
        y = [[0.0, 1.0]]
        assert net.value([[1.0]], y) == 2e4
        assert np.abs(net.backward([[1.0]], y).deltas[0]).tolist() == [[1, 1]]


def test_theta_and_at_are_inverse():
    net = MLP((3, 4, 2), rng=5)
    other = MLP((3, 4, 2), rng=6).at(net.theta)
    assert all((a == b).all() for a, b in zip(net.weights, other.weights, strict=True))
    assert net.theta.shape == (26,)
    assert net.theta[12:16].tolist() == net.biases[0].tolist()
    with pytest.raises(ValueError, match=r"theta must have shape \(26,\), got \(25,\)"):
        net.at(np.zeros(25))


def test_the_start_is_xavier_uniform_and_reproducible():
    a, b = MLP((30, 20, 10), rng=7), MLP((30, 20, 10), rng=np.random.default_rng(7))
    assert (a.theta == b.theta).all()
    assert 0.9 * math.sqrt(6 / 50) < np.abs(a.weights[0]).max() <= math.sqrt(6 / 50)
    assert not any(bias.any() for bias in a.biases)


def test_training_equals_torch_sgd_with_momentum():
    net = MLP((4, 6, 3), "tanh", "softmax", "cross_entropy", rng=0)
    X, y = data(net.sizes, "cross_entropy", 20)
    start = [torch.tensor(p, requires_grad=True) for p in (*net.weights, *net.biases)]
    optimizer = torch.optim.SGD(start, lr=0.1, momentum=0.9)
    record = net.fit(X, y, lr=0.1, momentum=0.9, epochs=25, batch_size=6, rng=3)
    assert record.steps == 100
    rng, losses = np.random.default_rng(3), []
    for _ in range(25):
        for rows in minibatches(20, 6, rng):
            optimizer.zero_grad()
            W1, W2, b1, b2 = start
            z = torch.tanh(torch.tensor(X[rows]) @ W1 + b1) @ W2 + b2
            loss = torch.nn.functional.cross_entropy(z, torch.tensor(y[rows]))
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert_same(record.loss, losses, rtol=1e-9, atol=1e-9)
    for ours, theirs in zip((*net.weights, *net.biases), start, strict=True):
        assert_same(ours, theirs, rtol=1e-9, atol=1e-9)


def test_a_schedule_is_asked_for_every_step():
    net, asked = MLP((1, 1)), []
    net.fit([[1.0], [2.0]], [1.0, 2.0], lr=lambda step: asked.append(step) or 0.1, epochs=3, batch_size=1)
    assert asked == list(range(6))


def test_fit_reports_the_norm_of_the_slope_and_improves_the_loss():
    net = example_31()
    X, y = [[0.6, -0.4]], [0.8]
    norm = np.linalg.norm(net.backward(X, y).theta)
    record = net.fit(X, y, lr=0.1, epochs=30)
    assert record.grad_norm[0] == pytest.approx(norm, rel=1e-14)
    assert (np.diff(record.loss) < 0).all()
    assert record.loss[-1] < 1e-5
    assert record.stop_reason == "max_steps"


def test_watch_sees_the_start_and_the_end_of_every_epoch():
    net = MLP((1, 1), rng=0)
    before = net.theta
    record = net.fit([[1.0], [2.0], [3.0]], [1.0, 2.0, 3.0], lr=0.01, epochs=4, batch_size=2, watch=lambda n: n.theta)
    assert len(record.watched) == 5
    assert record.steps == 8
    assert record.watched[0].tolist() == before.tolist()
    assert record.watched[-1].tolist() == net.theta.tolist()
    assert net.fit([[1.0]], [1.0], lr=0.1, epochs=1).watched == []


@pytest.mark.parametrize(("activation", "output"), [("sigmoid", "identity"), ("tanh", "sigmoid"), ("relu", "tanh")])
def test_several_networks_side_by_side_walk_as_each_alone(activation, output):
    nets = [MLP((2, 3, 4, 2), activation, output, rng=seed) for seed in range(4)]
    alone = [net.at(net.theta) for net in nets]
    X, y = data((2, 2), "mse", 5)
    losses = fit_several(nets, X, y, lr=0.3, epochs=20)
    for k, net in enumerate(alone):
        assert_same(losses[:, k], net.fit(X, y, lr=0.3, epochs=20).loss)
        assert_same(nets[k].theta, net.theta)


def test_several_networks_must_be_of_one_kind():
    with pytest.raises(ValueError, match="one kind, got 2 kinds"):
        fit_several([MLP((1, 1)), MLP((1, 2))], [[0.0]], [0.0], lr=0.1, epochs=1)
    with pytest.raises(ValueError, match="got 'bce', 'sigmoid'"):
        fit_several([MLP((1, 1), output="sigmoid", loss="bce")], [[0.0]], [0.0], lr=0.1, epochs=1)


def test_fit_does_not_touch_arrays_that_were_assigned():
    net, W = MLP((1, 1)), np.array([[2]])
    net.weights = [W]
    net.fit([[1.0]], [0.0], lr=0.1, epochs=1)
    assert W.tolist() == [[2]]
    assert net.weights[0][0, 0] == pytest.approx(1.8)


def test_a_diverging_training_stops_and_names_the_step():
    net = MLP((1, 1), rng=0)
    net.weights[0][:] = 1.0
    with pytest.raises(FloatingPointError, match=r"at step \d+: lower lr"):
        net.fit([[1.0]], [0.0], lr=1e200, epochs=50)
    assert np.isfinite(net.theta).all()


def test_predict_gives_codes_for_classes_and_numbers_for_regression():
    assert MLP((2, 3), output="softmax", loss="cross_entropy").predict(np.zeros((4, 2))).tolist() == [0] * 4
    net = MLP((1, 1), output="sigmoid", loss="bce")
    net.weights[0][:] = 1.0
    assert net.predict([[-1.0], [1.0]]).tolist() == [[0], [1]]
    assert example_31().predict([[0.6, -0.4]]).shape == (1, 1)


def test_the_transposed_weight_passes_in_a_square_net_and_is_refused_by_value():
    """BP2 without the transposition: shapes agree, the numbers do not."""
    net = MLP((4, 4, 4, 4), rng=0)
    X, y = data(net.sizes, "mse", 1)
    slopes, a = net.backward(X, y), net.layers(X)
    wrong = (slopes.deltas[2] @ net.weights[2]) * a[2] * (1 - a[2])
    right = (slopes.deltas[2] @ net.weights[2].T) * a[2] * (1 - a[2])
    assert_same(slopes.deltas[1], right)
    with refused(match="differ"):
        assert_same(slopes.deltas[1], wrong)


def without_a_layer():
    net = MLP((1, 2, 1))
    net.weights = net.weights[:1]
    return net


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: MLP((3,)), r"sizes must have at least two entries, got \(3,\)"),
        (lambda: MLP(3), "at least two entries"),
        (lambda: MLP((3, 0, 1)), "each of sizes must be a whole number at least 1, got 0"),
        (lambda: MLP((3, 2.5)), "got 2.5"),
        (lambda: MLP((3, 2), activation="swish"), "activation must be one of identity, .* got 'swish'"),
        (lambda: MLP((3, 2), activation="softmax"), "activation must be one of"),
        (lambda: MLP((3, 2), output="sotfmax"), "output must be one of .*softmax, got 'sotfmax'"),
        (lambda: MLP((3, 2), loss="mae"), "loss must be one of mse, bce, cross_entropy, got 'mae'"),
        (lambda: MLP((3, 2), loss="cross_entropy"), "needs output 'softmax', got 'identity'"),
        (lambda: MLP((3, 2), loss="bce", output="tanh"), "needs output 'sigmoid', got 'tanh'"),
        (lambda: MLP((3, 2)).forward([1.0, 2, 3]), r"X must have shape \(n, 3\), n >= 1, got \(3,\)"),
        (lambda: MLP((3, 2)).forward(np.zeros((4, 2))), r"got \(4, 2\)"),
        (lambda: MLP((3, 2)).forward(np.zeros((0, 3))), r"got \(0, 3\)"),
        (lambda: MLP((1, 2)).forward([[math.nan]]), "X must be finite"),
        (lambda: MLP((1, 2)).backward([[1.0]], [1.0, 2.0]), r"y must have 1 rows of 2, got shape \(2,\)"),
        (lambda: MLP((1, 1)).backward([[1.0]], [math.inf]), "y must be finite"),
        (lambda: MLP((1, 1), output="sigmoid", loss="bce").backward([[1.0]], [3]), r"in \[0, 1\], got 3"),
        (lambda: MLP((1, 2), output="softmax", loss="cross_entropy").backward([[1.0]], [2]), r"0..1, got 2"),
        (lambda: MLP((3, 2), activation=["relu"]), r"activation must be one of .* got \['relu'\]"),
        (lambda: MLP((1, 2)).forward([["a"]]), "X must be an array of real numbers, got"),
        (lambda: MLP((1, 2)).forward(np.array([[1j]])), "X must be an array of real numbers, got"),
        (lambda: MLP((1, 1)).backward([[1.0]], ["a"]), "y must be an array of real numbers, got"),
        (lambda: MLP((1, 1)).at([math.nan, 0.0]).forward([[1.0]]), r"weights\[0\] must be finite"),
        (lambda: MLP((1, 1)).at([0.0, math.inf]).value([[1.0]], [1.0]), r"biases\[0\] must be finite"),
        (lambda: without_a_layer().forward([[1.0]]), "weights must be a list of 2 arrays, got 1 of them"),
        (lambda: MLP((1, 1)).fit([[1.0]], [1.0], lr="a", epochs=1), "lr must be one number, got 'a'"),
        (lambda: MLP((1, 1)).fit([[1.0]], [1.0], lr=lambda t: None, epochs=1), "lr must be one number, got None"),
        (lambda: MLP((1, 1)).fit([[1.0]], [1.0], lr=0.1, epochs=1, momentum="b"), "momentum must be one number"),
        (lambda: fit_several([], [[1.0]], [1.0], lr=0.1, epochs=1), "nets must hold at least one network"),
        (lambda: MLP((1, 1)).fit([[1.0]], [1.0], lr=0, epochs=1), "lr must be > 0, got 0"),
        (lambda: MLP((1, 1)).fit([[1.0]], [1.0], lr=math.nan, epochs=1), "lr must be > 0, got nan"),
        (lambda: MLP((1, 1)).fit([[1.0]], [1.0], lr=0.1, epochs=0), "epochs must be a whole number at least 1"),
        (lambda: MLP((1, 1)).fit([[1.0]], [1.0], lr=0.1, epochs=1, batch_size=2), "from 1 to n = 1, got 2"),
        (lambda: MLP((1, 1)).fit([[1.0]], [1.0], lr=0.1, epochs=1, momentum=1.0), r"in \[0, 1\), got 1.0"),
    ],
)
def test_the_message_says_rule_and_value(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_several_networks_stop_where_one_diverges_and_stay_as_they_were():
    nets = [MLP((1, 2, 1), rng=seed) for seed in range(2)]
    before = [net.theta for net in nets]
    with pytest.raises(FloatingPointError, match=r"must stay finite, got \S+ for network \d at step \d+: lower lr"):
        fit_several(nets, [[1e5], [3.0]], [0.0, 9.0], lr=1e3, epochs=300)
    assert all((net.theta == theta).all() for net, theta in zip(nets, before, strict=True))


def test_weights_in_the_convention_of_the_source_are_refused_where_shapes_tell():
    net = MLP((3, 4, 2))
    net.weights[0] = net.weights[0].T
    with pytest.raises(ValueError, match=r"weights\[0\] must have shape \(3, 4\), got \(4, 3\)"):
        net.forward(np.zeros((1, 3)))


def test_the_callback_sees_the_start_and_the_end_of_each_epoch_of_one_batch():
    X, y = np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]])
    model = MLP([1, 2, 1], rng=0)
    assert len(model.fit(X, y, lr=0.1, epochs=3, watch=lambda m: m.weights[0].copy()).watched) == 4
    assert len(model.fit(X, y, lr=0.1, epochs=3, batch_size=1, watch=lambda m: 0, rng=0).watched) == 4


def test_the_message_names_the_first_label_that_is_wrong():
    model = MLP([1, 1], output="sigmoid", loss="bce", rng=0)
    for y, wrong in (([0.0, 0.5, 2.0], "2"), ([1.0, -3.0, 2.0], "-3")):
        with pytest.raises(ValueError, match=rf"labels must be in \[0, 1\], got {wrong}:"):
            model.fit([[0.0], [1.0], [2.0]], y, lr=0.1, epochs=1)


def test_a_layer_without_its_bias_is_no_parameter_vector():
    model = MLP([1, 2, 1], rng=0)
    model.biases.pop()
    with pytest.raises(ValueError, match="shorter"):
        _ = model.theta
