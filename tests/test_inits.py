"""Starting weights: variance formulas, ranges, parity with torch."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from gradnotes import inits

GOLDEN = json.loads(Path(__file__).with_name("golden.json").read_text(encoding="utf-8"))["values"]
LAWS = {
    "normal": (inits.normal, lambda n, m: 0.01),
    "xavier_uniform": (inits.xavier_uniform, lambda n, m: math.sqrt(2 / (n + m))),
    "xavier_normal": (inits.xavier_normal, lambda n, m: math.sqrt(2 / (n + m))),
    "he_normal": (inits.he_normal, lambda n, m: math.sqrt(2 / n)),
}
INITS = pytest.mark.parametrize(("init", "std"), LAWS.values(), ids=LAWS)


@INITS
@pytest.mark.parametrize("fans", [(256, 120), (60, 700)])
def test_sample_deviation_is_the_formula(init, std, fans):
    W = init(*fans, np.random.default_rng(3))
    assert W.shape == fans and W.dtype == np.float64
    assert W.std() == pytest.approx(std(*fans), rel=0.015)
    assert abs(W.mean()) < 4 * std(*fans) / math.sqrt(W.size)


@INITS
def test_the_same_seed_gives_the_same_weights_and_a_generator_moves_on(init, std):
    rng = np.random.default_rng(7)
    first, second = init(4, 3, rng), init(4, 3, rng)
    assert (first == init(4, 3, 7)).all() and not (first == second).any()


def test_golden_variance_and_bound_of_the_first_dense_layer():
    want = GOLDEN["REG.xavier"]["value"]
    W = inits.xavier_uniform(256, 120, 0)
    bound = math.sqrt(3) * math.sqrt(float(want["var"]))
    assert bound == pytest.approx(float(want["uniform_limit"]), rel=1e-14)
    assert 0.999 * bound < abs(W).max() <= bound


def test_bound_is_that_of_torch():
    torch = pytest.importorskip("torch")
    theirs = torch.nn.init.xavier_uniform_(torch.empty(120, 256), generator=torch.Generator().manual_seed(0))
    assert abs(inits.xavier_uniform(256, 120, 0)).max() == pytest.approx(theirs.abs().max().item(), rel=1e-4)


def test_normal_draws_scale_with_the_standard_deviation():
    one = inits.normal(5, 4, 1, scale=1.0)
    assert inits.normal(5, 4, 1, scale=0.25) == pytest.approx(one / 4)
    assert inits.xavier_normal(5, 4, 1) == pytest.approx(one * math.sqrt(2 / 9))
    assert inits.he_normal(5, 4, 1) == pytest.approx(one * math.sqrt(2 / 5))


@INITS
@pytest.mark.parametrize("fans", [(0, 3), (3, -1), (2.5, 3), (True, 3)])
def test_a_fan_must_be_a_positive_integer(init, std, fans):
    with pytest.raises(ValueError, match=r"fan_(in|out) must be a positive integer, got"):
        init(*fans, 0)


@pytest.mark.parametrize("scale", [0, -1.0, math.nan, math.inf])
def test_scale_must_be_positive(scale):
    with pytest.raises(ValueError, match="scale must be > 0 and finite, got"):
        inits.normal(2, 2, 0, scale=scale)
