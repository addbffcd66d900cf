"""The convolutional network of the batch-normalisation slides, alone and many at once. [002 BN listing]"""

from __future__ import annotations

import copy
import math
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

__all__ = ["LeNets", "fold_batch_norm", "lenet"]

#: name -> (outputs, inputs, kernel): two convolutions on 28 x 28 pictures, then three dense layers
LAYERS = {"1": (6, 1, 5), "2": (16, 6, 5), "3": (120, 256, 1), "4": (84, 120, 1), "5": (10, 84, 1)}
ACTIVATIONS = {"sigmoid": nn.Sigmoid, "relu": nn.ReLU, "tanh": nn.Tanh}


def _sites(bn: bool | Sequence[str]) -> tuple[str, ...]:
    sites = ("1", "2", "3", "4") if bn is True else () if bn is False else tuple(bn or "?")
    if not set(sites) <= set("1234"):
        raise ValueError(f"bn must be True, False or some of '1', '2', '3', '4' (hidden layers), got {bn!r}")
    return sites


def _checked(activation: str) -> str:
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {activation!r}")
    return activation


def lenet(bn=True, rng=0, *, activation="sigmoid", after=False, scale: float = 1.0) -> nn.Sequential:
    """The network of the listing, line by line: conv 6, conv 16, dense 120-84-10, sigmoid. [002 BN listing]

    Weights are Xavier uniform times `scale`, drawn by NumPy; biases start at 0. Module names are
    ``conv1 bn1 act1 pool1 ... dense5``.

    Parameters
    ----------
    bn : bool or sequence of {"1", "2", "3", "4"}
        Which hidden layers are normalised (True: all four; 44 878 parameters; False: 44 426).
    rng : Generator or seed
    activation : {"sigmoid", "relu", "tanh"}
    after : bool
        False: normalise before the activation, as the listing; True: after it, as the text of the slide.
    scale : float
        Factor on all starting weights.

    Returns
    -------
    Sequential, float32, from images (n, 1, 28, 28) to logits (n, 10)

    Raises
    ------
    ValueError
        If `bn` or `activation` is unknown, or `scale` is not > 0.

    Examples
    --------
    >>> [sum(p.numel() for p in lenet(bn).parameters()) for bn in (True, False)]
    [44878, 44426]
    """
    return LeNets([rng], bn=bn, activation=activation, after=after, scale=scale).network(0)


