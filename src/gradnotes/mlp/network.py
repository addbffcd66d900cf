"""The network itself: forward sweep, backward sweep, training."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, repeat

import numpy as np

from ..inits import xavier_uniform
from ..losses import bce_with_logits, mse
from ..losses.classification import cross_entropy_rows
from ..optim import minibatches
from .activations import ACTIVATIONS, OUTPUTS, PARTNER
from .checks import layer_sizes, momentum_share, one_of, parameter_shapes, rate, samples, targets, whole
from .records import Gradients, Training, flat

__all__ = ["MLP"]


class MLP:
    r"""A multilayer perceptron of any depth. [004 Example 3.1, (3.61), (3.62), 004-E74]

    .. math::

        \delta^{(L)} &= \nabla_a \mathcal L \odot \sigma'(z^{(L)}) && \text{(BP1)} \\
        \delta^{(l)} &= (W^{(l+1)T} \delta^{(l+1)}) \odot \sigma'(z^{(l)}) && \text{(BP2)} \\
        \partial \mathcal L / \partial b^{(l)} &= \delta^{(l)} && \text{(BP3)} \\
        \partial \mathcal L / \partial W^{(l)} &= \delta^{(l)} a^{(l-1)T} && \text{(BP4)}

    Parameters
    ----------
    sizes : sequence of int
        Neurons of each layer, input first: (784, 128, 10) has one hidden layer. At least two entries.
    activation : {"identity", "sigmoid", "tanh", "relu"}
        Of all hidden layers.
    output : {"identity", "sigmoid", "tanh", "relu", "softmax"}
        Of the last layer.
    loss : {"mse", "bce", "cross_entropy"}
        Means over the n samples of 1/2 \|a - y\|^2; of the binary cross-entropy, summed over outputs (needs
        output "sigmoid"); of -sum y log a (needs output "softmax").
    rng : Generator or seed
        For the start: Xavier uniform weights, biases 0.

    Attributes
    ----------
    weights, biases : list of ndarray
        ``weights[k] (n_k, n_{k+1})``, ``biases[k] (n_{k+1},)``; may be replaced by arrays of these shapes.

    Raises
    ------
    ValueError
        If a size is not a positive integer, a name is unknown, or loss and output do not fit.

    Examples
    --------
    >>> net = MLP((2, 2, 1))
    >>> net.weights = [np.array([[0.1, 0.4], [-0.2, 0.3]]), np.array([[0.7], [-0.5]])]
    >>> net.biases = [np.array([0.05, -0.1]), np.array([0.2])]
    >>> round(net.forward([[0.6, -0.4]]).item(), 9)
    0.330650416
    >>> net.backward([[0.6, -0.4]], [0.8]).biases[1].round(6).tolist()
    [-0.46935]
    """

    def __init__(
        self, sizes: Sequence[int], activation: str = "sigmoid", output: str = "identity", loss: str = "mse", rng=0
    ):
        self.sizes = layer_sizes(sizes)
        self.activation = one_of("activation", activation, ACTIVATIONS)
        self.output = one_of("output", output, OUTPUTS)
        self.loss = one_of("loss", loss, ("mse", *PARTNER))
        if (wanted := PARTNER.get(loss, output)) != output:
            raise ValueError(f"loss {loss!r} needs output {wanted!r}, got {output!r}: give output={wanted!r}")
        rng = np.random.default_rng(rng)
        self.weights = [xavier_uniform(n, m, rng) for n, m in pairwise(self.sizes)]
        self.biases = [np.zeros(m) for m in self.sizes[1:]]

    def forward(self, X) -> np.ndarray:
        """The output a^(L) for the rows of X (n, d): (n, n_L)."""
        return self.layers(X)[-1]

    def layers(self, X) -> list[np.ndarray]:
        """a^(0) = X, a^(1), ..., a^(L): what the forward sweep computes and the backward sweep reuses."""
        return self._forward(self._samples(X))[0]

    def predict(self, X) -> np.ndarray:
        """The likeliest class (n,) for "cross_entropy", 0 or 1 for "bce", the output itself for "mse"."""
        a = self.forward(X)
        return a if self.loss == "mse" else a.argmax(axis=1) if self.loss == "cross_entropy" else (a > 0.5).astype(int)

    def value(self, X, y) -> float:
        """The mean loss over the rows of X."""
        X = self._samples(X)
        return self._value(*self._forward(X), self._targets(y, len(X)))

    def backward(self, X, y) -> Gradients:
        """One forward and one backward sweep: the slopes of `value`, and the deltas. Changes nothing.

        Parameters
        ----------
        X : array_like (n, n_0)
        y : array_like
            "cross_entropy": codes (n,) or one-hot rows; otherwise (n, n_L), or (n,) if n_L = 1.

        Raises
        ------
        ValueError
            If a shape does not fit, an entry is not finite, or a label is out of range.
        """
        weights, biases, shares = self._backward(self.layers(X), self._targets(y, n := len(X)))
        return Gradients(weights, biases, [n * share for share in shares])

    def output_delta(self, a: np.ndarray, y: np.ndarray) -> np.ndarray:
        """BP1: delta^(L), row by row. With its partner loss, an output has delta a - y without any sigma'.

        Softmax couples the neurons: J^T g = a * (g - sum(a * g)) replaces the elementwise sigma' (004-E76).
        """
        g = a - y
        if self.loss in PARTNER:
            return g
        if self.output == "softmax":
            return a * (g - (a * g).sum(axis=-1, keepdims=True))
        return g * ACTIVATIONS[self.output][1](a)

    @property
    def theta(self) -> np.ndarray:
        """A copy of all parameters as one vector: W1, b1, W2, b2, ..., each row by row."""
        return flat(self.weights, self.biases)

    def at(self, theta) -> MLP:
        """A copy of this network whose parameters are the entries of `theta`."""
        theta = np.array(theta, dtype=float)
        if theta.shape != (count := self.theta.size,):
            raise ValueError(f"theta must have shape ({count},), got {theta.shape}: start from net.theta")
        other, start = copy.copy(self), 0
        other.weights, other.biases = [], []
        for n, m in pairwise(self.sizes):
            other.weights.append(theta[start : start + n * m].reshape(n, m))
            other.biases.append(theta[start + n * m : (start := start + n * m + m)])
        return other

    def fit(
        self,
        X,
        y,
        *,
        lr: float | Callable[[int], float],
        epochs: int,
        batch_size: int | None = None,
        momentum: float = 0.0,
        rng=0,
        watch: Callable[[MLP], object] | None = None,
    ) -> Training:
        """Train in place: v <- momentum v + slope, parameter <- parameter - lr v. [004 (3.57)]

        Parameters
        ----------
        lr : float > 0, or callable of the step 0, 1, ...
        epochs : int
            Passes over the data.
        batch_size : int or None
            Rows for each update; None takes all, in their order, so that an epoch is one step.
        momentum : float in [0, 1)
        rng : Generator or seed
            For the order of the mini-batches.
        watch : callable, optional
            Called with this network before the first step and after each epoch; its results are kept.

        Raises
        ------
        ValueError
            As `backward`, and if an option is out of its range.
        FloatingPointError
            If loss or slopes stop being finite: training stops, the message names the step, and the
            parameters stay as they were before that step.
        """
        X = self._samples(X)
        y = self._targets(y, n := len(X))
        batches, per_epoch = _batches(n, epochs, batch_size, np.random.default_rng(rng))
        momentum = momentum_share(momentum)
        self.weights, self.biases = ([p.astype(float) for p in ps] for ps in (self.weights, self.biases))
        velocity = [np.zeros_like(p) for p in (*self.weights, *self.biases)]
        losses, norms, watched = [], [], [watch(self)] if watch else []
        for step, rows in enumerate(batches):
            eta = rate(lr(step) if callable(lr) else lr)
            with np.errstate(over="ignore", invalid="ignore"):
                a, z = self._forward(X[rows])
                weights, biases = self._backward(a, y[rows])[:2]
                losses.append(self._value(a, z, y[rows]))
                norms.append(math.sqrt(sum(np.vdot(g, g) for g in (*weights, *biases))))
                if not (losses[-1] < math.inf and norms[-1] < math.inf):
                    raise FloatingPointError(
                        f"the loss must stay finite, got loss {losses[-1]:g} and gradient norm {norms[-1]:g} "
                        f"at step {step}: lower lr, or scale the inputs"
                    )
                for p, v, g in zip((*self.weights, *self.biases), velocity, (*weights, *biases), strict=True):
                    if momentum:
                        v *= momentum
                        v += g
                    p -= eta * v if momentum else np.multiply(eta, g, out=g)
                del a, z, weights, biases, g  # or the next step's arrays find the cache full
            if watch and (step + 1) % per_epoch == 0:
                watched.append(watch(self))
        return Training(np.array(losses), np.array(norms), watched)

    def _forward(self, X) -> tuple[list[np.ndarray], np.ndarray]:
        """(a^(0) .. a^(L), z^(L))."""
        sigma = ACTIVATIONS[self.activation][0]
        a = [X]
        for W, b in zip(self.weights[:-1], self.biases[:-1], strict=True):
            a.append(sigma(a[-1] @ W + b))
        z = a[-1] @ self.weights[-1] + self.biases[-1]
        return [*a, OUTPUTS[self.output](z)], z

    def _backward(self, a, y) -> tuple[list, list, list]:
        slope = ACTIVATIONS[self.activation][1]
        weights, biases, shares = [], [], [self.output_delta(a[-1], y) / len(y)]  # BP1; a share is a delta / n
        for layer in reversed(range(len(self.weights))):
            biases.insert(0, shares[0].sum(axis=0))  # BP3, summed over the rows
            weights.insert(0, a[layer].T @ shares[0])  # BP4, summed over the rows
            if layer:
                shares.insert(0, (shares[0] @ self.weights[layer].T) * slope(a[layer]))  # BP2
        return weights, biases, shares

    def _value(self, a, z, y) -> float:
        if not np.isfinite(z).all():
            return math.nan
        if self.loss == "mse":
            return mse(y, a[-1], "half_sum")[0] / len(y)
        if self.loss == "bce":
            return bce_with_logits(z, y, "sum")[0] / len(y)
        return float(cross_entropy_rows(z, y)[0].mean())

    def _samples(self, X) -> np.ndarray:
        parameter_shapes(self.sizes, self.weights, self.biases)
        return samples(X, self.sizes[0])

    def _targets(self, y, n: int) -> np.ndarray:
        return targets(y, n, self.sizes[-1], self.loss)


def _batches(n: int, epochs, batch_size, rng) -> tuple[Iterator, int]:
    epochs = whole("epochs", epochs, "at least 1", math.inf)
    if batch_size is None:
        return repeat(slice(None), epochs), 1
    size = whole("batch_size", batch_size, f"from 1 to n = {n}", n)
    return (rows for _ in range(epochs) for rows in minibatches(n, size, rng)), -(-n // size)
