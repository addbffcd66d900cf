"""Lighthouse over built pages, from a local server that compresses. `python tests/tools/light.py [--check] [page...]`.

Targets: performance 0.9 desktop and 0.8 mobile, accessibility and best practices 1.0. Needs `npm ci` in this folder.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "book"))
import rendered  # noqa: E402

COMMAND = Path(__file__).with_name("node_modules") / "lighthouse" / "cli" / "index.js"
TARGETS = {"desktop": 0.9, "mobile": 0.8}
PAGES = ("book/intro", "notebooks/05_gradient_descent", "notebooks/02_gain_function")
TEXT = {".html", ".css", ".js", ".svg", ".json", ".xml", ".txt"}
TIMES = (
    "first-contentful-paint",
    "largest-contentful-paint",
    "speed-index",
    "total-blocking-time",
    "cumulative-layout-shift",
    "server-response-time",
    "total-byte-weight",
    "bootup-time",
    "mainthread-work-breakdown",
)


@functools.cache
def packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 6)


class Packing(http.server.SimpleHTTPRequestHandler):
    """As a web host does: text compressed, an hour of caching, connections kept."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        small = path.suffix in TEXT
        data = packed(path) if small else path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if small:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "max-age=31536000")
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def compressing():
    handler = functools.partial(Packing, directory=str(rendered.HTML))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def audit(url: str, form: str) -> dict:
    """Lighthouse's report."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        options = [
            "--quiet",
            "--output=json",
            f"--output-path={out}",
            "--only-categories=performance,accessibility,best-practices",
            "--chrome-flags=--headless=new " + " ".join(rendered.FLAGS),
            "--no-enable-error-reporting",
        ]
        options += ["--preset=desktop"] if form == "desktop" else []
        subprocess.run(
            [shutil.which("node"), str(COMMAND), url, *options],
            check=True,
            timeout=300,
            env={**os.environ, "CHROME_PATH": rendered.CHROMIUM, "HOME": folder},
        )
        return json.loads(out.read_text(encoding="utf-8"))


def main(arguments: list[str]) -> int:
    if not COMMAND.is_file() or not shutil.which("node") or not rendered.CHROMIUM:
        print("Lighthouse needs Node, Chromium and `npm ci` in tests/tools")
        return 1
    check = "--check" in arguments
    pages = [a for a in arguments if a != "--check"] or list(PAGES)
    missed = 0
    with compressing() as address:
        for page in pages:
            for form, target in TARGETS.items():
                report = audit(f"{address}/{page}.html", form)
                score = {name: c["score"] for name, c in report["categories"].items()}
                good = score["performance"] >= target and score["accessibility"] == score["best-practices"] == 1
                missed += not good
                found = report["audits"]
                times = "; ".join(f"{k} {found[k].get('displayValue', '?')}" for k in TIMES if k in found)
                print(
                    f"{page} {form}: " + ", ".join(f"{k} {v}" for k, v in score.items()) + ("" if good else " MISSED")
                )
                print(f"   {times}")
                for name in ("accessibility", "best-practices"):
                    for ref in report["categories"][name]["auditRefs"]:
                        audit_ = report["audits"][ref["id"]]
                        if ref["weight"] and audit_["score"] not in (1, None):
                            items = (audit_.get("details") or {}).get("items", [])[:3]
                            print(f"   {ref['id']}: {json.dumps(items)[:600]}")
    return 1 if check and missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
