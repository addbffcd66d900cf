"""Gradient Notes: gain functions, gradient descent and backpropagation, proved and executed.

One noun per module, imports only downward (`tests/test_imports.py` holds the layers):

- layer 0: `verify`, `report`, `data`
- layer 1: `gain`, `chains`, `proofs`, `optim`, `losses`, `dual`, `tape`, `trace`, `inits`
- layer 2: `linear`, `mlp`, `layers`, `torch_losses`, `torch_train`, `torch_nets`, `torch_parallel`, `device`
- layer 3: `plotting`, `coursework`

Importing `gradnotes` loads neither torch nor sympy nor matplotlib.
"""

from __future__ import annotations

__version__ = "0.1.0"
