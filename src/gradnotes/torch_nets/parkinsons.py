"""The network of the Parkinson's case study: 22 - 64 - relu - 2, with logits as outputs. [003 network, 003-I01]"""

from __future__ import annotations

import math

import torch
from torch import nn

__all__ = ["parkinsons_net"]


def parkinsons_net(
    rng, features: int = 22, hidden: int = 64, classes: int = 2, dtype=torch.float32
) -> nn.Sequential:
    r"""Two dense layers with a rectifier between them; the outputs are logits, not probabilities.

    Weights and biases start uniform on :math:`[-1/\sqrt n, 1/\sqrt n]`, n inputs of the layer, as torch's own
    dense layer does, but drawn from `rng` on the CPU, so that every device starts from the same network.

    Parameters
    ----------
    rng : numpy.random.Generator
    features, hidden, classes : int
        The article has 22, 64 and 2, which makes 1602 parameters.
    dtype : torch.dtype

    Returns
    -------
    nn.Sequential

    Examples
    --------
    >>> import numpy as np
    >>> net = parkinsons_net(np.random.default_rng(0))
    >>> sum(p.numel() for p in net.parameters())
    1602
    """
    return nn.Sequential(
        _dense(rng, features, hidden, dtype), nn.ReLU(), _dense(rng, hidden, classes, dtype)
    )


def _dense(rng, inputs, outputs, dtype):
    layer = nn.utils.skip_init(nn.Linear, inputs, outputs, dtype=dtype)
    bound = 1 / math.sqrt(inputs)
    with torch.no_grad():
        for p in layer.parameters():
            p.copy_(torch.as_tensor(rng.uniform(-bound, bound, tuple(p.shape))))
    return layer
