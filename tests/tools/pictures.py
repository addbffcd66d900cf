"""Compare two stored pictures with a tolerance: anti-aliasing may differ, a curve may not."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image, ImageFilter

LEVELS = 40  # how far a blurred pixel may be off, of 255
SHARE = 0.0004  # which share of the pixels may be further off


class Picture(str):
    """A base64 PNG whose `==` means: same size, and at most SHARE of the blurred pixels differ by more than LEVELS."""

    __slots__ = ()

    def __eq__(self, other) -> bool:
        return same_picture(str(self), str(other))

    def __ne__(self, other) -> bool:
        return not self == other

    __hash__ = str.__hash__


def pixels(encoded: str) -> np.ndarray:
    picture = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
    return np.asarray(picture.filter(ImageFilter.BoxBlur(1)), dtype=np.int16)


def same_picture(left: str, right: str) -> bool:
    """True when the two base64 PNGs show the same."""
    if left == right:
        return True
    a, b = pixels(left), pixels(right)
    if a.shape != b.shape:
        return False
    return bool((np.abs(a - b).max(axis=-1) > LEVELS).mean() <= SHARE)
