"""What the tests of the rendered book share: its pages, a local server, a browser."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def toc() -> list[str]:
    """The documents of `_toc.yml`, the root first."""
    tree = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [tree["root"], *(entry["file"] for part in tree["parts"] for entry in part["chapters"])]


def page(document: str) -> Path:
    return HTML / f"{document}.html"


class Collector(HTMLParser):
    """Ids, and every (tag, attribute, address) of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: set[str] = set()
        self.addresses: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.ids.add(value)
            if name in ("href", "src", "srcset", "data-src") and value:
                self.addresses.append((tag, name, value))


@functools.cache
def collect(path: Path) -> Collector:
    parser = Collector()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextmanager
def served(folder: Path = HTML) -> Iterator[str]:
    """The folder on a free port of the loopback interface; yields the address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def no_browser() -> str:
    """Why the browser checks cannot run here; empty when they can, and always empty in CI, where they then fail."""
    return (
        "" if CHROMIUM or os.environ.get("CI") else "no chromium here: install Debian's package chromium to run these"
    )
