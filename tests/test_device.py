"""A device is chosen by argument, by environment, else what is there; never replaced in silence."""

from __future__ import annotations

import pytest
import torch

from gradnotes.device import pick_device


@pytest.fixture
def machine(monkeypatch):
    """A machine with so many CUDA devices and perhaps MPS; no variable set."""
    monkeypatch.delenv("GRADNOTES_DEVICE", raising=False)

    def build(cuda=0, mps=False):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
        return monkeypatch

    return build


@pytest.mark.parametrize(
    ("cuda", "mps", "best"), [(0, False, "cpu"), (0, True, "mps"), (1, False, "cuda"), (2, True, "cuda")]
)
def test_without_a_wish_the_best_is_taken(machine, cuda, mps, best):
    machine(cuda, mps)
    assert pick_device() == torch.device(best)


def test_float64_goes_to_the_cpu_where_only_mps_is_there(machine):
    machine(mps=True)
    assert pick_device(dtype=torch.float64).type == "cpu"
    assert pick_device(dtype=torch.float32).type == "mps"
    with pytest.raises(ValueError, match="'mps' cannot hold float64: use float32 there, or ask for 'cpu'"):
        pick_device("mps", torch.float64)


def test_the_argument_wins_over_the_environment(machine):
    machine(cuda=2).setenv("GRADNOTES_DEVICE", "cuda:1")
    assert pick_device() == torch.device("cuda:1")
    assert pick_device("cpu") == torch.device("cpu")
    assert pick_device(torch.device("cuda:0")) == torch.device("cuda:0")


def test_an_empty_variable_is_no_wish(machine):
    machine().setenv("GRADNOTES_DEVICE", "")
    assert pick_device().type == "cpu"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cuda", "'cuda' is not here: torch sees no CUDA device"),
        ("mps", "'mps' is not here: torch sees no MPS device"),
        ("cpu:1", "there is one cpu device only"),
        ("tpu", "must be cpu, cuda, cuda:<index> or mps, got 'tpu'"),
        ("cuda:", "must be cpu"),
        ("cuda:x", "must be cpu"),
    ],
)
@pytest.mark.parametrize("road", ["argument", "environment"])
def test_what_is_not_there_is_an_error_that_says_where_to_change_it(machine, name, message, road):
    patch = machine()
    with pytest.raises(ValueError, match=message) as failure:
        if road == "argument":
            pick_device(name)
        else:
            patch.setenv("GRADNOTES_DEVICE", name)
            pick_device()
    assert ("GRADNOTES_DEVICE" in str(failure.value)) == (road == "environment")


def test_an_index_beyond_the_last_device_is_an_error(machine):
    machine(cuda=2)
    with pytest.raises(ValueError, match="torch sees 2 CUDA"):
        pick_device("cuda:2")