class LeNets(nn.Module):
    """S networks of the listing side by side: one grouped convolution does the work of S.

    ``networks(x)`` maps images (S, n, 1, 28, 28) to logits (S, n, 10); network k sees only ``x[k]``. All
    parameters have a leading axis of length S, and so have the running statistics.

    Parameters
    ----------
    rngs : sequence of Generators or seeds, one for each network
    bn, activation, after, scale
        As in `lenet`.
    noise : float
        After each normalisation, in training, multiply and shift each channel by fresh random numbers of
        this spread (the experiment on why it works).

    Raises
    ------
    ValueError
        If there is no generator, `bn` or `activation` is unknown, `scale` is not > 0, `noise` is negative, or
        images have another shape.

    Examples
    --------
    >>> LeNets([0, 1])(torch.zeros(2, 5, 1, 28, 28)).shape
    torch.Size([2, 5, 10])
    """

    def __init__(self, rngs, *, bn=True, activation="sigmoid", after=False, scale=1.0, noise=0.0):
        super().__init__()
        rngs = [np.random.default_rng(rng) for rng in rngs]
        if not rngs:
            raise ValueError("rngs must hold one generator or seed for each network, got none")
        if not 0 < scale < math.inf:
            raise ValueError(f"scale must be > 0 and finite, got {scale!r}: it multiplies the starting weights")
        if not 0 <= noise < math.inf:
            raise ValueError(f"noise must be >= 0 and finite, got {noise!r}: it is a standard deviation")
        self.size, self.sites, self.after, self.noise = len(rngs), _sites(bn), after, noise
        self.activation, self.momentum, self.noise_rng = _checked(activation), 0.1, np.random.default_rng(0)
        self.p = nn.ParameterDict()
        for name, (out, fan, kernel) in LAYERS.items():
            bound = scale * math.sqrt(6 / ((fan + out) * kernel**2))
            shape = (out, fan, kernel, kernel) if kernel > 1 else (out, fan)
            W = np.stack([rng.uniform(-bound, bound, shape) for rng in rngs])
            self.p[f"w{name}"] = nn.Parameter(torch.tensor(W, dtype=torch.float32))
            self.p[f"b{name}"] = nn.Parameter(torch.zeros(self.size, out))
            if name in self.sites:
                self.p[f"gamma{name}"] = nn.Parameter(torch.ones(self.size, out))
                self.p[f"beta{name}"] = nn.Parameter(torch.zeros(self.size, out))
                self.register_buffer(f"mean{name}", torch.zeros(self.size, out))
                self.register_buffer(f"var{name}", torch.ones(self.size, out))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.ndim != 5 or x.shape[0] != self.size or x.shape[2:] != (1, 28, 28):
            raise ValueError(f"images must have shape ({self.size}, n, 1, 28, 28), got {tuple(x.shape)}: see enlarge")
        size, n = x.shape[:2]
        h = x.transpose(0, 1).reshape(n, size, 28, 28).contiguous(memory_format=torch.channels_last)
        for name in "12":
            z = F.conv2d(h, self.p[f"w{name}"].flatten(0, 1), self.p[f"b{name}"].flatten(), groups=size)
            h = F.max_pool2d(self._hidden(name, z), 2)
        h = h.reshape(n, size * 256)
        for name in "34":
            h = self._hidden(name, self._dense(name, h))
        return self._dense("5", h).view(n, size, 10).transpose(0, 1)

    def _dense(self, name, h):
        h = h.view(len(h), self.size, -1).transpose(0, 1)
        z = torch.baddbmm(self.p[f"b{name}"][:, None], h, self.p[f"w{name}"].transpose(1, 2))
        return z.transpose(0, 1).flatten(1)

    def _hidden(self, name, z):
        act = getattr(torch, self.activation)
        return self._norm(name, act(z)) if self.after else act(self._norm(name, z))

    def _norm(self, name, z):
        if name not in self.sites:
            return z
        mean, var = getattr(self, f"mean{name}"), getattr(self, f"var{name}")
        gamma, beta = self.p[f"gamma{name}"].flatten(), self.p[f"beta{name}"].flatten()
        z = F.batch_norm(z, mean.view(-1), var.view(-1), gamma, beta, self.training, self.momentum)
        if self.noise and self.training:
            draw = self.noise_rng.normal(0, self.noise, (2, z.shape[1], *[1] * (z.ndim - 2)))
            factor, shift = torch.tensor(draw, dtype=z.dtype, device=z.device)
            z = z * (1 + factor) + shift
        return z

    @torch.no_grad()
    def accuracy(self, x: torch.Tensor, y: torch.Tensor) -> np.ndarray:
        """Share of right answers of each network in inference mode; x (S, n, 1, 28, 28), y (S, n)."""
        self.eval()
        labels = torch.cat([self(part).argmax(-1) for part in x.split(100, dim=1)], dim=1)
        return (labels == y).double().mean(1).cpu().numpy()

    @torch.no_grad()
    def recalibrate(self, x: torch.Tensor) -> None:
        """Replace the running statistics by those of `x`, in batches of 100; no weight moves."""
        kept, self.momentum = self.momentum, 0.0
        for k, batch in enumerate(x.split(100, dim=1), start=1):
            self.momentum = 1 / k
            self.train()(batch)
        self.momentum = kept

    @torch.no_grad()
    def network(self, k: int) -> nn.Sequential:
        """A copy of network `k` made of torch's own modules, in the order of the listing."""
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        for name, (out, fan, kernel) in LAYERS.items():
            if name == "3":
                parts["flatten"] = nn.Flatten()
            layer = nn.Conv2d(fan, out, kernel) if kernel > 1 else nn.Linear(fan, out)
            layer.weight.copy_(self.p[f"w{name}"][k])
            layer.bias.copy_(self.p[f"b{name}"][k])
            parts[f"{'conv' if kernel > 1 else 'dense'}{name}"] = layer
            if name == "5":
                break
            group = [(f"act{name}", ACTIVATIONS[self.activation]())]
            if name in self.sites:
                norm = nn.BatchNorm2d(out) if kernel > 1 else nn.BatchNorm1d(out)
                norm.weight.copy_(self.p[f"gamma{name}"][k])
                norm.bias.copy_(self.p[f"beta{name}"][k])
                norm.running_mean.copy_(getattr(self, f"mean{name}")[k])
                norm.running_var.copy_(getattr(self, f"var{name}")[k])
                group.insert(1 if self.after else 0, (f"bn{name}", norm))
            parts.update(group + ([(f"pool{name}", nn.MaxPool2d(2))] if kernel > 1 else []))
        return nn.Sequential(parts)


@torch.no_grad()
def fold_batch_norm(network: nn.Sequential) -> nn.Sequential:
    r"""Merge each normalisation into the layer before it; the same function as `network` in inference.

    .. math:: w' = \gamma w / \sigma, \qquad b' = \gamma (b - \mu) / \sigma + \beta,
              \qquad \sigma = \sqrt{\mathrm{var} + \epsilon}

    Raises
    ------
    ValueError
        If a normalisation does not follow a convolution or a dense layer.

    Examples
    --------
    >>> sum(p.numel() for p in fold_batch_norm(lenet(bn=True)).parameters())
    44426
    """
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    last = None
    for name, module in network.named_children():
        if not isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            last = parts[name] = copy.deepcopy(module)
            continue
        if not isinstance(last, nn.Conv2d | nn.Linear):
            raise ValueError(f"{name} must follow a convolution or a dense layer, not {type(last).__name__}")
        factor = module.weight / torch.sqrt(module.running_var + module.eps)
        last.weight.mul_(factor.view(-1, *[1] * (last.weight.ndim - 1)))
        last.bias.sub_(module.running_mean).mul_(factor).add_(module.bias)
    return nn.Sequential(parts).eval()
