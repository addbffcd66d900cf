"""The networks of the chapters, in torch: one file for each."""

from __future__ import annotations

from .dropout import CpuDropout, Splits, limit_columns, made_columns, slide_net, standard_splits
from .lenet import LeNets, fold_batch_norm, lenet
from .lenet_training import LeNetHistory, train_lenets
from .parkinsons import parkinsons_net
from .pictures import enlarge
from .transfer import effective_rank, feature_net, features_of, few_rows, head_codes, place, reuse, zones

__all__ = [
    "CpuDropout",
    "LeNetHistory",
    "LeNets",
    "Splits",
    "effective_rank",
    "enlarge",
    "feature_net",
    "features_of",
    "few_rows",
    "fold_batch_norm",
    "head_codes",
    "lenet",
    "limit_columns",
    "made_columns",
    "parkinsons_net",
    "place",
    "reuse",
    "slide_net",
    "standard_splits",
    "train_lenets",
    "zones",
]
