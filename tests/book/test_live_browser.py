"""The live figures in a real browser: they show the package's numbers, by mouse, by keyboard and without scripts.

Each `check_*` reads a page and raises when a number is wrong; the mutation tests change one stored number, or one
sign of a script, on its way to the browser and expect the same check to refuse the page.
"""

from __future__ import annotations

import gzip
import json
import math
import os
import random
import re

import live as extension
import pytest
import rendered
from test_browser import OVERFLOW, VIEWS, axe, draw, visit

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]
FOLDER = rendered.HTML / "_static" / "live"
NAMES = list(extension.FIGURES)
INLINE = re.compile(r'(<script type="application/json">)(.*?)(</script>)', re.DOTALL)


@pytest.fixture(scope="module", autouse=True)
def libraries():
    if not (FOLDER / "d3.min.js").is_file():
        if extension.node_command() is None and not os.environ.get("CI"):
            pytest.skip("the book was built without npm: its live figures stand still")
        pytest.fail("the libraries of the live figures were not copied: run `make book`", pytrace=False)


def home(name: str) -> str:
    """The page that carries the figure, relative to the built book."""
    for path in sorted(rendered.HTML.rglob("*.html")):
        if f'id="live-{name}"' in path.read_text(encoding="utf-8"):
            return path.relative_to(rendered.HTML).as_posix()
    pytest.skip(f"no page of this build carries the figure {name}")


class Figure:
    """One figure of an open page."""

    def __init__(self, tab, name: str):
        self.tab, self.name, self.root = tab, name, f"#live-{name}"
        tab.evaluate(f"() => {{ for (let box = document.querySelector('{self.root}'); box; box = box.parentElement)"
                     " if (box.tagName === 'DETAILS') box.open = true; }")  # fmt: skip
        draw(tab)
        self.data = json.loads(tab.inner_text(f"{self.root} script") or tab.text_content(f"{self.root} script"))

    def control(self, name):
        return next(row for row in self.data["controls"] if row["name"] == name)

    def set(self, **values):
        """Move controls to these values of their grids (a step: to this number)."""
        for name, value in values.items():
            row = self.control(name)
            grid = row["values"]
            k = value if not grid else min(range(len(grid)), key=lambda i: (
                grid[i] != value if isinstance(value, str) else abs(grid[i] - value)))  # fmt: skip
            assert not grid or isinstance(value, str) or math.isclose(grid[k], value, rel_tol=1e-6), (name, value)
            self.tab.evaluate(
                """([root, name, kind, k]) => {
                    const all = [...document.querySelectorAll(`${root} [data-live="${name}"]`)];
                    const field = kind === "radio" ? all[k] : all[0];
                    if (kind === "radio") field.checked = true; else field.value = k;
                    for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, {bubbles: true}));
                }""",
                [self.root, name, row["kind"], k],
            )
        return self

    def press(self, name):
        self.tab.click(f'{self.root} button[data-live="{name}"]')
        return self

    @property
    def text(self) -> str:
        return self.tab.text_content(f"{self.root} output").replace("−", "-")

    @property
    def numbers(self):
        return self.tab.evaluate(f"() => document.querySelector('{self.root}').live.numbers")

    @property
    def labels(self) -> list[str]:
        svgs = self.tab.query_selector_all(f"{self.root} .gn-live-plot > svg[role=img]")
        return [svg.get_attribute("aria-label") for svg in svgs]

    @property
    def drawing(self) -> str:
        return self.tab.inner_html(f"{self.root} .gn-live-plot")


def flat(rows) -> list:
    return [number for row in rows for number in row]


def close(left, right, tolerance=1e-6):
    assert abs(left - right) <= tolerance * max(1, abs(right)), (left, right)


