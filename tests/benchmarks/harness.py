"""Speed as a ratio: ours against a peer, alternating in the same process, one thread, median of the rounds.

Each topic has a process of its own: what another one left in the memory must not weigh on it.

    python tests/benchmarks/harness.py [--check] [--write] [TOPIC ...]

Every `bench_<topic>.py` beside this file has `rows() -> list[Row]`. `--check` exits 1 on a missed target,
`--write` puts the table on the book's Performance page.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import multiprocessing
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("TQDM_DISABLE", "1")

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "book" / "performance.md"
START, END = "<!-- measured: begin -->", "<!-- measured: end -->"


class Row(NamedTuple):
    """One line of the table: `measured` is ours / peer, or seconds where `peer` is empty."""

    name: str
    target: float | None
    measured: float
    peer: str = ""
    ours_seconds: float | None = None
    peer_seconds: float | None = None
    unit: str = "x"

    @property
    def verdict(self) -> str:
        if self.target is None:
            return "reported"
        return "met" if self.measured <= self.target else "MISSED"


def seconds(call: Callable[[], object], inner: int = 1) -> float:
    """Wall time of one call, averaged over `inner` calls in a row."""
    start = time.perf_counter()
    for _ in range(inner):
        call()
    return (time.perf_counter() - start) / inner


def ratio(
    name: str,
    ours: Callable[[], object],
    peer: Callable[[], object],
    target: float | None,
    peer_name: str,
    rounds: int = 7,
    inner: int | None = None,
) -> Row:
    """Time `ours` and `peer` alternately; the ratio is the median over the rounds of their quotients.

    Raises
    ------
    ValueError
        If there are fewer than 5 rounds.
    """
    if rounds < 5:
        raise ValueError(f"rounds must be at least 5, got {rounds}: a median of fewer says little")
    ours(), peer()  # warm caches; not timed
    if inner is None:
        inner = max(1, int(0.05 / max(seconds(ours), 1e-6)))
    pairs = []
    for k in range(rounds):
        gc.collect()
        if k % 2:
            b, a = seconds(peer, inner), seconds(ours, inner)
        else:
            a, b = seconds(ours, inner), seconds(peer, inner)
        pairs.append((a, b))
    return Row(
        name,
        target,
        statistics.median(a / b for a, b in pairs),
        peer_name,
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
    )


def as_markdown(rows: list[Row]) -> str:
    """The table of the Performance page."""
    lines = ["| what | target | measured | verdict | peer | ours | peer's |", "|---|---|---|---|---|---|---|"]

    def time_of(value):
        return "–" if value is None else f"{value * 1e3:.3g} ms" if value < 1 else f"{value:.3g} s"

    for row in rows:
        unit = " ×" if row.unit == "x" else f" {row.unit}"
        target = "–" if row.target is None else f"≤ {row.target:g}{unit}"
        measured = "–" if row.measured != row.measured else f"{row.measured:.3g}{unit}"
        lines.append(
            f"| {row.name} | {target} | {measured} | {row.verdict} | {row.peer or '–'} "
            f"| {time_of(row.ours_seconds)} | {time_of(row.peer_seconds)} |"
        )
    return "\n".join(lines)


def versions() -> str:
    from importlib.metadata import PackageNotFoundError, version

    parts = [f"Python {platform.python_version()}"]
    for name in ("numpy", "scipy", "torch", "scikit-learn", "sympy", "autograd", "micrograd"):
        try:
            parts.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(parts)


def write_page(rows: list[Row]) -> None:
    """Replace the measured part of the Performance page."""
    text = PAGE.read_text(encoding="utf-8")
    machine = f"Measured on {platform.machine()}, {os.cpu_count()} cores, one thread; {versions()}."
    before, rest = text.split(START)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{START}\n\n{machine}\n\n{as_markdown(rows)}\n\n{END}{after}", encoding="utf-8")


def rows_of(topic: str) -> list[tuple]:
    """What `bench_<topic>.py` measures."""
    sys.path.insert(0, str(HERE))
    sys.modules.setdefault("harness", sys.modules[__name__])
    return [tuple(row) for row in importlib.import_module(f"bench_{topic}").rows()]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    topics = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=f"default: all ({', '.join(topics)})")
    parser.add_argument("--check", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--write", action="store_true", help="write the table to book/performance.md")
    options = parser.parse_args(argv)
    unknown = sorted(set(options.topics) - set(topics))
    if unknown:
        parser.error(f"unknown topic {unknown}: choose from {topics}")
    rows: list[Row] = []
    for topic in options.topics or topics:
        print(f"{topic} ...", file=sys.stderr, flush=True)
        with multiprocessing.get_context("spawn").Pool(1) as fresh:
            rows += [Row(*row) for row in fresh.apply(rows_of, (topic,))]
    print(as_markdown(rows))
    if options.write:
        write_page(rows)
    missed = [row.name for row in rows if row.verdict == "MISSED"]
    if missed:
        print(f"missed: {missed}", file=sys.stderr)
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
