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


def setup(app):
    app.connect("config-inited", addresses, priority=1)
    app.connect("html-page-context", scripts, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
