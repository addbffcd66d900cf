"""Which test executes which line, and a trial of one mutant: pytest in a forked child that has the libraries ready."""

from __future__ import annotations

import ast
import json
import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

LIBRARIES = ["numpy", "scipy.optimize", "scipy.stats", "torch", "sympy", "matplotlib.pyplot", "pandas", "sklearn"]
LIBRARIES += ["hypothesis", "_hypothesis_pytestplugin", "nbval.plugin", "pytest_timeout"]
EARLY = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # these plugins are there before pytest is
QUIET = ["-q", "--tb=no", "-p", "no:cacheprovider", "-p", "no:xdist", *EARLY]
UNITS = ["--doctest-modules", "-m", "not slow and not browser"]
WHOLE = ["tests", "src", *(f"--ignore=tests/{name}" for name in ("book", "benchmarks", "tools", "test_mutants.py"))]
server = multiprocessing.get_context("forkserver")


class Survey:
    """While the tests run unharmed: the lines that each executes, its seconds, and those that are red."""

    def __init__(self, coverage) -> None:
        self.coverage, self.seconds, self.red = coverage, {}, []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        self.coverage.switch_context(item.nodeid)
        return (yield)

    def pytest_runtest_logreport(self, report):
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.red.append(report.nodeid)


class Chosen:
    """Keeps the wanted tests, the quickest first, and remembers the first that is red."""

    def __init__(self, seconds: dict[str, float], wanted: list[str]) -> None:
        self.seconds, self.wanted, self.red = seconds, set(wanted), ""

    def pytest_collection_modifyitems(self, items):
        if self.wanted:
            items[:] = [item for item in items if item.nodeid in self.wanted]
            items.sort(key=lambda item: self.seconds.get(item.nodeid, 0.0))

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.red = self.red or report.nodeid

    def pytest_collectreport(self, report):
        if report.failed:
            self.red = self.red or report.nodeid


