"""The one style of all figures: width, fonts, colours that a colour-blind reader can tell apart."""

from __future__ import annotations

import base64
import io

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

__all__ = ["COLOURS", "DASHES", "show", "subplots"]

#: Okabe and Ito's palette, darkest first; always paired with a dash of `DASHES`, never colour alone.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)), (0, (3, 1)), (0, (1, 1)))

WIDTH = 7.0  # inches; at DPI pixels an inch twice the width of the text column on a telephone
DPI = 144
RC = {
    "axes.edgecolor": "#444444",
    "axes.grid": True,
    "axes.labelsize": 11,
    "axes.prop_cycle": mpl.cycler(color=COLOURS, linestyle=DASHES),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.7,
    "legend.fontsize": 10,
    "legend.framealpha": 0.9,
    "lines.linewidth": 1.9,
    "mathtext.fontset": "dejavusans",
}


def subplots(rows: int = 1, columns: int = 1, height: float = 3.4, **options):
    """A figure of the book's width and its axes, as ``matplotlib.pyplot.subplots`` returns them.

    Parameters
    ----------
    rows, columns : int
    height : float
        Of one row, inches.
    **options
        Go to ``Figure.subplots`` (``sharex``, ``width_ratios``, ...).

    Returns
    -------
    (Figure, Axes or array of Axes)

    Examples
    --------
    >>> fig, axes = subplots(columns=2)
    >>> len(axes), float(fig.get_figwidth())
    (2, 7.0)
    """
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, height * rows), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        return figure, figure.subplots(rows, columns, **options)


def png(figure: Figure) -> bytes:
    """The figure as a PNG of at most 256 colours, without date or version, so that it is small and repeatable."""
    with mpl.rc_context(RC):
        figure.canvas.draw()
    picture = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("RGB")
    out = io.BytesIO()
    picture.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def show(figure: Figure) -> None:
    """Display the figure in the notebook as a PNG; caption and alt text stand in the cell's metadata."""
    from IPython.display import display

    picture = base64.b64encode(png(figure)).decode("ascii")
    display({"image/png": picture, "text/plain": "<figure>"}, raw=True)
