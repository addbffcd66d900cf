"""Data sets, each with where it comes from and, where it is a file, a checksum."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PARKINSONS_SHA256", "DataNotFound", "Parkinsons", "parkinsons", "study_hours"]

PARKINSONS_SHA256 = "a36116c2deac07895b79ce97a2f99a1b3720ac4892995ff5c3b9ccb397ed2bc5"
PARKINSONS_URL = "https://archive.ics.uci.edu/static/public/174/parkinsons.zip"
_FILE = "parkinsons.data"


class DataNotFound(FileNotFoundError):
    """A data file is neither here nor to be had; the message says the ways to provide it."""


def study_hours(as_printed: bool = False) -> pd.DataFrame:
    """Hours of study and the result of an exam, 20 students. [001 study-hours table, 001-E14]

    The slides print the row of 3 hours, failed, as 4 hours, failed; the list is sorted, so that is a slip.

    Parameters
    ----------
    as_printed : bool
        True keeps the misprint.

    Returns
    -------
    DataFrame with columns ``hours`` (float, hours) and ``passed`` (0 or 1), in the order of the table.

    Examples
    --------
    >>> table = study_hours()
    >>> len(table), int(table.passed.sum()), float(table.hours.max())
    (20, 10, 5.5)
    """
    import pandas as pd

    hours = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 4, 4.25, 4.5, 4.75, 5, 5.5]
    passed = [0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1]
    if as_printed:
        hours[hours.index(3)] = 4
    return pd.DataFrame({"hours": np.array(hours, dtype=float), "passed": passed})


class Parkinsons(NamedTuple):
    """The Parkinson's voice recordings: 195 rows of 22 measurements, by 32 people.

    ``X (195, 22)`` float64, ``y (195,)`` int (1 = Parkinson's, 0 = healthy, the minority),
    ``subject (195,)`` the person's identifier, ``feature_names`` 22 names.
    """

    X: np.ndarray
    y: np.ndarray
    subject: np.ndarray
    feature_names: tuple[str, ...]


def parkinsons(path: str | os.PathLike | None = None) -> Parkinsons:
    """The data of the case study [003], from a file whose SHA-256 is checked.

    Looked for in this order: `path` (a file, or a folder that holds ``parkinsons.data``); the folder named
    by the environment variable ``GRADNOTES_DATA``; a download, cached by pooch.

    M. Little (2007), *Parkinsons*, UCI Machine Learning Repository, doi 10.24432/C59C74, CC BY 4.0.

    Raises
    ------
    DataNotFound
        If there is no copy and no network; the message lists the three ways.
    ValueError
        If a file is there but its checksum differs: it was changed or cut off.

    Examples
    --------
    >>> parkinsons("no/such/file")
    Traceback (most recent call last):
    ...
    gradnotes.data.DataNotFound: no file at no/such/file: give the path of parkinsons.data or of its folder
    """
    import pandas as pd

    file = _locate(path)
    frame = pd.read_csv(io.BytesIO(_genuine(file.read_bytes(), file.as_posix())))
    names = tuple(name for name in frame.columns if name not in ("name", "status"))
    return Parkinsons(
        X=frame[list(names)].to_numpy(dtype=float),
        y=frame["status"].to_numpy(dtype=np.int64),
        subject=frame["name"].str.rsplit("_", n=1).str[0].to_numpy(dtype=str),
        feature_names=names,
    )


def _genuine(content: bytes, where: str) -> bytes:
    digest = hashlib.sha256(content).hexdigest()
    if digest != PARKINSONS_SHA256:
        raise ValueError(
            f"{where} must have SHA-256 {PARKINSONS_SHA256[:12]}..., got {digest[:12]}... ({len(content)} bytes): it "
            "was changed or cut off (a checkout that rewrites line ends does that); delete it and fetch it again"
        )
    return content


def _locate(path) -> Path:
    if path is not None:
        file = Path(path)
        file = file / _FILE if file.is_dir() else file
        if not file.is_file():
            raise DataNotFound(f"no file at {file.as_posix()}: give the path of {_FILE} or of its folder")
        return file
    folder = os.environ.get("GRADNOTES_DATA")
    if folder:
        file = Path(folder) / _FILE
        if not file.is_file():
            raise DataNotFound(f"GRADNOTES_DATA names a folder without {_FILE}: put the file there, or unset it")
        return file
    return _download()


def _download() -> Path:
    import pooch

    target = Path(pooch.os_cache("gradnotes")) / _FILE
    if target.is_file():
        return target
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel("WARNING")
    try:
        with tempfile.TemporaryDirectory() as folder:  # a broken archive must not stay and be found again
            archive = pooch.retrieve(PARKINSONS_URL, known_hash=None, fname="parkinsons.zip", path=folder)
            with zipfile.ZipFile(archive) as members:
                content = members.read(_FILE)
    except Exception as failure:
        raise DataNotFound(
            f"{_FILE} is not here and could not be downloaded ({type(failure).__name__}). Three ways: "
            f"pass parkinsons(path=...), set GRADNOTES_DATA to the folder that holds {_FILE}, "
            f"or connect once so that it is fetched from {PARKINSONS_URL}"
        ) from failure
    finally:
        logger.setLevel(level)
    _genuine(content, f"{_FILE} in the archive from {PARKINSONS_URL}")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return target
