"""The training loops: one by one and all seeds at once give the same networks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from gradnotes.torch_train import History, train, train_many_seeds

RNG = np.random.default_rng(20)
X = RNG.normal(size=(37, 5))
Y = (X[:, 0] + 0.5 * X[:, 1] ** 2 > 0.4).astype(np.int64)


def make_model(rng, dtype=torch.float64):
    model = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 2)).to(dtype)
    for p in model.parameters():
        p.data = torch.as_tensor(rng.normal(scale=0.5, size=tuple(p.shape)), dtype=dtype)
    return model


def loop(seeds, loss, x=None, y=None, make=make_model, **options):
    x, y = (X, Y) if x is None else (x, y)
    return [train(make(np.random.default_rng(s)), loss, x, y, rng=s, device="cpu", **options) for s in seeds]


@pytest.mark.parametrize(
    "loss",
    [F.cross_entropy, nn.CrossEntropyLoss(weight=torch.tensor([3.0, 1.0]).double())],
    ids=["plain", "weighted"],
)
@pytest.mark.parametrize(
    "options",
    [{"lr": 0.01}, {"optimizer": "sgd", "lr": 0.1, "momentum": 0.9, "weight_decay": 1e-3}],
    ids=["adam", "sgd"],
)
def test_all_seeds_at_once_equal_the_loop(loss, options):
    seeds = [3, 1, 4, 15]
    options = {"epochs": 4, "batch_size": 8, **options}
    runs = train_many_seeds(make_model, loss, X, Y, seeds=seeds, device="cpu", **options)
    for k, one in enumerate(loop(seeds, loss, **options)):
        with torch.no_grad():
            expected = one.model(torch.as_tensor(X))
        assert (runs.logits(X)[k] - expected).abs().max() < 1e-10
        np.testing.assert_allclose(runs.loss[k], one.loss, rtol=1e-10)
        assert one.stop_reason == runs.stop_reason[k] == "epochs"
    assert runs.loss.shape == (4, 4 * 5)  # ceil(37 / 8) updates an epoch, the last one short


def test_float32_stays_within_the_promised_1e_4():
    def make(rng):
        return make_model(rng, torch.float32)

    options = {"epochs": 20, "batch_size": 16, "lr": 1e-3}
    runs = train_many_seeds(make, F.cross_entropy, X, Y, seeds=range(6), device="cpu", **options)
    assert runs.params["0.weight"].dtype == torch.float32
    for k, one in enumerate(loop(range(6), F.cross_entropy, make=make, **options)):
        with torch.no_grad():
            gap = runs.logits(X)[k] - one.model(torch.as_tensor(X, dtype=torch.float32))
        assert gap.abs().max() < 1e-4


def test_each_seed_may_have_its_own_rows_and_labels():
    x = np.stack([X, X[::-1], X + 1])
    y = np.stack([Y, 1 - Y, Y])
    options = {"epochs": 3, "batch_size": 10, "lr": 0.02, "device": "cpu"}
    runs = train_many_seeds(make_model, F.cross_entropy, x, y, seeds=range(3), per_seed=True, **options)
    shown = runs.logits(x, per_seed=True)
    for k in range(3):
        one = train(make_model(np.random.default_rng(k)), F.cross_entropy, x[k], y[k], rng=k, **options)
        with torch.no_grad():
            assert (shown[k] - one.model(torch.as_tensor(x[k].copy()))).abs().max() < 1e-10
    same_x = torch.as_tensor(X).expand(3, *X.shape)
    options = {**options, "seeds": [0] * 3, "per_seed": True}
    labels_only = train_many_seeds(make_model, F.cross_entropy, same_x, y, **options)
    assert (labels_only.params["0.weight"][0] - labels_only.params["0.weight"][1]).abs().max() > 0.01
    torch.testing.assert_close(labels_only.params["0.weight"][0], labels_only.params["0.weight"][2])


def test_the_batch_order_does_not_depend_on_what_the_generator_gave_before():
    used = np.random.default_rng(7)
    model = make_model(used)
    one = train(model, F.cross_entropy, X, Y, epochs=2, lr=0.1, batch_size=4, rng=used, device="cpu")
    other = loop([7], F.cross_entropy, epochs=2, lr=0.1, batch_size=4)[0]
    np.testing.assert_array_equal(one.loss, other.loss)


def test_an_epoch_that_was_kept_is_the_shorter_training():
    options = {"lr": 0.02, "batch_size": 8, "seeds": [1, 2], "device": "cpu"}
    runs = train_many_seeds(make_model, F.cross_entropy, X, Y, epochs=5, keep=(2, 5), **options)
    short = train_many_seeds(make_model, F.cross_entropy, X, Y, epochs=2, **options)
    assert torch.equal(runs.at(2).logits(X), short.logits(X))
    assert torch.equal(runs.at(5).logits(X), runs.logits(X))
    with pytest.raises(ValueError, match=r"epoch must be one of \[2, 5\], got 3"):
        runs.at(3)


@pytest.mark.parametrize("per_seed", [False, True])
def test_all_rows_are_one_batch_without_copies(per_seed):
    data = (np.stack([X, X]), np.stack([Y, Y])) if per_seed else (X, Y)
    options = {"epochs": 3, "lr": 0.02, "batch_size": None}
    runs = train_many_seeds(
        make_model, F.cross_entropy, *data, seeds=[4, 5], device="cpu", per_seed=per_seed, **options
    )
    for k, one in enumerate(loop([4, 5], F.cross_entropy, **options)):
        np.testing.assert_allclose(runs.loss[k], one.loss, rtol=1e-11)


def test_adam_is_torch_s_own():
    """The loop written out, with the plain optimizer and the batches that the seed gives."""
    model, options = make_model(np.random.default_rng(3)), {"lr": 0.02, "weight_decay": 1e-3}
    written = make_model(np.random.default_rng(3))
    history = train(model, F.cross_entropy, X, Y, epochs=3, rng=3, device="cpu", **options)
    rule = torch.optim.Adam(written.parameters(), foreach=False, fused=False, **options)
    for step in range(3):
        rule.zero_grad()
        value = F.cross_entropy(written(torch.as_tensor(X)), torch.as_tensor(Y))
        assert value.item() == pytest.approx(history.loss[step], rel=1e-12)
        value.backward()
        rule.step()
    for ours, theirs in zip(model.parameters(), written.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


def test_one_epoch_of_sgd_is_the_update_by_hand():
    model = nn.Linear(2, 1, bias=False).double()
    model.weight.data = torch.tensor([[1.0, -1.0]], dtype=torch.float64)
    x, y = np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([[0.0], [1.0]])
    history = train(model, F.mse_loss, x, y, epochs=1, lr=0.1, rng=0, optimizer="sgd", device="cpu")
    error = x @ [1.0, -1.0] - y[:, 0]
    np.testing.assert_allclose(history.loss, [np.mean(error**2)])
    np.testing.assert_allclose(model.weight.detach()[0], [1.0, -1.0] - 0.1 * (2 / 2) * error @ x, rtol=1e-14)


def test_every_row_is_seen_once_an_epoch():
    seen = []

    def watching(output, target):
        seen.append(target.tolist())
        return output.sum() * 0 + target.double().mean()

    options = {"epochs": 2, "lr": 1.0, "batch_size": 4, "device": "cpu"}
    train(nn.Linear(1, 1).double(), watching, np.zeros((10, 1)), np.arange(10), rng=0, **options)
    assert [len(rows) for rows in seen] == [4, 4, 2] * 2
    first, second = ([row for rows in half for row in rows] for half in (seen[:3], seen[3:]))
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second


def test_training_reduces_the_loss_and_standing_still_does_not():
    history = loop([0], F.cross_entropy, epochs=60, lr=0.02, batch_size=8)[0]
    assert isinstance(history, History) and history.loss[-5:].mean() < 0.5 * history.loss[:5].mean()


def test_a_seed_that_diverges_stops_alone():
    def exploding(output, target):
        return (output**4).mean() + 0 * target.sum()

    options = {"epochs": 30, "batch_size": None, "lr": 0.08, "optimizer": "sgd"}

    def make(rng):
        model = nn.Linear(5, 1, bias=False).double()
        model.weight.data[:] = torch.as_tensor(rng.choice([0.01, 30.0]), dtype=torch.float64)
        return model

    seeds = range(6)
    runs = train_many_seeds(make, exploding, X, Y, seeds=seeds, device="cpu", **options)
    assert set(runs.stop_reason) == {"epochs", "diverged"}
    for k, one in enumerate(loop(seeds, exploding, make=make, **options)):
        assert runs.stop_reason[k] == one.stop_reason
        last = len(one.loss)
        np.testing.assert_allclose(runs.loss[k, :last], one.loss, rtol=1e-9)
        assert np.isnan(runs.loss[k, last:]).all()
        np.testing.assert_allclose(runs.params["weight"][k], one.model.weight.detach(), rtol=1e-9)
        assert np.isfinite(one.loss[-1]) == (one.stop_reason == "epochs")


def test_frozen_layers_stay_and_projection_acts_on_all_seeds():
    def make(rng):
        model = make_model(rng)
        model[0].requires_grad_(False)
        return model

    def shorten(params):
        weight = params["2.weight"]
        weight.mul_((0.3 / torch.linalg.vector_norm(weight, dim=-1, keepdim=True)).clamp(max=1))

    options = {"epochs": 3, "batch_size": 8, "lr": 0.05, "project": shorten}
    runs = train_many_seeds(make, F.cross_entropy, X, Y, seeds=range(3), device="cpu", **options)
    assert torch.linalg.vector_norm(runs.params["2.weight"], dim=-1).max() <= 0.3 + 1e-12
    for k, one in enumerate(loop(range(3), F.cross_entropy, make=make, **options)):
        assert torch.equal(runs.params["0.weight"][k], make(np.random.default_rng(k))[0].weight)
        assert (runs.params["2.weight"][k] - one.model[2].weight).abs().max() < 1e-10


def test_dropout_is_seeded_and_leaves_torch_s_generator_alone():
    def make(rng):
        return nn.Sequential(nn.Dropout(0.5), make_model(rng))

    options = {"epochs": 2, "batch_size": 8, "lr": 0.01, "device": "cpu"}
    one, two = (train_many_seeds(make, F.cross_entropy, X, Y, seeds=[1, 2], **options) for _ in range(2))
    assert torch.equal(one.params["1.0.weight"], two.params["1.0.weight"])
    assert torch.equal(one.logits(X), one.logits(X))  # evaluation mode: no mask
    model = make(np.random.default_rng(0))
    state = torch.get_rng_state()
    train(model, F.cross_entropy, X, Y, rng=0, **options)
    assert torch.equal(torch.get_rng_state(), state)
    masks = train_many_seeds(make, F.cross_entropy, X, Y, seeds=[1, 1], **options)
    assert not torch.equal(masks.params["1.0.weight"][0], masks.params["1.0.weight"][1])


def test_a_schedule_is_asked_for_every_step():
    steps = []

    def lr(step):
        steps.append(step)
        return 0.1 / (1 + step)

    options = {"epochs": 2, "batch_size": 20, "optimizer": "sgd"}
    falling = loop([0], F.cross_entropy, lr=lr, **options)[0]
    assert steps == [0, 0, 1, 2, 3]  # once at the door
    constant = loop([0], F.cross_entropy, lr=0.1, **options)[0]
    assert falling.loss[1] == constant.loss[1] and falling.loss[2] != constant.loss[2]


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lr": -0.1}, r"lr must be > 0 and finite, got -0.1"),
        ({"lr": float("nan")}, "lr must be > 0"),
        ({"epochs": 0}, "epochs must be an integer >= 1, got 0"),
        ({"batch_size": 0}, "batch_size must be an integer >= 1, or None for all rows, got 0"),
        ({"optimizer": "adma"}, "optimizer must be 'adam', 'sgd' or a function of parameters, got 'adma'"),
        ({"y": Y[:-1]}, "same number of rows, at least one, got 37 and 36"),
        ({"device": "abacus"}, "device must be cpu"),
        ({"lr": lambda step: 0.1 - 0.1 * step}, "lr must be > 0 and finite, got 0.0: a step goes against the gradient"),
        ({"optimizer": "sgd", "momentum": 1.0}, r"momentum must be in \[0, 1\), got 1.0"),
        ({"weight_decay": -0.1}, "weight_decay must be >= 0 and finite, got -0.1"),
        ({"momentum": 0.9}, "momentum is for 'sgd'"),
        ({"optimizer": torch.optim.Adagrad, "weight_decay": 0.1}, "weight_decay for 'sgd' and 'adam'"),
    ],
)
def test_errors_name_the_rule_and_the_value(many, change, message):
    options = {"epochs": 1, "lr": 0.1, "batch_size": 4, "device": "cpu", **change}
    y = options.pop("y", Y)
    with pytest.raises(ValueError, match=message):
        if many:
            train_many_seeds(make_model, F.cross_entropy, X, y, seeds=[0], **options)
        else:
            train(make_model(np.random.default_rng(0)), F.cross_entropy, X, y, rng=0, **options)


def test_what_cannot_be_stacked_is_refused():
    def with_statistics(rng):
        return nn.Sequential(nn.BatchNorm1d(5).double(), make_model(rng))

    options = {"epochs": 1, "lr": 0.1, "device": "cpu"}
    with pytest.raises(ValueError, match="track_running_stats=False"):
        train_many_seeds(with_statistics, F.cross_entropy, X, Y, seeds=[0], **options)
    with pytest.raises(ValueError, match="at least one seed"):
        train_many_seeds(make_model, F.cross_entropy, X, Y, seeds=[], **options)
    for epoch in (0, 2):
        with pytest.raises(ValueError, match=rf"keep must hold epochs from 1 to 1, got \[{epoch}\]"):
            train_many_seeds(make_model, F.cross_entropy, X, Y, seeds=[0], keep=[epoch], **options)
    with pytest.raises(ValueError, match="the model has no parameter to train"):
        train_many_seeds(lambda rng: nn.ReLU(), F.cross_entropy, X, Y, seeds=[0], **options)
    with pytest.raises(ValueError, match="data for 2 seeds, got 37 and 37 slices"):
        train_many_seeds(make_model, F.cross_entropy, X, Y, seeds=[0, 1], per_seed=True, **options)


def test_the_counter_is_silent_where_outputs_are_compared(capsys, monkeypatch):
    options = {"epochs": 2, "lr": 0.1}
    loop([0], F.cross_entropy, **options)
    assert capsys.readouterr().err == ""
    loop([0], F.cross_entropy, progress=True, **options)
    assert "epoch 2/2  loss" in capsys.readouterr().err
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    loop([0], F.cross_entropy, **options)
    assert "epoch 2/2" in capsys.readouterr().err
    monkeypatch.setenv("TQDM_DISABLE", "1")
    loop([0], F.cross_entropy, **options)
    assert capsys.readouterr().err == ""


def test_many_seeds_ask_the_schedule_for_every_step_too():
    def lr(step):
        return 0.1 / (1 + step)

    options = {"epochs": 2, "batch_size": 20, "optimizer": "sgd", "lr": lr}
    found = train_many_seeds(make_model, F.cross_entropy, X, Y, seeds=[0, 1], device="cpu", **options)
    for k, one in enumerate(loop([0, 1], F.cross_entropy, **options)):
        np.testing.assert_allclose(found.loss[k], one.loss, rtol=1e-12)


def test_a_finished_training_cannot_be_rewritten():
    found = train_many_seeds(make_model, F.cross_entropy, X, Y, seeds=[0], epochs=1, lr=0.1, device="cpu")
    with pytest.raises(AttributeError):
        found.loss = None
