"""Execute the chapters through nbclient, in parallel, so that two runs give the same bytes.

    python tests/tools/notebooks.py [--check] [--jobs N] [NOTEBOOK ...]

`--check` compares with what is stored and writes nothing; exit code 1 when a notebook fails or differs.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = ROOT / "notebooks"
ENVIRONMENT = {
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
    "OMP_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TQDM_DISABLE": "1",
}
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def chapters() -> list[Path]:
    """The chapters in the order of the book."""
    return sorted(CHAPTERS.glob("[0-9][0-9]_*.ipynb"))


def normalise(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Remove what differs between two runs: identifiers, timings, the interpreter's version, split streams."""
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        cell.source = cell.source.rstrip()
        digest = hashlib.sha1(cell.source.encode()).hexdigest()[:8]
        seen[digest] = seen.get(digest, 0) + 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        for key in ("execution", "lines_to_next_cell"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = _merge_streams(cell.outputs)
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def _merge_streams(outputs):
    merged = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last and output.output_type == "stream" and last.output_type == "stream" and last.name == output.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def execute(notebook: nbformat.NotebookNode, folder: Path = CHAPTERS, timeout: int = 300) -> nbformat.NotebookNode:
    """Run all cells top to bottom in a fresh kernel whose working folder is `folder`; return it normalised."""
    os.environ.update({**ENVIRONMENT, **{k: os.environ[k] for k in ENVIRONMENT if k in os.environ}})
    client = NotebookClient(
        notebook, timeout=timeout, kernel_name="python3", record_timing=False, resources={"metadata": {"path": folder}}
    )
    client.execute()
    return normalise(notebook)


def text_of(notebook: nbformat.NotebookNode) -> str:
    return nbformat.writes(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def run(path: Path, check: bool = False) -> tuple[str, str, float]:
    """Execute one notebook; return (verdict, details, seconds)."""
    start = time.perf_counter()
    stored = path.read_text(encoding="utf-8")
    try:
        fresh = text_of(execute(nbformat.reads(stored, as_version=4)))
    except CellExecutionError as failure:
        return "FAILED", str(failure), time.perf_counter() - start
    seconds = time.perf_counter() - start
    if fresh == stored:
        return "same", "", seconds
    if check:
        return "DIFFERS", "run `make notebooks` and review the difference", seconds
    path.write_text(fresh, encoding="utf-8")
    return "written", "", seconds


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="default: every chapter")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    parser.add_argument("--jobs", type=int, default=max(1, min(2, os.cpu_count() or 1)), help="how many at once")
    options = parser.parse_args(argv)
    paths = options.notebooks or chapters()
    bad = 0
    with ProcessPoolExecutor(options.jobs) as pool:
        for path, result in zip(paths, pool.map(run, paths, [options.check] * len(paths)), strict=True):
            verdict, details, seconds = result
            print(f"{path.name:<36} {verdict:<8} {seconds:6.1f} s", flush=True)
            if verdict.isupper():
                bad += 1
                print(details)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
