"""Build the book from a clean state with every warning an error, and say what to open.

`jupyter-book build` exits 0 on failures unless -W, and a second build after a failed one passes:
hence the clean `_build`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Taking a million objects down one by one costs a fifth of the build: end at once, when all has been written.
BOOK = """
import atexit, os, sys
from jupyter_book.cli.main import main
try:
    main()
except SystemExit as end:
    sys.stdout.flush(), sys.stderr.flush()
    atexit._run_exitfuncs()
    os._exit(end.code if isinstance(end.code, int) else bool(end.code))
"""


def build(root: Path = ROOT) -> int:
    """Run jupyter-book; print the last warnings if it fails."""
    shutil.rmtree(root / "_build", ignore_errors=True)
    start = time.perf_counter()
    command = [sys.executable, "-c", BOOK, "build", str(root), "-W", "-n", "--keep-going", "-q"]
    done = subprocess.run(
        command, cwd=root, text=True, capture_output=True, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"}
    )
    page = root / "_build" / "html" / "index.html"
    if done.returncode or not page.is_file():
        lines = [
            line
            for line in (done.stdout + done.stderr).splitlines()
            if "WARNING" in line or "ERROR" in line or "rror:" in line
        ]
        print("\n".join(lines or (done.stdout + done.stderr).splitlines()[-40:]))
        print(f"The book was not built (exit code {done.returncode}).")
        return done.returncode or 1
    print("\n".join(line for line in done.stdout.splitlines() if line.startswith("live figures:")), end="")
    shown = page.relative_to(Path.cwd()) if page.is_relative_to(Path.cwd()) else page
    print(f"Built in {time.perf_counter() - start:.1f} s. Open {shown}")
    return 0


if __name__ == "__main__":
    sys.exit(build())
