"""Pictures of the book: one file for each group of chapters, `draw_x(ax, ...) -> ax`, one style.

Only this package imports matplotlib. A notebook writes::

    fig, ax = plotting.subplots()
    plotting.draw_...(ax, ...)
    plotting.show(fig)
"""

from __future__ import annotations

from .style import COLOURS, DASHES, show, subplots

__all__ = ["COLOURS", "DASHES", "show", "subplots"]
