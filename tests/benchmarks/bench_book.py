"""Seconds of the whole: render the book, run each chapter under nbval, find all proofs."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from harness import Row

ROOT = Path(__file__).resolve().parents[2]


def timed(command: list[str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.perf_counter() - start


def rows() -> list[Row]:
    """Three targets of the foundation, then each notebook."""
    python = sys.executable
    out = [
        Row("render the book from an installed environment", 20, timed([python, "tests/tools/build.py"]), unit="s"),
        Row("find and verify all proofs", 5, timed([python, "-m", "gradnotes.proofs"]), unit="s"),
    ]
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        command = [python, "-m", "pytest", "--nbval", str(path), "-q"]
        out.append(Row(f"nbval {path.stem}", None, timed(command), unit="s"))
    return out
