"""Draw the cover of the book from the package: the learned cut against the true cut. Writes book/_static/cover.png."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gradnotes import plotting
from gradnotes.gain import Algebraic, Arctan, StepModel
from gradnotes.plotting.style import png

COVER = Path(__file__).resolve().parents[2] / "book" / "_static" / "cover.png"
PHIS = {"blunt: arctan": Arctan(), "sharper: ε = 0.1": Algebraic(0.1), "sharp: ε = 0.01": Algebraic(0.01)}


def cover() -> bytes:
    """The picture as PNG bytes."""
    truth = np.linspace(0.005, 0.995, 199)
    learned = {name: [float(StepModel((0, a, 1)).maximiser(phi)) for a in truth] for name, phi in PHIS.items()}
    fig, ax = plotting.subplots(height=4.0)
    plotting.draw_learned_cuts(ax, truth, learned)
    return png(fig)


if __name__ == "__main__":
    COVER.write_bytes(cover())
    print(f"wrote {COVER.name}, {COVER.stat().st_size} bytes")
