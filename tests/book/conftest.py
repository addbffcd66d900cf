"""The book tests read `_build/html`; without it they say which command makes it."""

from __future__ import annotations

import pytest
import rendered


def pytest_collection_modifyitems(config, items):
    reason = rendered.no_browser()
    for item in items:
        if reason and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session", autouse=True)
def built():
    if not (rendered.HTML / "index.html").is_file():
        pytest.fail("there is no _build/html: run `make book` first", pytrace=False)


@pytest.fixture(scope="module")
def address():
    with rendered.served() as where:
        yield where


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=rendered.CHROMIUM, args=rendered.FLAGS)
        yield chromium
        chromium.close()
