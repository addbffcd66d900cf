"""Compare two stored pictures with a tolerance: anti-aliasing may differ, a curve may not."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image, ImageFilter

LEVELS = 40  # how far a blurred pixel may be off, of 255
SHARE = 0.0004  # which share of the pixels may be further off
TAG = "pixels:"  # of a cell whose picture shows single trainings that rounding can turn: the share in per cent


class Picture(str):
    """A base64 PNG; `==` means: same size, and at most `share` of the blurred pixels differ by more than LEVELS."""

    share = SHARE

    def __eq__(self, other) -> bool:
        return same_picture(str(self), str(other), max(self.share, getattr(other, "share", 0.0)))

    def __ne__(self, other) -> bool:
        return not self == other

    __hash__ = str.__hash__


def pixels(encoded: str) -> np.ndarray:
    picture = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
    return np.asarray(picture.filter(ImageFilter.BoxBlur(1)), dtype=np.int16)


def share_of(tags) -> float:
    """The share that a cell with these tags allows."""
    return max([SHARE, *(float(tag.removeprefix(TAG)) / 100 for tag in tags if tag.startswith(TAG))])


def picture(encoded: str, share: float = SHARE) -> Picture:
    """The PNG, to be compared with this tolerance."""
    made = Picture(encoded)
    made.share = share
    return made


def same_picture(left: str, right: str, share: float = SHARE) -> bool:
    """True when the two base64 PNGs show the same."""
    if left == right:
        return True
    a, b = pixels(left), pixels(right)
    if a.shape != b.shape:
        return False
    return bool((np.abs(a - b).max(axis=-1) > LEVELS).mean() <= share)
