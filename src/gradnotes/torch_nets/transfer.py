"""Features that are learnt on one task and reused on another: networks, heads, data. [002 Transfer learning]"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.func import functional_call, vmap

from .dropout import xavier_dense

__all__ = ["effective_rank", "feature_net", "features_of", "few_rows", "head_codes", "place", "reuse", "zones"]


def feature_net(rng, sizes: Sequence[int], classes: int, dtype=torch.float32) -> nn.Sequential:
    r"""A network in two named parts: ``features`` (dense layers with relu) and ``head`` (one dense layer).

    .. math:: z = W\varphi(x; \theta) + b

    Xavier uniform weights drawn by NumPy, biases 0.

    Parameters
    ----------
    rng : Generator or seed
    sizes : sequence of int
        Inputs, then the width of each hidden layer; at least two numbers.
    classes : int
        Outputs of the head, >= 2.

    Raises
    ------
    ValueError
        If there is no hidden layer or fewer than two classes.

    Examples
    --------
    >>> net = feature_net(0, (64, 64, 32), classes=5)
    >>> [sum(p.numel() for p in part.parameters()) for part in (net.features, net.head)]
    [6240, 165]
    """
    sizes = tuple(sizes)
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes must hold the inputs and at least one hidden layer, got {sizes}")
    if classes < 2:
        raise ValueError(f"classes must be >= 2, got {classes!r}: a head chooses between them")
    rng = np.random.default_rng(rng)
    layers = []
    for inputs, outputs in pairwise(sizes):
        layers += [xavier_dense(rng, inputs, outputs, dtype), nn.ReLU()]
    head = xavier_dense(rng, sizes[-1], classes, dtype)
    return nn.Sequential(OrderedDict(features=nn.Sequential(*layers), head=head))


def reuse(source, classes: int, *, freeze: int = 0) -> Callable[..., nn.Module]:
    """The `make_model` that continues from trained networks: their features, and a new head that starts at zero.

    Call k (of ``train_many_seeds``, which asks once for each seed, in their order) returns network k of the
    source; the generator that it is given is not used, since nothing is drawn.

    Parameters
    ----------
    source : record of ``train_many_seeds`` on `feature_net`
        `params` with a leading seed axis, and the `skeleton`.
    classes : int
        Outputs of the new head.
    freeze : int
        How many dense layers of the features stay as they are, counted from the input: 0 fine-tunes all of
        them; all of them is "frozen features". Frozen parameters have ``requires_grad=False``.

    Raises
    ------
    ValueError
        If `freeze` is not between 0 and the number of dense layers, or more networks are asked for than there are.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> net = feature_net(0, (4, 3), classes=2)
    >>> source = SimpleNamespace(skeleton=net, params={k: p[None] for k, p in net.state_dict().items()})
    >>> new = reuse(source, classes=7, freeze=1)(None)
    >>> {name: (tuple(p.shape), p.requires_grad) for name, p in new.named_parameters()}["head.weight"]
    ((7, 3), True)
    >>> new.features[0].weight.requires_grad, bool((new.features[0].weight == net.features[0].weight).all())
    (False, True)
    """
    linear = [m for m in source.skeleton.features if isinstance(m, nn.Linear)]
    if not 0 <= freeze <= len(linear):
        raise ValueError(f"freeze must be between 0 and {len(linear)} dense layers, got {freeze!r}")
    sizes = (linear[0].in_features, *(m.out_features for m in linear))
    weight = source.params["head.weight"]
    order = iter(range(len(weight)))

    def make_model(rng=None) -> nn.Module:
        k = next(order, None)
        if k is None:
            raise ValueError(f"the source holds {len(weight)} networks, one more was asked for: call reuse again")
        net = feature_net(0, sizes, classes, weight.dtype)
        with torch.no_grad():
            for name, p in net.features.named_parameters():
                p.copy_(source.params[f"features.{name}"][k])
            for p in net.head.parameters():
                p.zero_()
        for m in [m for m in net.features if isinstance(m, nn.Linear)][:freeze]:
            m.requires_grad_(False)
        return net

    return make_model


def features_of(networks, X, per_seed: bool = False) -> torch.Tensor:
    """Features ``(S, n, d)`` of all networks of a ``train_many_seeds`` record, for X (n, inputs) or (S, n, inputs)."""
    params = {k.removeprefix("features."): p for k, p in networks.params.items() if k.startswith("features.")}
    first = next(iter(params.values()))
    x = torch.as_tensor(X).to(first.device, first.dtype)
    with torch.no_grad():
        body = networks.skeleton.features
        run = vmap(lambda p, x: functional_call(body, p, (x,)), (0, 0 if per_seed else None))
        return run(params, x).cpu()


def head_codes(y, classes: Sequence) -> np.ndarray:
    """Position of each label among `classes`, the order of the head's outputs.

    Raises
    ------
    ValueError
        If a label is none of the classes: the head has no output for it.

    Examples
    --------
    >>> head_codes([9, 5, 6], classes=(5, 6, 7, 8, 9)).tolist()
    [4, 0, 1]
    """
    y, classes = np.asarray(y), np.asarray(classes)
    if len(np.unique(classes)) != len(classes):
        raise ValueError(f"classes must differ, got {classes.tolist()}: each is one output of the head")
    hit = y[..., None] == classes
    if not hit.any(axis=-1).all():
        strange = np.unique(y[~hit.any(axis=-1)])[:5].tolist()
        raise ValueError(f"the head knows the labels {classes.tolist()}, got {strange}: leave them out or widen it")
    return hit.argmax(axis=-1)


def few_rows(y, k: int, rng) -> np.ndarray:
    """Row numbers of `k` samples of each class, without repetition, class after class.

    Raises
    ------
    ValueError
        If `y` is empty, or `k` is no integer from 1 to the number of samples of the rarest class.

    Examples
    --------
    >>> few_rows([0, 1, 1, 0, 1, 0], 2, rng=0).tolist()
    [5, 0, 4, 2]
    """
    y, rng = np.asarray(y), np.random.default_rng(rng)
    if y.ndim != 1 or not y.size:
        raise ValueError(f"y must hold at least one label, in one axis, got shape {y.shape}")
    labels, counts = np.unique(y, return_counts=True)
    if not isinstance(k, (int, np.integer)) or not 1 <= k <= counts.min():
        raise ValueError(f"k must be between 1 and the {counts.min()} samples of the rarest class, got {k!r}")
    return np.concatenate([rng.permutation(np.flatnonzero(y == label))[:k] for label in labels])


def place(images, corners, side: int = 12) -> np.ndarray:
    """Put each image on an empty canvas, side x side pixels, its upper left corner at (row, column).

    Parameters
    ----------
    images : array (n, s, s)
    corners : integer array (n, 2)
    side : int

    Returns
    -------
    ndarray (n, side * side), the dtype of the images

    Raises
    ------
    ValueError
        If the shapes do not fit, or an image would stick out.

    Examples
    --------
    >>> place(np.ones((1, 2, 2)), [[0, 1]], side=3).reshape(3, 3).tolist()
    [[0.0, 1.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 0.0]]
    """
    images, corners = np.asarray(images), np.asarray(corners)
    n = len(images)
    if images.ndim != 3 or images.shape[1] != images.shape[2] or corners.shape != (n, 2):
        raise ValueError(f"images (n, s, s) need corners (n, 2), got {images.shape} and {corners.shape}")
    room = side - images.shape[1]
    if not np.isin(corners, range(room + 1)).all():
        raise ValueError(f"corners must be integers between 0 and {room}, got {corners.min()} to {corners.max()}")
    corners = corners.astype(int)
    canvas = np.zeros((n, side, side), images.dtype)
    reach = np.arange(images.shape[1])
    rows, columns = corners[:, :1] + reach, corners[:, 1:] + reach
    canvas[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]] = images
    return canvas.reshape(n, side * side)


def zones(corners, room: int = 4) -> np.ndarray:
    """Which ninth of the canvas a corner in 0..room lies in: 0..8, row by row; the middle third is the smallest.

    Raises
    ------
    ValueError
        If a corner is outside of 0..room.

    Examples
    --------
    >>> zones([[0, 1], [2, 2], [4, 3]]).tolist()
    [0, 4, 8]
    """
    corners = np.asarray(corners)
    if not ((corners >= 0) & (corners <= room)).all():
        raise ValueError(f"corners must be between 0 and {room}, got {corners.min()} to {corners.max()}")
    third = np.digitize(corners, [room / 2, room / 2 + 0.5])
    return 3 * third[..., 0] + third[..., 1]


def effective_rank(F) -> np.ndarray:
    r"""How many directions the rows of F use, :math:`(\sum\lambda)^2/\sum\lambda^2`, for ``(..., n, d)``.

    :math:`\lambda` are the eigenvalues of the covariance; k equal ones and zeros give k.

    Raises
    ------
    ValueError
        If F has fewer than two axes, is not finite, or its rows are all the same (no direction at all).

    Examples
    --------
    >>> round(float(effective_rank([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])), 9)
    2.0
    """
    F = np.asarray(F, dtype=float)
    if F.ndim < 2 or not F.size or not np.isfinite(F).all():
        raise ValueError(f"F must be finite rows (..., n, d), got shape {F.shape}: drop a NaN, an empty axis")
    if (F[..., :1, :] == F).all(axis=(-1, -2)).any():
        raise ValueError("F must have rows that differ: features that are all the same have no direction")
    F = F - F.mean(axis=-2, keepdims=True)
    gram = np.swapaxes(F, -1, -2) @ F
    return np.trace(gram, axis1=-2, axis2=-1) ** 2 / (gram**2).sum(axis=(-2, -1))
