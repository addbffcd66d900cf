r"""A fully connected network with the four equations of backpropagation. [004 sections 3.5 and 3.6]

A layer is z = a W + b, a = sigma(z), for a batch whose *rows* are samples. So ``weights[k]`` is the transpose
of the source's :math:`W^{(k+1)}`: :math:`w_{jk}^{(l)}`, to neuron j from neuron k, is ``weights[l-1][k, j]``.
"""

from __future__ import annotations

from .network import MLP
from .records import Gradients, Training
from .several import fit_several

__all__ = ["MLP", "Gradients", "Training", "fit_several"]