def check_gain(figure: Figure):
    for move, shown in (
        ({}, ("0.2390", "0.2110", "interior", "case 2")),
        ({"cut": 0.5}, ("bias is 0.0000", "balanced")),
        ({"cut": 0.4}, ("collapsed", "0.4000")),
        ({"cut": 0.2}, ("collapsed", "case 3")),
        ({"cut": 0.3, "scale": 0.1}, ("0.0096",)),
        ({"cut": 0.45, "scale": 1.0, "phi": "tanh"}, ("0.1884",)),
        ({"phi": "softsign"}, ("0.0436",)),
        ({"phi": "algebraic", "scale": 0.1}, ("0.0004",)),
    ):
        figure.set(**move)
        assert all(part in figure.text for part in shown), (move, figure.text)
    phis = figure.control("phi")["values"]
    for p, phi in enumerate(phis):
        ours = figure.set(phi=phi).numbers["check"]
        for mine, theirs in zip(flat(ours), flat(figure.data["check"]["gain"][p]), strict=True):
            close(mine, theirs)
    draw = random.Random(2)
    for _ in range(10):
        p, c, s = draw.randrange(5), draw.randrange(19), draw.randrange(17)
        figure.set(phi=phis[p], cut=figure.control("cut")["values"][c], scale=figure.control("scale")["values"][s])
        best = figure.data["maximiser"][p][c][s]
        close(figure.numbers["best"], best)
        assert f"θ = {best:.4f}" in figure.text
        path = max(re.findall(r' d="M([^"]+)"', figure.drawing), key=len)
        heights = [float(point.split(",")[1]) for point in path.split("L")]
        highest = heights.index(min(heights)) / (len(heights) - 1)
        assert min(heights) > heights[round(best * (len(heights) - 1))] - 0.02, "the dot is not on top of the curve"
        assert abs(highest - best) < 0.02


def check_descent(figure: Figure):
    assert "converged: 5 steps, 3.8374" in figure.text
    for move, shown in (
        ({"momentum": 0.9}, "converged: 148 steps, -1.3065"),
        ({"rate": 0.05}, "3.83"),
        ({"place": "valley", "rate": 0.19, "momentum": 0.0}, "converged"),
        ({"rate": 0.21}, "diverged"),
        ({"rate": 0.37, "momentum": 0.9}, "converged"),
        ({"rate": 0.39}, "diverged"),
        ({"rate": 0.1, "momentum": 0.0}, "76 steps"),
        ({"place": "bowl", "rate": 1.1, "step": 50}, "Step 50: 9100.4"),
    ):
        figure.set(**move)
        assert shown in figure.text, (move, figure.text)
        assert "NaN" not in figure.drawing and "Infinity" not in figure.drawing + figure.text
    close(figure.numbers["x"][0], figure.data["fiftieth"])
    for place, rate, momentum, steps, end, path in figure.data["runs"]:
        figure.set(place=place, rate=figure.control("rate")["values"][rate])
        figure.set(momentum=figure.control("momentum")["values"][momentum])
        numbers = figure.numbers
        assert (numbers["steps"], numbers["end"]) == (steps, end), (place, rate, momentum)
        for mine, theirs in zip(flat(numbers["path"]), flat(path), strict=True):
            close(mine, theirs)


def check_noise(figure: Figure):
    values, rates = figure.control("eps")["values"], figure.control("rate")["values"]
    assert all(part in figure.text for part in ("mean error -0.0022", "spread 0.0177", "square error 0.0178"))
    lowest = []
    for m in (1, 8):
        for r, rate in enumerate(rates):
            figure.set(batch=str(m), rate=rate)
            numbers, table = figure.numbers, figure.data["table"][(1, 8).index(m)][r]
            error = [math.hypot(row[0], row[1]) for row in table]
            assert numbers["best"] == error.index(min(error))
            close(numbers["error"], error[16])
            lowest.append(numbers["best"])
            for k in (0, 12, 24):
                close(numbers["laws"][k][1] ** 2, 3 * math.pi / 32 * rate / m)
                close(numbers["laws"][k][2] ** 2, 16 / 105 * (rate / m) ** 2 / values[k])
                close(numbers["laws"][k][0], (0.3**-2 - 0.7**-2) / 4 * values[k] ** 1.5)
    assert lowest[0] < lowest[3] and lowest[4] < lowest[7] and lowest[:4] == sorted(lowest[:4])
    figure.set(batch="1", rate=0.001)
    assert len({figure.set(eps=eps).text for eps in values}) == len(values)


