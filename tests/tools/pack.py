"""The built site as one zip, `_build/gradient-notes-site.zip`: unpack it and open index.html, no server needed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    site = ROOT / "_build" / "html"
    if not (site / "index.html").is_file():
        print("there is no _build/html: run `make book` first")
        return 1
    made = Path(shutil.make_archive(str(ROOT / "_build" / "gradient-notes-site"), "zip", site))
    print(f"wrote {made.relative_to(ROOT)}, {made.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
