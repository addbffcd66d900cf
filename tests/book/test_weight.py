"""How much a page loads, compressed: 1 MB for a chapter with fonts and formulas, 2 MB where figures are live."""

from __future__ import annotations

import gzip
from urllib.parse import unquote, urlsplit

import pytest
import rendered
from test_browser import visit

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]
CHAPTER, LIVE = 1_000_000, 2_000_000
PACKED = {".woff", ".woff2", ".png", ".jpg", ".jpeg", ".webp"}


def transferred(url: str) -> int:
    """What a compressing server sends for the file."""
    file = rendered.HTML / unquote(urlsplit(url).path).lstrip("/")
    data = file.read_bytes()
    return len(data) if file.suffix in PACKED else len(gzip.compress(data, 6))


def weight(browser, address, document) -> dict[str, int]:
    context, tab = visit(browser, "desktop", f"{address}/{document}.html")
    try:
        tab.keyboard.press("Tab")  # brings the live figures
        tab.evaluate("async () => { window.scrollTo(0, document.body.scrollHeight); await document.fonts.ready; }")
        tab.wait_for_load_state("networkidle")
        return {url: transferred(url) for url in dict.fromkeys(tab.asked) if url.startswith(address)}
    finally:
        context.close()


@pytest.mark.parametrize("document", rendered.toc())
def test_page_is_light(browser, address, document):
    parts = weight(browser, address, document)
    live = [url for url in parts if "/_static/live/" in url]
    assert not live or any("d3.min.js" in url for url in live), "the live figure was not weighed"
    allowed = LIVE if live else CHAPTER
    heaviest = sorted(parts.items(), key=lambda item: -item[1])[:5]
    assert sum(parts.values()) <= allowed, f"{sum(parts.values())} bytes, most of it {heaviest}"


def test_no_icon_library_and_no_formula_script():
    """What was dropped stays dropped: the icons are a font of a few glyphs, formulas are set at build time."""
    text = rendered.page("notebooks/05_gradient_descent").read_text(encoding="utf-8")
    assert "fontawesome" not in text
    if "mjx-container" in text:
        assert "tex-chtml.js" not in text
    icons = [p.stat().st_size for p in (rendered.HTML / "_static").glob("icons-*.woff")]
    assert icons and sum(icons) < 20_000
