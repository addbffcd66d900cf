"""Copies of the chapters to start elsewhere: an install cell in front, which does nothing where the package is there.

`python tests/tools/launch.py OUT` writes OUT/notebooks/*.ipynb; the workflow pushes them to the branch `launch`, which
the Colab buttons open. The chapters themselves stay as they are compared.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
BRANCH = "launch"
CELL = """# Installs the package where it is missing (about a minute); elsewhere this does nothing.
import importlib.util

if importlib.util.find_spec("gradnotes") is None:
    %pip install --quiet "gradnotes[all] @ git+{url}"
"""


def repository() -> str:
    return yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]


def prepared(notebook: dict, url: str) -> dict:
    """The notebook with the install cell in front; nothing else changes."""
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": "install-gradnotes",
        "metadata": {},
        "outputs": [],
        "source": CELL.format(url=url).splitlines(keepends=True),
    }
    return {**notebook, "cells": [cell, *notebook["cells"]]}


def main(out: Path) -> int:
    (out / "notebooks").mkdir(parents=True, exist_ok=True)
    chapters = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    for path in chapters:
        copy = prepared(json.loads(path.read_text(encoding="utf-8")), repository())
        (out / "notebooks" / path.name).write_text(
            json.dumps(copy, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
        )
    print(f"wrote {len(chapters)} chapters with an install cell")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
