"""Read the ledger, the errata and the tags of the notebooks; no Sphinx here, so that the tests use it too."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
COUNTS = {"GF": 70, "OPT": 69, "REG": 35, "IMB": 33, "AD": 27, "LS": 15, "BP": 17, "SGD": 53, "LIN": 9}
STATUSES = ("proved", "verified", "reproduced", "corrected", "refuted", "cited", "open")
FIELDS = ("id", "source", "place", "statement", "status", "evidence", "erratum", "tolerance", "reason")


@cache
def claims() -> dict[str, dict]:
    """The rows of `book/claims.yml` by id, in the order of the file."""
    rows = yaml.safe_load((ROOT / "book" / "claims.yml").read_text(encoding="utf-8"))
    ids = [row["id"] for row in rows]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise ValueError(f"an id must stand once in book/claims.yml, got twice: {twice}")
    return {row["id"]: row for row in rows}


@cache
def errata() -> dict[str, dict]:
    """The rows of `book/errata.yml` by id."""
    rows = yaml.safe_load((ROOT / "book" / "errata.yml").read_text(encoding="utf-8"))
    return {row["id"]: row for row in rows}


def chapter_files(root: Path = ROOT) -> list[Path]:
    """The notebooks of the chapters, in the order of the book."""
    return sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def tags(cell: dict, prefix: str) -> list[str]:
    """What stands behind `prefix` in the cell's tags: ``tags(cell, "claim:")`` gives ids."""
    return [tag[len(prefix) :] for tag in cell["metadata"].get("tags", []) if tag.startswith(prefix)]


@cache
def tagged(prefix: str) -> dict[str, list[str]]:
    """id -> stems of the chapters that hold a cell with this tag."""
    found: dict[str, list[str]] = {}
    for path in chapter_files():
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for name in tags(cell, prefix):
                if path.stem not in found.setdefault(name, []):
                    found[name].append(path.stem)
    return found


@cache
def titles() -> dict[str, str]:
    """stem -> title of the chapter, from its first heading."""
    out = {}
    for path in chapter_files():
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        heading = re.search(r"^# (.+)$", "".join(cells[0]["source"]), re.MULTILINE)
        out[path.stem] = heading.group(1).strip() if heading else path.stem
    return out