def check_graph(figure: Figure):
    trace = figure.data["traces"]
    assert "Start: reverse mode" in figure.text
    added = []
    for k in range(1, 17):
        figure.press("next")
        assert f"Step {k} of 16" in figure.text
        if "are added" in figure.text:
            added.append((k, figure.text))
    assert [k for k, _ in added] == [15, 16], "the two inputs have two users each"
    assert "v₀ has two users" in added[0][1] and "2.0000 - 0.2837 = 1.7163" in added[0][1]
    assert "0.5000 + 5.0000 = 5.5000" in added[1][1]
    assert "Done: the derivatives are 5.500 and 1.716; 1 sweep" in figure.text and figure.numbers["sweeps"] == 1
    end = figure.text, figure.drawing
    assert (figure.press("back").text, figure.press("next").text) == (added[0][1], end[0])
    assert figure.drawing == end[1]
    for mode, slope, other in (("forward1", "5.500", "5.5"), ("forward2", "1.716", "1.7163")):
        figure.set(mode=mode)
        assert figure.numbers["now"] == 0 and "of the 2" in figure.text and figure.numbers["sweeps"] == 2
        figure.set(step=8)
        assert f"y = 11.652 and its derivative along x{'₁₂'[mode[-1] == '2']} is {slope}" in figure.text, other
    order = [row[0] for row in figure.data["rows"]]
    assert re.findall(r'data-node="([^"]+)"', figure.drawing) == order
    for p, point in enumerate(figure.control("point")["values"]):
        for k, mode in enumerate(figure.control("mode")["values"]):
            figure.set(point=point, mode=mode, step=16 if mode == "reverse" else 8)
            state = figure.numbers["state"]
            for name, (value, derivative) in zip(order, trace[p][k], strict=True):
                close(state[name][0], value)
                close(state[name][1], derivative)
    for p, x in enumerate(figure.data["points"]):  # and the traces are right: the derivatives by hand
        close(trace[p][2][0][1], 1 / x[0] + x[1])
        close(trace[p][2][1][1], x[0] - math.cos(x[1]))


def check_focal(figure: Figure):
    assert "threshold 0.750" in figure.text and "0.5199" in figure.text
    gammas, shares = figure.control("gamma")["values"], [k / 100 for k in range(1, 100)]
    for g, gamma in enumerate(gammas):
        assert "threshold 0.750" in figure.set(gamma=gamma).text
        for mine, theirs in zip(figure.numbers["loss"], figure.data["loss"][g], strict=True):
            close(mine, theirs)
    for gamma, sure in ((0, 0.754), (2, 0.603), (5, 0.550)):
        figure.set(gamma=gamma, ratio=1)
        close(figure.numbers["sure"], sure, 2e-3)
        for mine, theirs in zip(figure.numbers["best"], figure.data["best"][gammas.index(gamma)], strict=True):
            close(mine, theirs)
    figure.set(gamma=2, ratio=3)  # weights enter through eta' = a1 eta / (a1 eta + a0 (1 - eta))
    best = dict(zip(shares, figure.data["best"][4], strict=True))
    close(figure.numbers["best"][shares.index(0.9)], best[0.75])
    assert figure.numbers["pull"] > 1.1 > 0.9
    close(figure.numbers["pull"], 1.102, 5e-4)
    for ratio, smooth, shown in (
        (118 / 38, 0, "threshold 0.756"), (118 / 38, 0.1, "threshold 0.785"),
        (19, 0.1, "threshold is 1.000"), (49, 0.1, "the common class is never chosen"),
    ):  # fmt: skip
        figure.set(gamma=0, ratio=ratio, smooth=smooth)
        assert shown in figure.text, figure.text
    for r, ratio in enumerate(figure.control("ratio")["values"]):
        for s, smooth in enumerate(figure.control("smooth")["values"]):
            edge = figure.set(ratio=ratio, smooth=smooth).numbers["edge"]
            close(edge, (ratio / (1 + ratio) - smooth / 2) / (1 - smooth))
            close(edge, figure.data["threshold"][r][s])
            close(figure.numbers["half"], math.log(2) * ((1 - smooth) * ratio + smooth / 2 * (1 + ratio)))


