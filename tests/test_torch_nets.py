"""The network of the case study: where its weights begin."""

from __future__ import annotations

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from gradnotes.torch_nets import parkinsons_net  # noqa: E402


def test_weights_and_biases_begin_uniform_between_minus_and_plus_one_over_root_fan_in():
    """torch's own rule for nn.Linear, from a NumPy generator."""
    net = parkinsons_net(np.random.default_rng(0))
    again = parkinsons_net(np.random.default_rng(0))
    for layer, same, fan in ((net[0], again[0], 22), (net[2], again[2], 64)):
        bound = 1 / math.sqrt(fan)
        weights = layer.weight.detach().numpy()
        assert weights.shape[1] == fan and torch.equal(layer.weight, same.weight)
        for values in (weights, layer.bias.detach().numpy()):
            assert np.abs(values).max() <= bound and np.ptp(values) > 0
        assert weights.min() < -0.9 * bound and weights.max() > 0.9 * bound
        assert abs(weights.mean()) < 4 * bound / math.sqrt(3 * weights.size)
