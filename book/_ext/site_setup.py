"""What the theme and its helpers leave to mend: addresses from one place, no duplicate scripts."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "src"))  # the API page reads the docstrings; nothing is installed for it


def addresses(app, config):
    """The repository stands once, in `_config.yml`; the site's own address follows from it."""
    url = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]
    owner, name = urlsplit(url).path.strip("/").split("/")
    site = f"https://{owner.lower()}.github.io/{name}/"
    config.html_baseurl = config.html_baseurl or site
    config.ogp_site_url = site
    config.ogp_custom_meta_tags = ['<meta name="twitter:card" content="summary_large_image" />']


def scripts(app, pagename, templatename, context, doctree):
    """Each script and style once; Thebe's (declared twice by the theme, needs a server) not at all."""
    for kind in ("script_files", "css_files"):
        seen, kept = set(), []
        for item in context.get(kind, []):
            name = getattr(item, "filename", None) or str(item)
            key = (name, str(getattr(item, "attributes", {}).get("body", "")))
            if key in seen or "thebe" in (key[0] + key[1]).lower():
                continue
            seen.add(key)
            kept.append(item)
        context[kind] = kept


LOST = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Page not found — Gradient Notes</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto 0; padding: 0 1.2rem; }}
@media (prefers-color-scheme: dark) {{ html {{ background: #121212; color: #dddddd; }} a {{ color: #93c5fd; }}
  input, button {{ color: inherit; background: #121212; border: 1px solid currentColor; }} }}
input, button {{ font: inherit; padding: .2rem .6rem; max-width: 100%; box-sizing: border-box; }}
</style>
</head>
<body>
<main>
<h1>This page is not here</h1>
<p lang="vi">Không tìm thấy trang này.</p>
<p>It may have another name now. Begin with the <a href="{home}">map of the book</a>,
look into <a lang="vi" href="{home}book/lectures.html">Tìm bài của bạn</a>, or search:</p>
<form action="{home}search.html" role="search">
<input type="search" name="q" aria-label="Search the book" required> <button>Search</button>
</form>
</main>
</body>
</html>
"""


def lost(app, error):
    """`404.html`: one file for every depth, so its links begin at the root of the site."""
    if not error and app.builder.format == "html":
        home = urlsplit(app.config.html_baseurl).path
        (Path(app.outdir) / "404.html").write_text(LOST.format(home=home), encoding="utf-8")


def setup(app):
    app.connect("config-inited", addresses, priority=1)
    app.connect("html-page-context", scripts, priority=900)
    app.connect("build-finished", lost)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
