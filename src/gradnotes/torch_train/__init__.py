"""Training loops in torch: one network, or the same network from many seeds at once."""

from __future__ import annotations

from .many import ManySeeds, train_many_seeds
from .one import History, train

__all__ = ["History", "ManySeeds", "train", "train_many_seeds"]
