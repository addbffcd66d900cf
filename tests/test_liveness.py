"""The net is alive: what is spoiled on a copy turns it red, and a part that is switched off is missed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import corrupt
import guard
import ledger
import pictures
import pytest

ROOT = ledger.ROOT
STEMS = [path.stem for path in ledger.chapter_files()]
PACKAGE = ROOT / "src" / "gradnotes"


def run(arguments: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess:
    env = {**os.environ, "PYTHONPATH": environment.pop("PYTHONPATH", ""), **environment}
    env.pop("PYTEST_XDIST_WORKER", None)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, encoding="utf-8", timeout=900)


def workshop(folder: Path) -> Path:
    """A copy of what the suite needs, without the book and without what was built."""
    for name in ("tests", "src", "book/_ext"):
        shutil.copytree(
            ROOT / name,
            folder / name,
            ignore=shutil.ignore_patterns("node_modules", "__pycache__", "*.egg-info", "_out"),
        )
    for name in ("pyproject.toml", "book/claims.yml", "book/errata.yml"):
        shutil.copyfile(ROOT / name, folder / name)
    (folder / "notebooks").mkdir()
    shutil.copyfile(ROOT / "notebooks" / "conftest.py", folder / "notebooks" / "conftest.py")
    return folder


def store(folder: Path, stem: str, notebook: dict) -> str:
    (folder / "notebooks" / f"{stem}.ipynb").write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    return f"notebooks/{stem}.ipynb"


def failing_cells(done: subprocess.CompletedProcess) -> set[int]:
    return {int(k) for k in re.findall(r"^FAILED \S+::Cell (\d+)", done.stdout, re.M)}


def chapter(stem: str) -> dict:
    return json.loads((ROOT / "notebooks" / f"{stem}.ipynb").read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("stem", STEMS)
def test_a_wrong_number_and_a_stale_picture_turn_it_red(stem, tmp_path):
    notebook = chapter(stem)
    number, what = corrupt.corrupt_number(notebook, stem)
    picture, _ = corrupt.corrupt_picture(notebook, stem, other_than=number)
    folder = workshop(tmp_path)
    done = run(["--nbval", store(folder, stem, notebook)], folder)
    assert done.returncode == 1, done.stdout[-3000:]
    assert failing_cells(done) == {number, picture}, f"{what}, cells {number} and {picture}:\n{done.stdout[-3000:]}"


@pytest.mark.slow
@pytest.mark.parametrize("stem", STEMS)
def test_a_turned_sign_turns_it_red(stem, tmp_path):
    """One sign of the source, drawn for the chapter; the unit tests of its module or the chapter must notice it."""
    notebook = chapter(stem)
    missed = sign_is_noticed(notebook, stem, *corrupt.drawn_sign(stem, notebook, PACKAGE), tmp_path / "copy")
    assert not missed, f"nobody noticed {missed}"


def sign_is_noticed(notebook: dict, stem: str, file: Path, k: int, folder: Path) -> str:
    """Turn sign k of the file on a copy, run its unit tests, then the chapter: empty if red, else what was missed."""
    folder.mkdir()
    workshop(folder)
    copy = folder / "src" / file.relative_to(ROOT / "src")
    text = copy.read_text(encoding="utf-8")
    spoiled = corrupt.flip(text, corrupt.signs(text)[k])
    old, new = next(pair for pair in zip(text.splitlines(), spoiled.splitlines(), strict=True) if pair[0] != pair[1])
    copy.write_text(spoiled, encoding="utf-8")
    noun = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
    uses = re.compile(rf"import {noun}\b|gradnotes\.{noun}\b")
    units = sorted(
        str(path.relative_to(folder))
        for path in (folder / "tests").glob("test_*.py")
        if path.stem.startswith(f"test_{noun}") or uses.search(path.read_text(encoding="utf-8"))
    )
    where = {"PYTHONPATH": str(folder / "src")}
    done = run(["-x", "-m", "not slow and not browser", *units], folder, **where)
    if done.returncode == 0:
        done = run(["-x", "--nbval", store(folder, stem, notebook)], folder, **where)
    return "" if done.returncode == 1 else f"{file.name}: {old.strip()!r} -> {new.strip()!r}"


def small(number: str = "0.6667") -> dict:
    """A notebook of two cells: a number and a picture."""
    draw = "from gradnotes import plotting\nfig, ax = plotting.subplots()\nax.plot([0, 1, 0])\nplotting.show(fig)"
    return {
        "cells": [
            _code(
                "from gradnotes import report\nreport.show('two thirds', 2 / 3)", 1, {"text": f"two thirds: {number}\n"}
            ),
            _code(draw, 2, None),
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _code(text, count, stream):
    outputs = [{"output_type": "stream", "name": "stdout", **stream}] if stream else []
    place = {"cell_type": "code", "id": f"c{count}", "metadata": {}, "execution_count": count}
    return {**place, "outputs": outputs, "source": text}


@pytest.fixture(scope="module")
def right():
    """The small notebook with its true picture."""
    import base64

    from gradnotes.plotting.style import png, subplots

    fig, ax = subplots()
    ax.plot([0, 1, 0])
    notebook = small()
    data = {"image/png": base64.b64encode(png(fig)).decode(), "text/plain": "<figure>"}
    notebook["cells"][1]["outputs"] = [{"output_type": "display_data", "data": data, "metadata": {}}]
    return notebook


@pytest.mark.slow
def test_switching_off_the_comparator_is_noticed(right, tmp_path):
    folder = workshop(tmp_path)
    good = run(["--nbval", store(folder, "right", right)], folder)
    assert good.returncode == 0, good.stdout[-2000:]
    wrong = json.loads(json.dumps(right))
    wrong["cells"][0]["outputs"][0]["text"] = "two thirds: 0.6668\n"
    path = store(folder, "wrong", wrong)
    assert failing_cells(run(["--nbval", path], folder)) == {0}
    assert failing_cells(run(["--nbval", "--nbval-lax", path], folder)) == set(), (
        "lax mode is what this suite must not use"
    )


@pytest.mark.slow
def test_switching_off_the_picture_comparison_is_noticed(right, tmp_path):
    folder = workshop(tmp_path)
    wrong = json.loads(json.dumps(right))
    corrupt.corrupt_picture(wrong, "right")
    path = store(folder, "wrong", wrong)
    assert failing_cells(run(["--nbval", path], folder)) == {1}
    tolerant = folder / "tests" / "tools" / "pictures.py"
    tolerant.write_text(tolerant.read_text().replace(f"LEVELS = {pictures.LEVELS}", "LEVELS = 256"))
    assert failing_cells(run(["--nbval", path], folder)) == set()
    (folder / "notebooks" / "conftest.py").unlink()
    assert failing_cells(run(["--nbval", path], folder)) == set(), "plain nbval ignores pictures"


@pytest.mark.slow
def test_a_stripped_notebook_passes_nbval_but_not_the_guard(right, tmp_path):
    folder = workshop(tmp_path)
    stripped = json.loads(json.dumps(right))
    for cell in stripped["cells"]:
        cell["execution_count"], cell["outputs"] = None, []
    assert run(["--nbval", store(folder, "stripped", stripped)], folder).returncode == 0
    assert guard.problems(stripped, "stripped")


@pytest.mark.slow
def test_a_dead_kernel_is_reported_quickly_and_by_name(right, tmp_path):
    folder = workshop(tmp_path)
    dying = json.loads(json.dumps(right))
    dying["cells"][0]["source"] = "import os\nos._exit(1)"
    done = run(["--nbval", store(folder, "dying", dying), "--durations=1"], folder)
    assert done.returncode == 1 and "the kernel died" in done.stdout
    assert float(re.search(r"in (\d+\.\d+)s", done.stdout).group(1)) < 30


def test_pictures_tolerate_noise_and_refuse_a_moved_curve(right):
    import base64
    import io

    import numpy as np
    from PIL import Image

    stored = right["cells"][1]["outputs"][0]["data"]["image/png"]
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(stored))).convert("RGB")).astype(int)
    noise = np.random.default_rng(0).integers(-12, 13, pixels.shape)

    def encoded(array):
        out = io.BytesIO()
        Image.fromarray(np.clip(array, 0, 255).astype("uint8")).save(out, "PNG")
        return base64.b64encode(out.getvalue()).decode()

    assert pictures.same_picture(stored, encoded(pixels + noise))
    assert not pictures.same_picture(stored, encoded(np.roll(pixels, 3, axis=0)))
    assert not pictures.same_picture(stored, encoded(pixels[:-2]))
    one_percent = pictures.share_of(["hide-input", "pixels:1"])
    assert one_percent == 0.01 and pictures.share_of(["hide-input"]) == pictures.SHARE
    dots = pixels.copy()
    dots[:50, : pixels.shape[0] * pixels.shape[1] // 10_000] = 0  # half a per cent of all pixels
    assert pictures.picture(encoded(dots)) != pictures.picture(stored)
    assert pictures.picture(encoded(dots), one_percent) == pictures.picture(stored)
    assert pictures.picture(encoded(255 - pixels), one_percent) != pictures.picture(stored)


def test_the_patched_names_of_nbval_exist():
    """The net patches nbval 0.11.0; another version must be looked at first."""
    from importlib.metadata import version

    import nbval.kernel
    import nbval.plugin

    assert version("nbval") == "0.11.0"
    assert callable(nbval.plugin.IPyNbCell.compare_outputs) and callable(nbval.kernel.RunningKernel.await_reply)


def test_a_flipped_sign_is_flipped_once():
    text = "def f(x, y):\n    # a - b\n    return x - y + 1\n"
    sites = corrupt.signs(text)
    assert [corrupt.flip(text, site).splitlines()[2].strip() for site in sites] == [
        "return x - y - 1",
        "return x + y + 1",
    ]
