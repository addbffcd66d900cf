"""The tape and the reverse sweep over it."""

from __future__ import annotations

import numpy as np

from ..dual.tracked import Tracked, new_level
from .pulls import scatter

__all__ = ["Tape", "sweep"]


class Tape:
    """The nodes of one gradient call in the order of computation, and its level of nesting."""

    __slots__ = ("level", "nodes")

    def __init__(self):
        self.level = new_level()
        self.nodes = []


def sweep(nodes, adjoints, inputs=0, release=True, keep=False):
    r"""Walk the tape backwards and fill `adjoints`. [004 (3.50), for a graph]

    .. math:: \bar v_i = \sum_{j\ \text{child of}\ i} \bar v_j\,\frac{\partial v_j}{\partial v_i}

    The order of the list is a topological order, so there is nothing to search and no recursion: when a node
    is reached, all its children have been there. Nodes and adjoints are dropped on the way, unless told otherwise.

    Parameters
    ----------
    nodes : list of tuples of edges (parent, pull, saved)
    adjoints : list as long as `nodes`, None where nothing has arrived yet; changed in place
    inputs : int
        Where to stop: the number of inputs, which stand at the beginning of the tape.
    release : bool
        False keeps the nodes, for a second sweep.
    keep : bool
        True keeps the adjoints, to look at them.
    """
    owned = set()  # parents whose adjoint is an array made here, which indexing may add to in place
    for k in range(len(nodes) - 1, inputs - 1, -1):
        edges = nodes.pop() if release else nodes[k]
        g = adjoints[k] if keep else adjoints.pop()
        if g is None:
            continue
        for parent, pull, saved in edges:
            old = adjoints[parent]
            if pull is scatter and not isinstance(g, Tracked):
                adjoints[parent] = _scattered(g, saved, old, parent, owned)
                continue
            new = pull(g, saved)
            adjoints[parent] = new if old is None else old + new


def _scattered(g, saved, old, parent, owned):
    """Add g at the index of one array per parent: a loop over entries then costs one array, not one each."""
    index, shape = saved
    if isinstance(old, Tracked):
        return old + scatter(g, saved)
    if parent not in owned:
        owned.add(parent)
        old = np.zeros(shape) if old is None else np.array(old)
    if _basic(index):
        old[index] += g
    else:
        np.add.at(old, index, g)  # an entry that is named twice receives twice
    return old


def _basic(index) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is ... or isinstance(part, (int, slice, np.integer)) for part in parts)
