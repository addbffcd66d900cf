"""The directive ``{assignments}``: one row for each assignment, with its download and its launch address.

Titles come from the committed specs, the repository from `_config.yml`: nothing is typed twice.
"""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from claim_pages import Generated

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = ("01 to 04", "05 and 06", "07 and 08", "09", "10 to 12", "13 to 19")


def launch(path: str) -> str:
    """Where Colab opens a file of this repository."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    repository, buttons = config["repository"], config["launch_buttons"]
    owner_and_name = repository["url"].removeprefix("https://github.com/").strip("/")
    return f"{buttons['colab_url']}/github/{owner_and_name}/blob/{repository['branch']}/{path}"


class Assignments(Generated):
    """The table of the student copies."""

    def run(self):
        lines = ["| assignment | chapters | notebook |", "|---|---|---|"]
        for path, chapters in zip(sorted(ROOT.glob("notebooks/assignments/*/spec.json")), CHAPTERS, strict=True):
            spec = json.loads(path.read_text(encoding="utf-8"))
            self.env.note_dependency(str(path))
            file = f"notebooks/assignments/{spec['assignment']}/student.ipynb"
            title = spec["title"].removeprefix("Assignment ")
            lines.append(
                f"| {title} | {chapters} | {{download}}`download <../{file}>`, [open in Colab]({launch(file)}) |"
            )
        return self.parse([*lines, ""])


def setup(app):
    app.add_directive("assignments", Assignments)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
