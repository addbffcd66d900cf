"""Layers with a derived backward pass: batch normalisation, dropout; and the max-norm projection."""

from __future__ import annotations

import numpy as np

__all__ = ["BatchNorm", "Dropout", "max_norm"]

#: Squares of larger numbers leave the floating-point range.
LARGE = 1e150


class BatchNorm:
    r"""Batch normalisation of the columns of an ``(n, d)`` array. [002 Batch normalisation, 002-E41]

    Training: ``xhat = (x - mean) / sqrt(var + eps)`` with the mean and the *biased* variance of the batch,
    ``y = gamma * xhat + beta``, and ``running <- (1 - momentum) running + momentum batch``, where the running
    variance takes the *unbiased* variance, as torch does (the factor between them is n / (n - 1)).
    Inference: the running statistics stand in for those of the batch.

    Parameters
    ----------
    features : int
        d, the number of columns. Images go in as ``(n * height * width, channels)``: one mean per channel.
    eps : float
        Added to the variance, >= 0.
    momentum : float
        Weight of the newest batch in the running statistics, in [0, 1].

    Attributes
    ----------
    gamma, beta : ndarray (d,)
        The scale and the shift that are learnt; they start at 1 and 0.
    running_mean, running_var : ndarray (d,)
        They start at 0 and 1.

    Raises
    ------
    ValueError
        If a parameter is out of its range, an array has another shape or is not finite, a training batch has
        one value per column only, or `eps` is 0 and a variance too (a constant column).
    RuntimeError
        If `backward` is called before `forward`.

    Examples
    --------
    >>> bn = BatchNorm(1, eps=0)
    >>> bn.forward([[3.0], [1000.0]], training=True).ravel().tolist()
    [-1.0, 1.0]
    """

    def __init__(self, features: int, eps: float = 1e-5, momentum: float = 0.1):
        if isinstance(features, bool) or not isinstance(features, (int, np.integer)) or features < 1:
            raise ValueError(f"features must be a positive integer, got {features!r}: it counts the columns")
        if not 0 <= eps < np.inf:
            raise ValueError(f"eps must be >= 0 and finite, got {eps!r}: it keeps the deviation away from 0")
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must be in [0, 1], got {momentum!r}: it weighs the newest batch")
        self.features, self.eps, self.momentum = int(features), float(eps), float(momentum)
        self.gamma, self.beta = np.ones(self.features), np.zeros(self.features)
        self.running_mean, self.running_var = np.zeros(self.features), np.ones(self.features)
        self._kept = None

    def forward(self, x, training: bool) -> np.ndarray:
        """Normalise `x` of shape ``(n, d)``; with `training` by the batch, else by the running statistics."""
        x = self._checked("x", x)
        for name in ("gamma", "beta"):
            if np.shape(getattr(self, name)) != (self.features,):
                raise ValueError(f"{name} must have shape ({self.features},), got {np.shape(getattr(self, name))}")
        n = len(x)
        if training and n < 2:
            raise ValueError(
                f"training needs more than one value per column, got {n}: the batch of one has no spread; "
                "use a larger batch, or training=False"
            )
        mean, var = (x.mean(axis=0), x.var(axis=0)) if training else (self.running_mean, self.running_var)
        flat = (x == x[0]).all(axis=0) if training else ~(var > 0)  # rounding can leave a tiny variance
        if self.eps == 0 and flat.any():
            column = int(np.argmax(flat))
            raise ValueError(f"var + eps must be > 0, column {column} is constant and eps = 0: take eps > 0")
        if training:
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean
            self.running_var = (1 - m) * self.running_var + m * var * n / (n - 1)
        sigma = np.sqrt(var + self.eps)
        xhat = (x - mean) / sigma
        self._kept = xhat, sigma, bool(training)
        return self.gamma * xhat + self.beta

    def backward(self, dy) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Gradients ``(dx, dgamma, dbeta)`` of the last forward pass, from ``dy (n, d)``.

        Training: ``dx = gamma / sigma * (dy - mean(dy) - xhat * mean(dy * xhat))``; inference: no means.
        """
        xhat, sigma, training = _kept(self._kept)
        dy = self._checked("dy", dy, xhat.shape)
        inner = dy - dy.mean(axis=0) - xhat * (dy * xhat).mean(axis=0) if training else dy
        return self.gamma / sigma * inner, (dy * xhat).sum(axis=0), dy.sum(axis=0)

    def _checked(self, name, x, shape=None) -> np.ndarray:
        x = np.asarray(x, dtype=float)
        if x.ndim != 2 or x.shape[1] != self.features:
            raise ValueError(
                f"{name} must have shape (n, {self.features}), got {x.shape}: reshape images to (n*h*w, c)"
            )
        if shape is not None and x.shape != shape:
            raise ValueError(f"{name} must have the shape {shape} of the last forward pass, got {x.shape}")
        if not (abs(x) < LARGE).all():
            raise ValueError(f"{name} must be finite, got a NaN or a number beyond {LARGE:g}: mend the layer before it")
        return x


class Dropout:
    r"""Inverted dropout: each entry is kept with probability 1 - p and divided by it. [002 Drop out, 002-E53]

    Training: ``y = x * mask / (1 - p)`` with a fresh mask of independent zeros and ones, so that the mean of
    y over masks is x. Inference: ``y = x``.

    Parameters
    ----------
    p : float
        Probability that an entry is dropped, in [0, 1).
    rng : Generator or seed

    Attributes
    ----------
    mask : ndarray or None
        The factors of the last forward pass: 0 or 1 / (1 - p) in training, 1 in inference.

    Raises
    ------
    ValueError
        If `p` is outside [0, 1), `x` or `dy` is not finite, or `dy` has another shape than the last output.
    RuntimeError
        If `backward` is called before `forward`.

    Examples
    --------
    >>> layer = Dropout(0.5, rng=0)
    >>> sorted(set(layer.forward([2.0] * 100, training=True).tolist()))
    [0.0, 4.0]
    >>> layer.forward([2.0, 3.0], training=False).tolist()
    [2.0, 3.0]
    """

    def __init__(self, p: float, rng):
        if not 0 <= p < 1:
            raise ValueError(f"p must be in [0, 1), got {p!r}: it is the probability of dropping an entry")
        self.p, self.rng, self.mask = float(p), np.random.default_rng(rng), None

    def forward(self, x, training: bool) -> np.ndarray:
        """Drop entries of `x` (any shape) when `training`, else return a copy of it."""
        x = np.asarray(x, dtype=float)
        if not np.isfinite(x).all():
            raise ValueError("x must be finite, got a NaN or an infinity: mend the layer before it")
        keep = self.rng.random(x.shape) >= self.p if training else np.ones(x.shape, dtype=bool)
        self.mask = keep / (1 - self.p) if training else keep.astype(float)
        return x * self.mask

    def backward(self, dy) -> np.ndarray:
        """Gradient of the last forward pass: `dy` through the same mask."""
        mask = _kept(self.mask)
        dy = np.asarray(dy, dtype=float)
        if dy.shape != mask.shape:
            raise ValueError(f"dy must have the shape {mask.shape} of the last forward pass, got {dy.shape}")
        if not np.isfinite(dy).all():
            raise ValueError("dy must be finite, got a NaN or an infinity: mend the layer behind it")
        return dy * mask


def max_norm(W, c: float, axis: int = 0) -> np.ndarray:
    r"""Shrink every vector of `W` that is longer than c to length c. [002 listings, 002-E54]

    ``w * min(1, c / |w|)``: the nearest point of the ball of radius c (the others stay bit for bit).

    Parameters
    ----------
    W : array_like
        Weights, ``(fan_in, fan_out)`` in this book; a copy is returned.
    c : float
        Radius, > 0.
    axis : int
        The axis along which norms are taken: 0 for the weights into each unit of ``(fan_in, fan_out)``.

    Raises
    ------
    ValueError
        If `c` is not positive, `W` is a number or not finite, or `axis` is not one of its axes.

    Examples
    --------
    >>> max_norm([[3.0, 1.0], [4.0, 0.0]], c=2, axis=0).round(12).tolist()
    [[1.2, 1.0], [1.6, 0.0]]
    """
    if not 0 < c < np.inf:
        raise ValueError(f"c must be > 0 and finite, got {c!r}: it is the largest length allowed")
    W = np.array(W, dtype=float)
    if axis not in range(-W.ndim, W.ndim):
        raise ValueError(f"axis must be one of the {W.ndim} axes of W, got {axis!r}: lengths are along it")
    if not (abs(W) < LARGE).all():
        raise ValueError(
            f"W must be finite, got a NaN or a number beyond {LARGE:g}: training diverged, lower its learning rate"
        )
    norm = np.linalg.norm(W, axis=axis, keepdims=True)
    return W * np.where(norm > c, c / np.maximum(norm, c), 1.0)


def _kept(value):
    if value is None:
        raise RuntimeError("backward needs a forward pass first: call forward(x, training=True)")
    return value