def check_threshold(figure: Figure):
    def counts():
        n = figure.numbers
        assert n["found"] + n["alarms"] + n["missed"] + n["right"] == 195
        return n["found"], n["alarms"], n["missed"], n["right"]

    def again(t, held="person"):
        pairs = list(zip(figure.data["scores"][held], map(int, figure.data["label"]), strict=True))
        cells = [sum((p > t) == said and ill == truth for p, ill in pairs) for said, truth in
                 ((True, 1), (True, 0), (False, 1), (False, 0))]  # fmt: skip
        return tuple(cells)

    assert counts() == (130, 25, 17, 23) and "0.785" in figure.text and "0.682" in figure.text
    assert "costs 0.215, less than calling everybody ill (0.246)" in figure.text
    for t, expected in ((0.75, (112, 24, 35, 24)), (0.9, (89, 19, 58, 29))):
        figure.set(threshold=t)
        assert counts() == expected == again(t)
    assert "costs 0.303, more than" in figure.set(price=3, threshold=0.25).text
    for price in figure.control("price")["values"]:
        assert "the same as calling everybody ill" in figure.set(price=price, threshold=0.0).text
    before = figure.set(price=1, threshold=0.5).text
    assert figure.set(held="recording").text != before
    for t in (0.05, 0.5, 0.95):
        figure.set(threshold=t)
        assert counts() == again(t, "recording")
    assert "No clinical use" in figure.tab.inner_text(figure.root)


