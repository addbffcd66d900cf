"""The project's own promises: pins, one address, no machine in it, languages, headings of the sources."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import unicodedata
from pathlib import Path

import ledger
import pytest
import yaml

ROOT = ledger.ROOT
# Calques that spoiled another translation: "propaganda", "function of injury", "dozens" for tensors, ...
CALQUES = ("tuyên truyền", "chức năng mất", "chức năng tổn thất", "chức năng kích hoạt", "hàng chục chiều", "bỏ học")


def tracked() -> list[Path]:
    """Text files of the project, also the ones not yet committed, without what git ignores."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout: the files of the project cannot be listed")
    suffixes = {".py", ".md", ".yml", ".toml", ".ipynb", ".txt", ".cff", ".css", ".js", ".bib", ".html", ".json", ""}
    paths = [ROOT / name for name in done.stdout.splitlines()]
    return [path for path in paths if path.suffix in suffixes and path.is_file()]


def prose() -> dict[Path, str]:
    """Everything a reader sees as text: pages and notebooks."""
    pages = [*sorted((ROOT / "book").glob("*.md")), *ledger.chapter_files(), ROOT / "README.md"]
    return {path: path.read_text(encoding="utf-8") for path in pages}


@pytest.mark.parametrize("name", ["requirements.txt", "book/requirements.txt"])
def test_every_requirement_is_pinned_exactly(name):
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    wanted = [line for line in lines if line and not line.startswith("-")]
    assert [line for line in wanted if not re.fullmatch(r"[\w.\-]+==[\w.]+", line)] == []


def test_requirements_end_with_the_package_and_include_the_book():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8").strip()
    assert text.endswith("-e .") and "-r book/requirements.txt" in text and "torch==2.13.0" in text
    assert "torch" not in (ROOT / "book" / "requirements.txt").read_text(encoding="utf-8").split("# What it takes")[0]
    book = (ROOT / "book" / "requirements.txt").read_text(encoding="utf-8")
    assert "sphinx-book-theme==1.1.4" in book and not re.search(r"^torch", book, re.M)


def test_the_repository_is_named_once():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    owner_and_name = config["repository"]["url"].removeprefix("https://github.com/")
    assert "html_theme_options" not in config["sphinx"]["config"], "it would replace the generated buttons"
    holders = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.name != Path(__file__).name and owner_and_name in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert holders == ["_config.yml"]


def test_no_machine_path_in_any_file():
    pattern = re.compile(r"(?<![\w.:/])/(?:work|root|home|Users)/[\w.]|ipykernel_\d{2,}")
    allowed = {"tests/tools/guard.py", "tests/test_notebooks.py", "tests/test_project.py"}
    found = {}
    for path in tracked():
        name = str(path.relative_to(ROOT))
        hits = pattern.findall(path.read_text(encoding="utf-8", errors="replace"))
        if hits and name not in allowed:
            found[name] = hits[:3]
    assert found == {}


def test_only_the_ci_script_reads_beside_the_checkout():
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8", errors="replace") for path in tracked()}
    assert {name for name, text in texts.items() if "../shared" in text} <= {".ci/run", "tests/test_project.py"}


def test_no_third_party_or_data_file_is_committed():
    names = [path.name for path in tracked()]
    assert "parkinsons.data" not in names
    assert not [name for name in names if name.endswith((".min.js", ".woff", ".woff2", ".ttf", ".map"))]


@pytest.mark.parametrize("path", list(prose()), ids=lambda path: path.name)
def test_text_is_nfc_and_free_of_calques(path):
    text = prose()[path]
    assert unicodedata.is_normalized("NFC", text)
    assert [word for word in CALQUES if word in text.lower()] == []


def test_glossary_has_eighty_entries_with_the_variants_of_the_sources():
    text = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    entries = re.findall(r"^(\S.*)\n  \S", text.split("```{glossary}")[1], re.M)
    assert len(entries) >= 80 and len(set(entries)) == len(entries)
    for variant in (
        "hàm thất thoát", "hàm mất mát", "tỉ lệ học", "tốc độ học", "luồng gradient", "hạ gradient", "tiêu biến",
        "suy giảm", "phụ trợ", "tiếp tuyến", "mầm", "độ sắc", "hàm thu thập",
    ):  # fmt: skip
        assert variant in text


def test_every_heading_of_the_sources_is_listed_in_order():
    headings = yaml.safe_load((ROOT / "tests" / "headings.yml").read_text(encoding="utf-8"))
    text = (ROOT / "book" / "lectures.md").read_text(encoding="utf-8")
    listed = [row.split(" | ")[0].strip("| ") for row in re.findall(r"^\| .+ \|$", text, re.M)]
    listed = [row for row in listed if row != "đề mục trong tài liệu"]
    assert listed == [heading.replace("|", "/") for source in sorted(headings) for heading in headings[source]]


def test_the_map_says_what_the_chapters_say_they_need():
    named = {"09": {"05"}, "17": {"14", "16"}, "18": {"04"}}  # in the same line, but not as needed
    text = (ROOT / "book" / "_ext" / "charts.py").read_text(encoding="utf-8")
    needs = ast.literal_eval(re.search(r"^BUILDS_ON = (\{.*?^\})", text, re.M | re.S)[1])
    for path in ledger.chapter_files():
        number, cells = path.stem[:2], json.loads(path.read_text(encoding="utf-8"))["cells"]
        line = re.search(r"\*\*Before you start.*", "".join(cells[0]["source"]))
        linked = re.findall(r"\]\((\d\d)_", line[0]) if line else []
        assert set(linked) - named.get(number, set()) == set(needs[number]), path.stem
        assert all(other < number for other in needs[number])


def test_chapter_titles_carry_the_vietnamese_name():
    for path in ledger.chapter_files():
        assert "Tiếng Việt:" in path.read_text(encoding="utf-8")[:6000], path.stem


def test_the_workflow_does_what_ci_does():
    workflow = (ROOT / ".github" / "workflows" / "book.yml").read_text(encoding="utf-8")
    assert "bash .ci/run" in workflow and "windows-latest" in workflow and "macos-latest" in workflow
    assert all(version in workflow for version in ('"3.11"', '"3.12"', '"3.13"'))
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.index("make test") < script.index("make verify")


def test_readme_says_what_it_is_not_and_how_to_cite():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    parts = ("Huge and Savine", "2005.02347", "make book", "make test", "GRADNOTES_DEVICE", "How to cite", "Tìm bài")
    assert [part for part in parts if part not in text] == []
    assert text.index("What it is not") < text.index("## Two commands"), "on the first screen"


def test_the_cover_is_drawn_by_the_notes():
    """The committed picture is what the package draws today."""
    import base64

    import cover
    import pictures

    stored = base64.b64encode(cover.COVER.read_bytes()).decode()
    assert pictures.same_picture(stored, base64.b64encode(cover.cover()).decode())