def _move_in(folder: Path, bytecode: bool) -> None:
    """This child works in the copy, alone in its process group, and says nothing."""
    os.setsid()
    os.chdir(folder)
    sys.path.insert(0, str(folder / "src"))
    sys.dont_write_bytecode = not bytecode
    os.environ |= {"PYTHONPATH": str(folder / "src"), "OMP_NUM_THREADS": "1", "CI": "true", "PYTHONUTF8": "1"}
    os.environ["MPLBACKEND"] = "Agg"
    log = os.open(folder / "log", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    for stream in (0, 1, 2):
        os.dup2(log, stream)


def _survey(folder: Path, answer: Path) -> None:
    import coverage

    _move_in(folder, bytecode=True)
    package = folder / "src" / "gradnotes"
    watch = coverage.Coverage(data_file=None, include=[f"{package}/*"], config_file=False)
    plugin = Survey(watch)
    watch.start()
    pytest.main([*QUIET, *UNITS, *WHOLE], plugins=[plugin])
    watch.stop()
    data, lines = watch.get_data(), {}
    for file in data.measured_files():
        found = data.contexts_by_lineno(file)
        lines[Path(file).relative_to(package).as_posix()] = {k: [c for c in found[k] if c] for k in found}
    answer.write_text(json.dumps({"lines": lines, "seconds": plugin.seconds, "red": plugin.red}), encoding="utf-8")


def _attempt(folder: Path, way: list[str], files: list[str], wanted: list[str], seconds: dict, answer: Path) -> None:
    _move_in(folder, bytecode=False)
    plugin = Chosen(seconds, wanted)
    code = pytest.main([*QUIET, "-x", *way, *files], plugins=[plugin])
    answer.write_text("" if code in (0, 5) else plugin.red or f"exit {code}", encoding="utf-8")  # 5: nothing to run
    os._exit(0)


def forked(target, seconds: float, answer: Path, *arguments) -> str | None:
    """What the child wrote into `answer`; None when it took more than `seconds`."""
    answer.unlink(missing_ok=True)
    child = server.Process(target=target, args=(*arguments, answer))
    child.start()
    child.join(seconds)
    if child.is_alive():
        with suppress(OSError):
            os.killpg(child.pid, signal.SIGKILL)
        child.kill()
        child.join()
        return None
    return answer.read_text(encoding="utf-8") if answer.exists() else "the process died"


class Net:
    """The tests and chapters that watch over a line."""

    def __init__(self, clean: Path, chapters: bool, survey: Path | None = None) -> None:
        start = time.monotonic()
        if survey and survey.exists():
            text = survey.read_text(encoding="utf-8")
        else:
            text = forked(_survey, 7200, survey or clean / "survey.json", clean)
        if not text or not text.startswith("{"):
            raise SystemExit(f"the tests do not run on a copy: {text}")
        self.lines, self.seconds, red = json.loads(text).values()
        watching = {test for lines in self.lines.values() for tests in lines.values() for test in tests}
        self.red = sorted(watching & set(red))
        print(f"{len(self.seconds)} tests watched in {time.monotonic() - start:.0f} s; red: {self.red or 'none'}")
        paths = sorted((clean / "notebooks").glob("[0-9][0-9]_*.ipynb")) if chapters else []
        self.lock, self.clean, self.chapter = threading.Lock(), clean, {}
        self.notebooks = {path.name: code(path) for path in paths}

    def tests(self, file: str, line: int) -> list[str]:
        """Those that execute the line; for what runs at import, those that execute anything of the file."""
        lines = self.lines.get(file, {})
        found = lines.get(str(line), []) or {test for some in lines.values() for test in some}
        return sorted(set(found) - set(self.red))

    def chapters(self, file: str) -> list[str]:
        """Those that import the module; of pictures, those that draw with this file."""
        noun = file.split("/")[0].removesuffix(".py")
        found = [name for name, text in self.notebooks.items() if noun in imported(text)]
        tree = ast.parse((self.clean / "src" / "gradnotes" / file).read_text(encoding="utf-8"))
        drawn = [n.name for n in tree.body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]
        if noun == "plotting":
            found = [name for name in found if any(re.search(rf"\b{d}\(", self.notebooks[name]) for d in drawn)]
        return [f"notebooks/{name}" for name in found]

    def verdict(self, file: str, line: int, text: str, folder: Path, stages: int | None = None) -> str:
        """Who notices that `file` reads `text` now: first its tests, then their whole files, then the chapters."""
        place, noun = folder / "src" / "gradnotes" / file, file.split("/")[0].removesuffix(".py")
        original, tests = place.read_text(encoding="utf-8"), self.tests(file, line)
        own = {f"tests/{path.name}" for path in (folder / "tests").glob(f"test_{noun}*.py")}
        files = sorted({test.split("::")[0] for test in tests})
        whole = sorted({*files, *own, f"src/gradnotes/{file}"})
        plan = [(UNITS, files, tests), (UNITS, whole, [])] + [(["--nbval"], [c], []) for c in self.chapters(file)]
        try:
            place.write_text(text, encoding="utf-8")
            for way, parts, wanted in plan[:stages]:
                red = self.trial(folder, way, parts, wanted) if parts else ""
                if red and not (way == ["--nbval"] and self.was_red(parts[0])):
                    return red
            return ""
        finally:
            place.write_text(original, encoding="utf-8")

    def trial(self, folder: Path, way: list[str], parts: list[str], wanted: list[str]) -> str:
        """What is red in these parts on this copy, or an empty string."""
        usual = sum(s for test, s in self.seconds.items() if test in wanted or test.split("::")[0] in parts)
        allowed = 600 if way == ["--nbval"] else 60 + 5 * usual
        without = [f"--deselect={test}" for test in self.red]
        red = forked(_attempt, allowed, folder / "red", folder, [*way, *without], parts, wanted, self.seconds)
        return "timeout" if red is None else red

    def was_red(self, chapter: str) -> bool:
        """Whether the chapter is red without any mutant: then it is no evidence."""
        with self.lock:
            if chapter not in self.chapter:
                self.chapter[chapter] = bool(self.trial(self.clean, ["--nbval"], [chapter], []))
                self.red += [chapter] * self.chapter[chapter]
        return self.chapter[chapter]


def code(notebook: Path) -> str:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def imported(text: str) -> set[str]:
    """Modules of gradnotes that a program imports."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "gradnotes":
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
    return found
