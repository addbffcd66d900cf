"""The rendered book in a real browser: formulas, requests, console, width, accessibility, every page in three views."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import rendered

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]
VIEWS = {
    "desktop": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "mobile": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
}
UNRENDERED = """() => [...document.querySelectorAll('.math')].filter(m => !m.querySelector('mjx-container')).length"""
FAULTY = (
    """() => [...document.querySelectorAll('mjx-merror, mjx-mstyle[style*="color: red"], [data-mjx-error]')].length"""
)
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNFOLD = """() => {
  document.querySelectorAll('details').forEach((box) => { box.open = true; });
  document.querySelectorAll('button.toggle-button-hidden').forEach((button) => button.click());
}"""
UNFADE = """() => document.getAnimations().forEach((one) => {
  if (one.timeline === document.timeline) one.finish();
})"""
# formulas whose full stop stands on the next line
PARTED = """() => [...document.querySelectorAll('.bd-article span.math')].filter((formula) => {
  const text = formula.nextSibling;
  if (!text || text.nodeType !== 3 || !/^[.,;:!?)]/.test(text.data) || !formula.offsetParent) return false;
  const sign = document.createRange(); sign.setStart(text, 0); sign.setEnd(text, 1);
  return sign.getBoundingClientRect().top >= formula.getBoundingClientRect().bottom - 1;
}).map((formula) => formula.textContent.slice(0, 60))"""
# code of at most 100 signs that does not fit its box
NARROW = """() => [...document.querySelectorAll('.bd-article .cell_input pre')].filter((box) =>
  box.scrollWidth > box.clientWidth + 1
  && Math.max(...box.textContent.split('\\n').map((line) => line.length)) <= 100).map((box) => box.textContent)"""
AXE = Path(__file__).parents[1] / "tools" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = rendered.ROOT / "_build" / "screenshots"


def visit(browser, view, url):
    """Open a page; return it with what it asked for and complained about."""
    context = browser.new_context(**VIEWS[view])
    tab = context.new_page()
    tab.asked, tab.complaints = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("console", lambda message: tab.complaints.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.goto(url)
    tab.wait_for_load_state("networkidle")
    tab.evaluate("() => window.MathJax && MathJax.startup ? MathJax.startup.promise.then(() => 1) : 1")
    if "404" not in url:  # that page has no scripts
        tab.wait_for_function("() => 'reachable' in document.documentElement.dataset")  # the last thing our scripts do
    return context, tab


def draw(tab):
    """Come near every live figure, and wait until it is drawn."""
    tab.wait_for_function("""() => {
        const left = [...document.querySelectorAll('figure.gn-live')].filter((figure) => !figure.live);
        if (left.length && document.querySelector('script[data-parts]')) {
            left[0].scrollIntoView({behavior: 'instant'});
            return false;
        }
        return true;
    }""")


def unfold(tab):
    """Open whatever is folded, and wait until our scripts have seen it."""
    tab.evaluate(UNFOLD)
    draw(tab)
    tab.evaluate("() => { scrollTo(0, 0); dispatchEvent(new Event('resize')); }")
    tab.wait_for_timeout(200)
    tab.evaluate(UNFADE)  # half faded, colours are pale
    if "404" not in tab.url:
        tab.wait_for_function("() => 'reachable' in document.documentElement.dataset")


PAGES = [*rendered.toc(), "search", "search.html?q=lan+truyen+nguoc", "genindex", "py-modindex", "prf-prf", "404"]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("document", PAGES)
def test_page_reads_well(browser, address, document, view):
    """First as it comes, then with everything unfolded, since axe skips what is hidden."""
    context, tab = visit(browser, view, f"{address}/{document}" + ".html" * (".html" not in document))
    try:
        assert [url for url in tab.asked if not url.startswith((address, "data:"))] == [], "a request left the book"
        assert tab.complaints == []
        assert tab.evaluate(UNRENDERED) == 0, "formulas were not rendered"
        assert tab.evaluate(FAULTY) == 0, "formulas with errors"
        assert tab.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"
        SHOTS.mkdir(parents=True, exist_ok=True)
        tab.screenshot(path=SHOTS / f"{document.split('?')[0].replace('/', '-')}-{view}.png")
        unfold(tab)
        assert tab.evaluate(OVERFLOW) <= 0, "unfolded, the page scrolls sideways"
        assert tab.evaluate(PARTED) == [], "a line ends between a formula and its full stop"
        assert view == "mobile" or tab.evaluate(NARROW) == [], "code of 100 signs is cut"
        faults = axe(tab)
        assert faults == [], json.dumps(faults, indent=1)[:4000]
    finally:
        context.close()


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_in_what_opens(browser, address, view):
    """Menus, the search field, a definition and the sidebars, while open; what they lie over is smaller then."""
    covered = ("target-size",)
    context, tab = visit(browser, view, f"{address}/notebooks/05_gradient_descent.html")
    try:
        for opened in (".dropdown-launch-buttons > button", ".dropdown-download-buttons > button"):
            tab.click(opened)
            assert tab.locator(opened).get_attribute("aria-expanded") == "true"
            faults = axe(tab, covered)
            tab.keyboard.press("Escape")
            assert faults == [], json.dumps(faults, indent=1)[:4000]
        tab.keyboard.press("Control+k")
        assert tab.evaluate("() => document.activeElement.name") == "q" and axe(tab, covered) == []
        tab.keyboard.press("Escape")
        tab.focus("a.gn-term")
        assert tab.locator("[role=tooltip]").count() == 1 and axe(tab, covered) == []
        if view == "mobile":
            tab.click(".primary-toggle")
            tab.wait_for_timeout(600)
            assert tab.locator(".bd-sidebar-primary").is_visible() and axe(tab, covered) == []
    finally:
        context.close()


def test_axe_would_notice(browser, address):
    """A picture without a text, a pale line, in a folded section too."""
    context, tab = visit(browser, "desktop", f"{address}/book/notation.html")
    tab.evaluate("""() => document.querySelector('.bd-article').insertAdjacentHTML('beforeend',
        '<details><summary>more</summary><img src="../_static/card.png" style="width:9px">'
        + '<p style="color:#ccc;background:#fff">pale</p><p style="color:#666;background:#fff">less pale</p>'
        + '</details>')""")
    assert axe(tab) == []
    unfold(tab)
    assert {fault["rule"] for fault in axe(tab)} == {"image-alt", "color-contrast", "color-contrast-enhanced"}
    context.close()


def test_a_parted_formula_and_narrow_code_would_be_noticed(browser, address):
    context, tab = visit(browser, "mobile", f"{address}/notebooks/05_gradient_descent.html")
    tab.add_style_tag(content=".gn-joined { white-space: normal !important; }")
    unfold(tab)
    parted = []
    for width in range(360, 760, 20):
        tab.set_viewport_size({"width": width, "height": 844})
        parted += tab.evaluate(PARTED)
    assert parted != []
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.add_style_tag(content=".bd-article .cell_input pre { font-size: .9rem !important; }")
    assert tab.evaluate(NARROW) != []
    context.close()


def axe(tab, without=()) -> list[dict]:
    """What axe-core finds, every rule, also those it has to be asked for; one entry for each violated rule."""
    if not AXE.is_file():
        if os.environ.get("CI"):
            pytest.fail(f"axe-core is not here ({AXE.name}): run `npm ci` in tests/tools", pytrace=False)
        return []
    if not tab.evaluate("() => 'axe' in window"):
        tab.add_script_tag(path=str(AXE))
    found = tab.evaluate(
        "() => axe.run(document, {resultTypes: ['violations'],"
        " rules: Object.fromEntries(axe.getRules().map((rule) => [rule.ruleId, {enabled: true}]))})"
    )
    return [
        {"rule": v["id"], "help": v["help"], "where": [n["target"] for n in v["nodes"]][:4]}
        for v in found["violations"]
        if v["id"] not in without
    ]


def test_an_unrendered_formula_would_be_noticed(browser, address):
    context, tab = visit(browser, "desktop", f"{address}/book/notation.html")
    tab.evaluate("() => document.querySelector('mjx-container').remove()")
    assert tab.evaluate(UNRENDERED) == 1
    context.close()


def test_a_request_that_leaves_would_be_noticed(browser, address):
    context, tab = visit(browser, "desktop", f"{address}/book/notation.html")
    tab.route("**/*", lambda route: route.abort())
    tab.evaluate("() => fetch('http://192.0.2.1/').catch(() => 0)")
    assert [url for url in tab.asked if not url.startswith((address, "data:"))] == ["http://192.0.2.1/"]
    context.close()


def test_the_filter_of_the_claims_counts(browser, address):
    context, tab = visit(browser, "desktop", f"{address}/book/claims.html")
    tab.select_option("select[data-filter=source]", "001")
    assert tab.inner_text(".gn-filter output") == "69 of 328 rows"
    context.close()


def test_a_link_to_a_claim_opens_its_section(browser, address):
    """A claim inside a folded section: following the link unfolds it."""
    context, tab = visit(browser, "desktop", f"{address}/notebooks/01_learning_by_gradients.html")
    anchor = tab.evaluate("() => document.querySelector('details.gn-beat a.gn-mark[id]').id")
    tab.goto(f"{address}/notebooks/01_learning_by_gradients.html#{anchor}")
    tab.wait_for_timeout(300)
    assert tab.evaluate(f"() => document.getElementById('{anchor}').closest('details').open")
    context.close()


SKIPPED = """() => [...document.querySelectorAll('.bd-article > section > section')]
    .filter((s) => !s.firstElementChild.checkVisibility({contentVisibilityAuto: true})).length"""
TOP = "(id) => document.getElementById(id).getBoundingClientRect().top"


def test_a_phone_lays_out_far_sections_later(browser, address):
    """While the page comes they wait; then their heights are known; a jump lands in either state."""
    context = browser.new_context(**VIEWS["mobile"])
    tab = context.new_page()
    tab.add_init_script("window.requestIdleCallback = (work) => { (window.later ??= []).push(work); };")
    page = f"{address}/notebooks/03_sharpness_and_noise.html"
    tab.goto(page)
    click = "(id) => document.querySelector(`.bd-toc-nav a[href='#${id}']`).click()"
    height = "() => document.querySelector('.bd-article').offsetHeight"
    first, last = tab.evaluate(
        "() => [1, -2].map((k) => [...document.querySelectorAll('.bd-toc-nav a[href^=\"#\"]')].at(k).hash.slice(1))"
    )
    rough = tab.evaluate(height)
    assert tab.evaluate(SKIPPED) > 5
    for _ in range(4):
        tab.evaluate("() => later.splice(0).forEach((work) => work({timeRemaining: () => 50}))")
    guess, far = tab.evaluate(height), tab.evaluate(SKIPPED)
    for anchor in (last, first, last):
        tab.evaluate(click, anchor)
        tab.wait_for_timeout(2500)  # the page glides there
        assert 0 < tab.evaluate(TOP, anchor) < 150
    tab.evaluate("() => document.documentElement.classList.add('gn-whole')")
    exact = tab.evaluate(height)
    assert far > 5 and abs(guess - exact) < 0.02 * exact < 0.04 * exact < abs(rough - exact)
    tab.goto("about:blank")
    tab.goto(page)
    assert tab.evaluate(SKIPPED) > 5
    tab.evaluate(click, last)
    tab.wait_for_timeout(2500)
    assert tab.evaluate(SKIPPED) == 0 and 0 < tab.evaluate(TOP, last) < 150
    context.close()


@pytest.mark.parametrize("view", ["mobile", "desktop"])
def test_a_link_from_elsewhere_lands_at_its_section(browser, address, view):
    page = f"{address}/notebooks/03_sharpness_and_noise.html"
    context, tab = visit(browser, view, page)
    anchor = tab.evaluate("() => [...document.querySelectorAll('.bd-toc-nav a[href^=\"#\"]')].at(-2).hash.slice(1)")
    context.close()
    context, tab = visit(browser, view, f"{page}#{anchor}")
    tab.wait_for_timeout(300)
    assert -5 <= tab.evaluate(TOP, anchor) <= 100
    context.close()


def test_what_goes_on_to_the_right_fades_until_its_end(browser, address):
    context, tab = visit(browser, "mobile", f"{address}/notebooks/05_gradient_descent.html")
    fade = "() => getComputedStyle(document.querySelector('.bd-article pre[data-reach]')).getPropertyValue('--gn-fade')"
    assert tab.evaluate(fade) == "40px"
    tab.evaluate("() => { const box = document.querySelector('.bd-article pre[data-reach]'); box.scrollLeft = 1e4; }")
    tab.wait_for_timeout(200)
    assert tab.evaluate(fade) == "0px"
    context.close()
