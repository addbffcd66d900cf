"""Draw the cover of the book from the package, and the card that social networks show beside a link to it.

Writes book/_static/cover.png and book/_static/card.png.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops

from gradnotes import plotting
from gradnotes.gain import Algebraic, Arctan, StepModel
from gradnotes.plotting.style import png

COVER = Path(__file__).resolve().parents[2] / "book" / "_static" / "cover.png"
CARD = COVER.with_name("card.png")
PHIS = {"blunt: arctan": Arctan(), "sharper: ε = 0.1": Algebraic(0.1), "sharp: ε = 0.01": Algebraic(0.01)}


def drawn() -> bytes:
    """The picture as the package draws it, as PNG bytes."""
    truth = np.linspace(0.005, 0.995, 199)
    learned = {name: [float(StepModel((0, a, 1)).maximiser(phi)) for a in truth] for name, phi in PHIS.items()}
    fig, ax = plotting.subplots(height=4.0)
    plotting.draw_learned_cuts(ax, truth, learned)
    return png(fig)


def cover() -> bytes:
    """The picture with less white at the sides, so that it is not tiny on a telephone."""
    whole = Image.open(io.BytesIO(drawn())).convert("RGB")
    far = ImageChops.difference(whole, Image.new("RGB", whole.size, "white")).convert("L")
    left, top, right, bottom = far.point(lambda level: 255 * (level > 16)).getbbox()
    left, top, right, bottom = max(left - 12, 0), max(top - 12, 0), right + 12, bottom + 12
    part = whole.crop((left, top, min(right, whole.width), min(bottom, whole.height)))
    out = io.BytesIO()
    part.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def card(picture: bytes) -> bytes:
    """The cover on the 1200 x 630 pixels that social networks expect."""
    inner = Image.open(io.BytesIO(picture)).convert("RGB")
    inner.thumbnail((1120, 590))
    canvas = Image.new("RGB", (1200, 630), "white")
    canvas.paste(inner, ((1200 - inner.width) // 2, (630 - inner.height) // 2))
    out = io.BytesIO()
    canvas.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    COVER.write_bytes(cover())
    CARD.write_bytes(card(drawn()))
    for file in (COVER, CARD):
        print(f"wrote {file.name}, {file.stat().st_size} bytes")
