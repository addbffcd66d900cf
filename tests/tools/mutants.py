"""Mutate the package on copies of the tree; a mutant that no test and no chapter notices is a hole, or equivalent.

    python tests/tools/mutants.py [--sample N | all] [--module NOUN | FILE] [--jobs N] [--quick] [--again]

The sample is drawn by hash: an edit elsewhere does not move it. `tests/mutants.yml` lists the survivors that are
equivalent. `--quick` leaves the chapters out, `--again` repeats only what survived last time.
Exit code 1: an unexplained survivor, a test that is red without any mutant, or less than 95 % caught.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml
from mutations import Mutant, mutants, places
from trials import LIBRARIES, Net, server

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "tests" / "mutants.yml"
SHARE = {"plotting": 1 / 3}  # pictures are looked at by the chapters, which take long
# Mounts, forks, kills: a mutant there would act upon the machine. tests/test_coursework_attacks.py is its net.
SPARED = {"coursework/isolation.py"}
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "_build", "node_modules", "__pycache__")


def noun(file: str) -> str:
    return file.split("/")[0].removesuffix(".py")


def sample(package: Path, size: int | None, wanted: str | None = None) -> list[Mutant]:
    """From each file in proportion to its places, at least two; all mutants when `size` is None."""
    texts = {p.relative_to(package).as_posix(): p.read_text(encoding="utf-8") for p in sorted(package.rglob("*.py"))}
    weights = {f: len(places(text)) * SHARE.get(noun(f), 1) for f, text in texts.items() if f not in SPARED}
    rate = (size or 0) / max(1, sum(weights.values()))
    chosen = {f: max(2, round(n * rate)) if size else None for f, n in weights.items() if wanted in (None, f, noun(f))}
    return [mutant for f, n in chosen.items() for mutant in mutants(f, texts[f], n)]


def equivalents() -> dict[tuple[str, str, str], str]:
    """(file, line, what becomes of it) -> why nobody can notice."""
    rows = yaml.safe_load(LIST.read_text(encoding="utf-8")) or []
    return {(row["file"], row["line"], row["becomes"]): row["reason"] for row in rows}


def hunt(found: list[Mutant], net: Net, copies: list[Path]) -> dict[tuple, str]:
    """Try each mutant in one of the copies: its key -> who noticed it, or an empty string."""
    known, results, free = equivalents(), {}, queue.SimpleQueue()
    for copy in copies:
        free.put(copy)

    def attempt(mutant: Mutant) -> None:
        folder, start = free.get(), time.monotonic()
        red = net.verdict(mutant.file, mutant.line, mutant.text, folder, 2 if mutant.key in known else None)
        free.put(folder)
        results[mutant.key] = red if results.get(mutant.key, red) else ""  # the same line twice
        words = red or ("equivalent, as listed" if mutant.key in known else "SURVIVES")
        place = f"{mutant.file}:{mutant.line}"
        print(f"[{len(results)}/{len(found)}] {place}, {time.monotonic() - start:.0f} s: {words}", flush=True)
        if not red:
            print(f"    - {mutant.before}\n    + {mutant.after}", flush=True)

    with ThreadPoolExecutor(len(copies)) as pool:
        list(pool.map(attempt, found))
    return results


def table(rows: dict[tuple, str], known: dict) -> str:
    """Per module: mutants, caught, equivalent, unexplained; and the two percentages."""
    lines, counts = ["| module | mutants | caught | equivalent | unexplained |", "|---|--:|--:|--:|--:|"], {}
    for key, red in rows.items():
        n = counts.setdefault(noun(key[0]), [0, 0, 0, 0])
        n[0] += 1
        n[1 if red else 2 if key in known else 3] += 1
    counts = dict(sorted(counts.items()))
    total = [sum(column) for column in zip(*counts.values(), strict=True)]
    lines += [f"| {name} | " + " | ".join(map(str, n)) + " |" for name, n in (*counts.items(), ("**all**", total))]
    raw, fair = 100 * total[1] / total[0], 100 * total[1] / max(1, total[0] - total[2])
    return "\n".join(lines) + f"\n\n{raw:.1f} % of all caught, {fair:.1f} % of those that are not equivalent\n"


def summary(rows: dict[tuple, str], red: list[str]) -> tuple[str, int]:
    """The report and the exit code."""
    known = equivalents()
    holes = [key for key, by in sorted(rows.items()) if not by and key not in known]
    stale = [key for key, by in sorted(rows.items()) if by and key in known]
    text = table(rows, known)
    text += "".join(f"\n- {file}: `{before}` -> `{after}`" for file, before, after in holes)
    text += "".join(f"\n- listed as equivalent, and yet caught: {key}" for key in stale)
    text += "".join(f"\n- red without any mutant: {part}" for part in red)
    caught, excused = sum(map(bool, rows.values())), len(known.keys() & rows.keys())
    return text + "\n", int(bool(holes or red) or caught < 0.95 * (len(rows) - excused))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", default="400", help="about how many of the whole package, or all")
    parser.add_argument("--module", help="one noun, such as optim, or one file, such as optim/loop.py")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="without the chapters")
    parser.add_argument("--again", action="store_true", help="only the survivors of the last report")
    parser.add_argument("--survey", type=Path, help="which test executes which line: kept there, and taken from there")
    parser.add_argument("--report", type=Path, default=ROOT / "_build" / "mutants.json")
    options = parser.parse_args(arguments)
    os.environ |= {"MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}
    server.set_forkserver_preload(["__main__", *LIBRARIES])
    size, rows = None if options.sample == "all" else int(options.sample), {}
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as top:
        # Copies lie deep, so that a path that climbs one folder too far stays inside.
        clean, *copies = (Path(top, "a", "b", str(k)) for k in range(options.jobs + 1))
        shutil.copytree(ROOT, clean, ignore=LEFT_OUT)
        found = sample(clean / "src" / "gradnotes", size, options.module)
        if options.again:
            rows = {tuple(row[:3]): row[3] for row in json.loads(options.report.read_text(encoding="utf-8"))}
            found = [mutant for mutant in found if not rows.get(mutant.key, "gone")]
        print(f"{len(found)} mutants of {len({mutant.file for mutant in found})} files", flush=True)
        net = Net(clean, not options.quick, options.survey)
        for copy in copies:
            shutil.copytree(clean, copy)
        rows |= hunt(found, net, copies)
    options.report.parent.mkdir(exist_ok=True)
    options.report.write_text(json.dumps([[*key, by] for key, by in sorted(rows.items())], indent=0), encoding="utf-8")
    text, code = summary(rows, net.red)
    options.report.with_suffix(".md").write_text(text, encoding="utf-8")
    print(f"\n{text}")
    return code


if __name__ == "__main__":
    sys.exit(main())
