"""Pictures of the book: one file for each group of chapters, `draw_x(ax, ...) -> ax`, one style.

Only this package imports matplotlib. A notebook writes::

    fig, ax = plotting.subplots()
    plotting.draw_...(ax, ...)
    plotting.show(fig)
"""

from __future__ import annotations

from .backprop import (
    draw_blame,
    draw_costs,
    draw_digits,
    draw_face,
    draw_functions,
    draw_network,
    draw_promise,
    draw_surface,
    draw_valley,
)
from .style import COLOURS, DASHES, show, subplots

__all__ = [
    "COLOURS",
    "DASHES",
    "draw_blame",
    "draw_costs",
    "draw_digits",
    "draw_face",
    "draw_functions",
    "draw_network",
    "draw_promise",
    "draw_surface",
    "draw_valley",
    "show",
    "subplots",
]