CHECKS = {name: globals()[f"check_{name}"] for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_are_the_package_s(browser, address, name):
    context, tab = visit(browser, "desktop", f"{address}/{home(name)}")
    try:
        CHECKS[name](Figure(tab, name))
        assert tab.complaints == []
    finally:
        context.close()


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", NAMES)
def test_it_reads_well(browser, address, name, view):
    context, tab = visit(browser, view, f"{address}/{home(name)}")
    try:
        figure = Figure(tab, name)
        assert [url for url in tab.asked if not url.startswith((address, "data:"))] == []
        assert tab.complaints == []
        assert figure.labels and all(30 <= len(label) <= 200 for label in figure.labels), figure.labels
        first = figure.labels, figure.text
        for row in figure.data["controls"]:
            if row["kind"] != "button":
                figure.set(**{row["name"]: row["values"][-1] if row["values"] else 3})
        assert (figure.labels, figure.text) != first and figure.labels != first[0]
        assert all(30 <= len(label) <= 200 for label in figure.labels), figure.labels
        figure.press("reset")
        assert (figure.labels, figure.text) == first
        assert tab.evaluate(OVERFLOW) <= 0
        small = tab.evaluate(
            f"() => [...document.querySelectorAll('{figure.root} :is(input[type=range], select, button, label)')]"
            ".filter(e => e.getBoundingClientRect().height < 24 && !e.htmlFor).map(e => e.outerHTML)"
        )
        assert small == [], "a control is lower than 24 px"
        found = axe(tab)
        assert found == [], found
        assert tab.complaints == []
    finally:
        context.close()


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_reached_by_keyboard(browser, address, name):
    context, tab = visit(browser, "desktop", f"{address}/{home(name)}")
    try:
        figure = Figure(tab, name)
        controls = f"{figure.root} .gn-live-controls :is(input, select, button)"
        order = tab.evaluate(
            f"() => [...document.querySelectorAll('{controls}')]"
            ".filter(e => !e.disabled && (e.type !== 'radio' || e.checked)).map(e => e.dataset.live)"
        )
        tab.focus(f"{controls} >> nth=0") if order[0] != "held" else tab.focus(f"{controls}:checked >> nth=0")
        met = []
        for _ in order:
            name, kind = tab.evaluate("() => [document.activeElement.dataset.live, document.activeElement.type]")
            met.append(name)
            if kind == "range":
                before = figure.text
                tab.keyboard.press("Home")
                tab.keyboard.press("ArrowRight")
                moved = figure.text
                tab.keyboard.press("End")
                assert len({before, moved, figure.text}) > 1, f"the arrow keys do nothing on {name}"
                spoken, seen = tab.evaluate(
                    "() => [document.activeElement.getAttribute('aria-valuetext'),"
                    " document.activeElement.parentElement.querySelector('.gn-live-value').textContent]"
                )
                assert spoken and spoken == seen
            tab.keyboard.press("Tab")
        expected = [n for k, n in enumerate(order) if n not in order[:k]]
        assert [n for n in met if n in expected][: len(expected)] == expected
        tab.keyboard.press("Shift+Tab")
        tab.keyboard.press("Enter")  # on Reset
        assert tab.complaints == []
    finally:
        context.close()


def test_play_walks_and_stops_by_keyboard(browser, address):
    context, tab = visit(browser, "desktop", f"{address}/{home('descent')}")
    figure = Figure(tab, "descent").set(momentum=0.9)
    button = f'{figure.root} button[data-live="play"]'
    tab.focus(button)
    tab.keyboard.press("Space")
    tab.wait_for_timeout(500)
    assert tab.inner_text(button) == "Stop"
    tab.keyboard.press("Space")
    stopped = figure.text
    assert tab.inner_text(button) == "Play" and "Step " in stopped
    tab.wait_for_timeout(300)
    assert figure.text == stopped
    context.close()


def test_play_does_not_move_where_motion_is_unwanted(browser, address):
    context = browser.new_context(reduced_motion="reduce", **VIEWS["desktop"])
    tab = context.new_page()
    tab.goto(f"{address}/{home('descent')}")
    figure = Figure(tab, "descent").set(momentum=0.9, step=10)
    figure.press("play")
    assert "148 steps" in figure.text and "Step " not in figure.text
    context.close()


@pytest.mark.parametrize("name", NAMES)
def test_it_works_from_a_file(browser, name):
    context = browser.new_context(**VIEWS["mobile"])
    tab = context.new_page()
    problems = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("requestfailed", lambda request: problems.append(request.url) if "/live/" in request.url else None)
    tab.goto((rendered.HTML / home(name)).as_uri())
    CHECKS[name](Figure(tab, name))
    assert problems == []
    context.close()


@pytest.mark.parametrize("name", NAMES)
def test_without_scripts_the_words_are_there(browser, address, name):
    context = browser.new_context(java_script_enabled=False, **VIEWS["mobile"])
    tab = context.new_page()
    tab.goto(f"{address}/{home(name)}")
    assert not tab.is_visible(f"#live-{name} .gn-live-controls")
    words = tab.text_content(f"#live-{name} .gn-live-words")
    assert words == extension.stored(name)["words"] and len(words) > 80
    context.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_script_that_fails_leaves_the_words(browser, address, name):
    context = browser.new_context(**VIEWS["desktop"])
    tab = context.new_page()
    tab.route(f"**/live-{name}.js*", lambda route: route.fulfill(body=f"live('{name}', () => () => nothing);"))
    tab.goto(f"{address}/{home(name)}")
    with tab.expect_event("pageerror") as failure:
        tab.keyboard.press("Tab")
    assert "nothing" in str(failure.value)
    tab.wait_for_function(f"() => document.querySelector('#live-{name} .gn-live-body').hidden")
    assert tab.text_content(f"#live-{name} .gn-live-words")
    context.close()


def test_on_paper_the_picture_stays_and_the_controls_go(browser, address):
    context, tab = visit(browser, "desktop", f"{address}/{home('gain')}")
    draw(tab)
    tab.emulate_media(media="print")
    assert tab.is_visible("#live-gain svg") and not tab.is_visible("#live-gain .gn-live-controls")
    context.close()


WISHES = {
    "scroll": lambda tab: [(tab.mouse.wheel(0, 1_000), tab.wait_for_timeout(40)) for _ in range(25)],
    "key": lambda tab: tab.keyboard.press("Tab"),
    "print": lambda tab: tab.evaluate("() => dispatchEvent(new Event('beforeprint'))"),
}


@pytest.mark.parametrize("wish", WISHES)
def test_the_libraries_come_when_they_are_wanted_and_once(browser, address, wish):
    """A page that is only opened does not wait for them."""
    context, tab = visit(browser, "mobile", f"{address}/{home('noise')}")
    parts = ["d3.min.js", "plot.umd.min.js", "live-noise.js"]

    def came():
        return [url.split("/")[-1].split("?")[0] for url in tab.asked if "/live/" in url and "live.js" not in url]

    assert came() == [] and not tab.evaluate("() => document.querySelector('#live-noise').live")
    WISHES[wish](tab)
    tab.wait_for_function("() => document.querySelector('#live-noise').live")
    draw(tab)
    assert came() == parts and tab.complaints == []
    context.close()


@pytest.mark.parametrize("width", [340, 390, 760, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_the_picture_finds_its_room(browser, address, name, width):
    """What stands below hardly moves when the picture comes."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    tab = context.new_page()
    tab.route("**/d3.min.js*", lambda route: waiting.append(route))
    waiting = []
    tab.goto(f"{address}/{home(name)}")
    tab.evaluate("() => document.querySelectorAll('details:has(.gn-live)').forEach((box) => { box.open = true; })")
    tab.keyboard.press("Tab")
    height = f"() => document.querySelector('#live-{name}').offsetHeight"
    before = tab.evaluate(height)
    while not waiting:
        tab.wait_for_timeout(50)
    waiting[0].continue_()
    tab.wait_for_function(f"() => document.querySelector('#live-{name}').live")
    assert abs(tab.evaluate(height) - before) <= 60
    context.close()


def test_a_page_without_a_figure_loads_none_of_it():
    bare = [path for path in rendered.HTML.rglob("*.html") if 'class="gn-live"' not in path.read_text(encoding="utf-8")]
    assert bare
    for path in bare:
        assert "_static/live/" not in path.read_text(encoding="utf-8"), path.name


@pytest.mark.parametrize("name", NAMES)
def test_it_is_light(name):
    """Compressed: the two libraries, the scripts and the numbers of one figure."""
    files = [FOLDER / n for n in ("d3.min.js", "plot.umd.min.js", "live.js", f"live-{name}.js")]
    weight = sum(len(gzip.compress(file.read_bytes())) for file in files)
    weight += len(gzip.compress(json.dumps(extension.stored(name)).encode()))
    assert weight < 210_000
    assert len((FOLDER / f"live-{name}.js").read_text(encoding="utf-8").splitlines()) <= 150


def change(tree, path, by):
    for key in path[:-1]:
        tree = tree[key]
    tree[path[-1]] = by(tree[path[-1]]) if callable(by) else by


SIGNS = {
    "gain": ("- 2 * big(cut - theta)", "+ 2 * big(cut - theta)"),
    "descent": ("old - rate * v[i]", "old + rate * v[i]"),
    "noise": ("factor * eps ** power", "-factor * eps ** power"),
    "graph": ("k.step + by", "k.step - by"),
    "focal": ("1 - p - g * p", "1 - p + g * p"),
    "threshold": ("now.found + now.right", "now.found - now.right"),
}
NUMBERS = {
    "gain": (("maximiser", 0, 8, 12), lambda x: x + 1e-3),
    "descent": (("runs", 3, 5, 9, 0), lambda x: x + 1e-4),
    "noise": (("table", 0, 1, 16, 1), lambda x: x + 1e-3),
    "graph": (("traces", 0, 2, 1, 1), lambda x: -x),
    "focal": (("threshold", 4, 0), lambda x: x + 1e-3),
    "threshold": (("scores", "person", 0), lambda x: 1 - x),
}


@pytest.mark.parametrize("what", ["number", "sign"])
@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_number_or_sign_would_be_noticed(browser, address, name, what):
    changed = []

    def number(route):
        text = route.fetch().text()
        head, tail = text.split(f'id="live-{name}"', 1)

        def mutate(match):
            data = json.loads(match[2].replace("<\\/", "</"))
            change(data, *NUMBERS[name])
            changed.append(name)
            return match[1] + json.dumps(data) + match[3]

        body = head + f'id="live-{name}"' + INLINE.sub(mutate, tail, count=1)
        route.fulfill(body=body, content_type="text/html; charset=utf-8")

    def sign(route):
        old, new = SIGNS[name]
        text = route.fetch().text()
        assert text.count(old) == 1
        changed.append(name)
        route.fulfill(body=text.replace(old, new), content_type="text/javascript; charset=utf-8")

    context = browser.new_context(**VIEWS["desktop"])
    tab = context.new_page()
    page = home(name)
    tab.route(f"**/{page}" if what == "number" else f"**/live-{name}.js*", number if what == "number" else sign)
    tab.goto(f"{address}/{page}")
    try:
        figure = Figure(tab, name)
        assert changed == [name]
        with pytest.raises(AssertionError):
            CHECKS[name](figure)
    finally:
        context.close()
