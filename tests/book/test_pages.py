"""The rendered book without a browser: pages, links, errors, what it would load from elsewhere."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote, urlsplit

import ledger
import pytest
import rendered

DOCUMENTS = rendered.toc()
PAGES = [rendered.page(document) for document in DOCUMENTS]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_page_exists_and_shows_no_error(document):
    text = rendered.page(document).read_text(encoding="utf-8")
    if document != "book/reference":  # examples of the API may show the error that they are about
        assert "Traceback (most recent call last)" not in text
    assert "traceback" not in re.findall(r'class="output ([a-z_ ]*)"', text)
    assert "<title>" in text and 'lang="en"' in text


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_inside_the_book_resolve(document):
    path = rendered.page(document)
    broken = []
    for tag, _, address in rendered.collect(path).addresses:
        parts = urlsplit(address)
        if tag != "a" or parts.scheme or parts.netloc or address.startswith("#__"):
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        target = target / "index.html" if target.is_dir() else target
        if not target.is_file() or (
            parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in rendered.collect(target).ids
        ):
            broken.append(address)
    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_nothing_is_loaded_from_elsewhere(document):
    loaded = [
        address
        for tag, name, address in rendered.collect(rendered.page(document)).addresses
        if tag in ("script", "img", "iframe", "source", "video") or (tag == "link" and name == "href")
        if urlsplit(address).netloc
    ]
    own = [address for address in loaded if ".github.io/" in address]  # the page's own canonical address
    assert sorted(set(loaded) - set(own)) == []


def test_every_settled_claim_links_to_its_cell():
    claims = rendered.collect(rendered.page("book/claims"))
    links = {address for tag, _, address in claims.addresses if tag == "a"}
    for row in ledger.claims().values():
        assert row["id"] in claims.ids
        for stem in row["evidence"]:
            assert f"../notebooks/{stem}.html#claim-{row['id']}" in links
            assert f"claim-{row['id']}" in rendered.collect(rendered.page(f"notebooks/{stem}")).ids


def test_every_erratum_has_an_anchor():
    assert {f"slip-{slip}" for slip in ledger.errata()} <= rendered.collect(rendered.page("book/errata")).ids


def test_formulas_come_from_the_book_itself():
    """Set at build time they need fonts only; where there was no Node, the pages bring MathJax along."""
    folder = rendered.HTML / "_static" / "mathjax"
    assert list((folder / "output" / "chtml" / "fonts" / "woff-v2").glob("*.woff"))
    assert (folder / "LICENSE.txt").is_file()
    if "<mjx-container" not in rendered.page("book/notation").read_text(encoding="utf-8"):
        assert (folder / "tex-chtml.js").is_file()
        extensions = folder / "input" / "tex" / "extensions"
        assert list(extensions.glob("*.js")), "without it one \\boldsymbol un-renders a page"
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) < 4e6


def test_signatures_of_the_api_are_real():
    text = rendered.page("book/reference").read_text(encoding="utf-8")
    assert "*args: Any" not in text and "unittest.mock" not in text
    for name in ("gradnotes.gain.StepModel", "gradnotes.proofs.certify", "gradnotes.report.stable"):
        assert f'id="{name}"' in text


def test_every_page_can_be_searched():
    text = (rendered.HTML / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(re.search(r"Search\.setIndex\((.*)\)", text, re.DOTALL).group(1))
    assert set(DOCUMENTS) <= set(index["docnames"])


def test_scripts_and_styles_are_loaded_once():
    for path in PAGES:
        scripts = [
            a.split("?")[0] for tag, name, a in rendered.collect(path).addresses if tag == "script" and name == "src"
        ]
        assert len(scripts) == len(set(scripts)), path.name
        assert not [s for s in scripts if "thebe" in s]
