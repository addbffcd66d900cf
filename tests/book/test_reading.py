"""What readers do: switch, point at a term, search without diacritics, open from a folder, read without scripts."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from html.parser import HTMLParser

import pytest
import rendered
from test_browser import FAULTY, OVERFLOW, UNRENDERED, VIEWS, draw, visit

sys.path.insert(0, str(rendered.ROOT / "tests" / "tools"))
import launch

in_browser = pytest.mark.browser
pytestmark = pytest.mark.filterwarnings("default")
CHAPTER = "notebooks/05_gradient_descent"
OPEN = "() => [...document.querySelectorAll('details.gn-beat')].map((box) => box.open)"


@in_browser
def test_the_switch_folds_and_unfolds_and_is_remembered(browser, address):
    context, tab = visit(browser, "mobile", f"{address}/{CHAPTER}.html")
    assert tab.evaluate(OPEN) and not any(tab.evaluate(OPEN))
    tab.click("[data-show=all]")
    assert all(tab.evaluate(OPEN)) and tab.get_attribute("[data-show=all]", "aria-pressed") == "true"
    tab.goto(f"{address}/notebooks/02_gain_function.html")
    assert all(tab.evaluate(OPEN))
    tab.focus("[data-show=main]")
    tab.keyboard.press("Enter")
    assert not any(tab.evaluate(OPEN))
    context.close()


@in_browser
def test_without_scripts_everything_is_shown(browser, address):
    context = browser.new_context(**VIEWS["desktop"], java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{address}/{CHAPTER}.html")
    assert tab.locator("details.gn-beat:not([open])").count() == 0
    assert tab.locator("details.gn-beat[open]").count() > 0
    assert not tab.locator(".gn-switch").is_visible()
    assert tab.locator("mjx-container").count() > 50
    context.close()


@in_browser
def test_a_term_tells_its_meaning(browser, address):
    context, tab = visit(browser, "desktop", f"{address}/{CHAPTER}.html")
    term = tab.locator("a.gn-term", has_text="learning rate").first
    term.hover()
    tip = tab.locator("[role=tooltip]")
    assert "tốc độ học" in tip.inner_text()
    there, here = tip.bounding_box(), term.bounding_box()
    assert min(abs(there["y"] - here["y"] - here["height"]), abs(there["y"] + there["height"] - here["y"])) < 8
    tab.keyboard.press("Escape")
    assert tip.count() == 0
    term.focus()
    assert term.get_attribute("aria-describedby") == tip.get_attribute("id")
    term.click()
    tab.wait_for_load_state()
    assert "glossary.html#term-learning-rate" in tab.url
    context.close()


@in_browser
@pytest.mark.parametrize("question", ["lan truyen nguoc", "lan truyền ngược", "backpropagation"])
def test_the_search_needs_no_diacritics(browser, address, question):
    context, tab = visit(browser, "desktop", f"{address}/search.html?q={question.replace(' ', '+')}")
    tab.wait_for_selector(".gn-found")
    found = tab.inner_text(".gn-found")
    assert "backpropagation" in found and "lan truyền ngược" in found
    tab.wait_for_selector("#search-results ul.search li")
    assert "Glossary" in tab.inner_text("#search-results")
    assert tab.complaints == []
    context.close()


@in_browser
def test_the_link_to_a_hub(browser, address):
    context, tab = visit(browser, "desktop", f"{address}/book/running.html?chapter=07_logistic_regression#your-own-hub")
    tab.fill("#gn-hub-address", "https://hub.example.edu/")
    link = tab.get_attribute(".gn-hub output a", "href")
    assert link.startswith("https://hub.example.edu/hub/user-redirect/git-pull?repo=https%3A%2F%2F")
    assert "07_logistic_regression.ipynb" in link and "GRADNOTES" not in link
    context.close()


@in_browser
def test_colours_are_chosen_and_remembered(browser, address):
    context, tab = visit(browser, "desktop", f"{address}/{CHAPTER}.html")
    theme = "() => document.documentElement.dataset.theme"
    assert tab.evaluate(theme) == "light"
    for _ in range(2):  # automatic, light, dark
        tab.click(".theme-switch-button:visible")
    assert tab.evaluate(theme) == "dark"
    tab.goto(f"{address}/book/intro.html")
    assert tab.evaluate(theme) == "dark"
    context.close()


@in_browser
def test_a_figure_leads_to_its_picture(browser):
    """From a folder and without scripts; the message of the figure stays the picture's own text."""
    context = browser.new_context(**VIEWS["mobile"], java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{rendered.HTML.as_uri()}/{CHAPTER}.html")
    link = tab.get_by_role("link", name="Enlarge figure 5.1", exact=True)
    assert len(tab.locator(".gn-picture", has=link).locator("img").get_attribute("alt")) > 30
    link.click()
    tab.wait_for_load_state()
    assert tab.url.endswith(".png")
    context.close()


@in_browser
def test_a_live_figure_moves_from_a_folder(browser):
    context, tab = visit(browser, "desktop", f"{rendered.HTML.as_uri()}/{CHAPTER}.html")
    if not (rendered.HTML / "_static" / "live" / "d3.min.js").is_file():
        pytest.skip("the book was built without npm: its live figures stand still")
    draw(tab)
    words = tab.inner_text("#live-descent output")
    tab.focus("#live-descent input[type=range]")
    tab.keyboard.press("End")
    assert tab.inner_text("#live-descent output") != words and tab.complaints == []
    context.close()


@in_browser
@pytest.mark.parametrize("document", ["book/intro", CHAPTER, "book/claims"])
def test_it_reads_from_a_folder(browser, document):
    """No server: ``file://``."""
    home = rendered.HTML.as_uri()
    context, tab = visit(browser, "mobile", f"{home}/{document}.html")
    try:
        assert [url for url in tab.asked if not url.startswith((home, "data:"))] == []
        assert tab.complaints == []
        assert tab.evaluate(UNRENDERED) == 0 and tab.evaluate(FAULTY) == 0 and tab.evaluate(OVERFLOW) <= 0
    finally:
        context.close()


@in_browser
def test_the_search_works_from_a_folder(browser):
    context, tab = visit(browser, "desktop", f"{rendered.HTML.as_uri()}/search.html?q=lan+truyen+nguoc")
    tab.wait_for_selector("#search-results ul.search li")
    assert tab.locator(".gn-found").count() == 1
    assert tab.complaints == []
    context.close()


@in_browser
def test_nothing_is_cut_in_print(browser, address):
    context, tab = visit(browser, "desktop", f"{address}/{CHAPTER}.html")
    tab.set_viewport_size({"width": 680, "height": 900})
    tab.emulate_media(media="print")
    cut = "[...document.querySelectorAll('.bd-article pre')].filter((b) => b.scrollWidth > b.clientWidth + 1).length"
    assert tab.evaluate(cut) == 0
    context.close()


class Ids(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids = Counter()

    def handle_starttag(self, tag, attrs):
        self.ids.update(value for name, value in attrs if name == "id")


@pytest.mark.parametrize("document", rendered.toc())
def test_ids_stand_once(document):
    parser = Ids()
    parser.feed(rendered.page(document).read_text(encoding="utf-8"))
    assert [name for name, count in parser.ids.items() if count > 1] == []


@pytest.mark.parametrize("document", [d for d in rendered.toc() if d.startswith("notebooks/")])
def test_chapter_has_its_line_and_its_buttons(document):
    text = rendered.page(document).read_text(encoding="utf-8")
    assert 'class="gn-bar"' in text and " minutes</span>" in text and "lectures.html" in text
    stem = document.split("/")[1]
    assert f"/blob/{launch.BRANCH}/notebooks/{stem}.ipynb" in text, "Colab opens the copy with the install cell"
    assert f"urlpath=lab/tree/notebooks/{stem}.ipynb" in text
    assert f"running.html?chapter={stem}#your-own-hub" in text


def test_every_formula_carries_mathml():
    text = rendered.page(CHAPTER).read_text(encoding="utf-8")
    if "mjx-container" not in text:
        pytest.skip("formulas are set in the browser in this build: there is no Node here")
    assert text.count("<mjx-container") == text.count("<math ") > 50


def test_the_map_shows_every_chapter():
    text = rendered.page("book/intro").read_text(encoding="utf-8")
    chapters = [d for d in rendered.toc() if d.startswith("notebooks/")]
    assert text.count('class="gn-node') == len(chapters)
    assert 'role="group" aria-label="Map of the book' in text
    for document in chapters:
        assert text.count(f'href="../{document}.html"') >= 3, "in the sidebar, on the map, in the list below it"


@pytest.mark.parametrize("document", [d for d in rendered.toc() if d.startswith("notebooks/")])
def test_pictures_can_be_enlarged_and_formulas_keep_their_full_stop(document):
    text = rendered.page(document).read_text(encoding="utf-8")
    article = text[text.index("<article") : text.index("</article>")]
    links = re.findall(r'<a class="gn-enlarge" href="([^"]+)" aria-label="Enlarge ([^"]+)">', article)
    assert len(links) == len(re.findall(r"<img [^>]*_images/", article)) > 0
    assert all((rendered.page(document).parent / href).is_file() for href, _ in links)
    numbered = {name for _, name in links if name.startswith("figure ")}
    assert len(numbered) == article.count('class="caption-number">Fig.')
    loose = re.findall(r"(?:</mjx-container>|\\\))\s*</span>[.,;:!?)](?!\S*</span>)", article)
    assert loose == [], "a line could end between a formula and its full stop"


def test_site_has_its_furniture():
    assert (rendered.HTML / "sitemap.xml").is_file()
    text = rendered.page("book/intro").read_text(encoding="utf-8")
    assert 'property="og:image"' in text and "_static/card.png" in text and 'rel="icon"' in text
    lost = (rendered.HTML / "404.html").read_text(encoding="utf-8")
    home = re.search(r'<link rel="canonical" href="https://[^/]+(/[^"]*)book/intro.html"', text)[1]
    assert f'href="{home}book/lectures.html"' in lost and f'action="{home}search.html"' in lost


@pytest.mark.parametrize("document", rendered.toc())
def test_head_is_said_once(document):
    text = rendered.page(document).read_text(encoding="utf-8")
    head = text[: text.index("</head>")]
    scripts = re.findall(r"<script[^>]*>[^<]*</script>", head)
    assert head.count('name="viewport"') == 1
    assert len(scripts) == len(set(scripts)) and head.count('rel="stylesheet"') == 1


def test_the_description_keeps_its_terms():
    """Links to the glossary stay words where tags are stripped."""
    assert "whether a learning rate converges" in rendered.page(CHAPTER).read_text(encoding="utf-8").split("</head>")[0]


def test_binder_gets_the_pinned_environment():
    folder = rendered.ROOT / ".binder"
    project = (rendered.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lowest = re.search(r'requires-python = ">=([\d.]+)"', project)[1]
    assert (folder / "runtime.txt").read_text(encoding="utf-8").strip() == f"python-{lowest}"
    assert "-r ../requirements.txt" in (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()


def test_the_install_cell_comes_first_and_changes_nothing_else():
    notebook = {"cells": [{"cell_type": "markdown", "source": ["# A"]}], "metadata": {}, "nbformat": 4}
    copy = launch.prepared(notebook, "https://example.org/a/b")
    assert json.dumps(notebook) == json.dumps({**copy, "cells": copy["cells"][1:]})
    first = "".join(copy["cells"][0]["source"])
    assert first.index("find_spec") < first.index("%pip") and "git+https://example.org/a/b" in first
