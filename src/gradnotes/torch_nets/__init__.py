"""The networks of the chapters, in torch: one file for each."""

from __future__ import annotations

from .lenet import LeNets, enlarge, fold_batch_norm, lenet
from .lenet_training import LeNetHistory, train_lenets
from .parkinsons import parkinsons_net

__all__ = ["LeNetHistory", "LeNets", "enlarge", "fold_batch_norm", "lenet", "parkinsons_net", "train_lenets"]
