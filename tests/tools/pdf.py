"""The whole book as one PDF: every built page printed by Chromium, with bookmarks, page numbers and links inside.

`make pdf` writes _build/gradient-notes.pdf. Code is wrapped, never cut; hidden parts are shown.
"""

from __future__ import annotations

import io
import re
import sys
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, Fit, FloatObject, NameObject, NullObject, StreamObject

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "book"))
import rendered  # noqa: E402

PDF = ROOT / "_build" / "gradient-notes.pdf"
PAPER = {
    "scale": 0.82,
    "format": "A4",
    "margin": {"top": "16mm", "bottom": "18mm", "left": "15mm", "right": "15mm"},
    "print_background": True,
}
PICTURES = """() => Promise.all([...document.images].map((picture) => {
  picture.loading = "eager"; return picture.decode().catch(() => 0); }))"""
UNFOLD = "() => document.querySelectorAll('details').forEach((box) => { box.open = true; })"
UNTOGGLE = "() => document.querySelectorAll('.toggle-hidden').forEach((b) => b.classList.remove('toggle-hidden'))"
CUT = "[...document.querySelectorAll('.bd-article pre')].filter((b) => b.scrollWidth > b.clientWidth + 1).length"

DRAWN = """() => !document.querySelector('script[data-parts]')
  || [...document.querySelectorAll('figure.gn-live')].every((figure) => figure.live)"""


def title(document: str) -> str:
    text = rendered.page(document).read_text(encoding="utf-8")
    return unescape(re.search(r"<title>\s*(.*?)\s*</title>", text, re.S)[1]).split(" — ")[0]


def sections(document: str) -> list[tuple[str, str]]:
    """Anchor and title of each section, as the page's own contents name them."""
    text = rendered.page(document).read_text(encoding="utf-8")
    found = re.findall(r'<li class="toc-h2[^"]*"><a [^>]*href="#([^"]+)"[^>]*>(.*?)</a>', text, re.S)
    return [(unquote(anchor), unescape(re.sub(r"<[^>]+>", "", words)).strip()) for anchor, words in dict(found).items()]


def print_pages(documents: list[str]) -> dict[str, bytes]:
    """Each page as a PDF of its own, everything unfolded."""
    from playwright.sync_api import sync_playwright

    out = {}
    with rendered.served() as address, sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=rendered.CHROMIUM, args=rendered.FLAGS)
        tab = chromium.new_page(viewport={"width": 900, "height": 1200}, color_scheme="light")
        for document in documents:
            tab.goto(f"{address}/{document}.html", wait_until="networkidle")
            tab.evaluate("() => window.MathJax && MathJax.startup ? MathJax.startup.promise.then(() => 1) : 1")
            tab.evaluate(PICTURES)
            tab.emulate_media(media="print")
            tab.evaluate(UNFOLD)
            tab.evaluate(UNTOGGLE)
            tab.evaluate("() => dispatchEvent(new Event('beforeprint'))")  # the live figures come now
            tab.wait_for_function(DRAWN)
            if cut := tab.evaluate(CUT):
                raise SystemExit(f"{document}: {cut} pieces of code would be cut in print")
            out[document] = tab.pdf(**PAPER)
            tab.emulate_media(media="screen")
        chromium.close()
    return out


def number(writer: PdfWriter, page, text: str) -> None:
    """A page number at the foot."""
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    resources = page.setdefault(NameObject("/Resources"), DictionaryObject()).get_object()
    fonts = resources.setdefault(NameObject("/Font"), DictionaryObject()).get_object()
    fonts[NameObject("/GnFoot")] = writer._add_object(font)
    stream = StreamObject()
    middle = float(page.mediabox.width) / 2 - 6
    stream.set_data(f"q BT /GnFoot 9 Tf {middle:.0f} 24 Td ({text}) Tj ET Q".encode("ascii"))
    before = page["/Contents"].get_object()
    opening = StreamObject()
    opening.set_data(b"q\n")
    closing = StreamObject()
    closing.set_data(b"\nQ\n")
    parts = list(before) if isinstance(before, ArrayObject) else [page.raw_get("/Contents")]
    page[NameObject("/Contents")] = ArrayObject(
        [writer._add_object(opening), *parts, writer._add_object(closing), writer._add_object(stream)]
    )


def places(reader: PdfReader, start: int) -> dict[str, tuple[int, float]]:
    """Anchor -> (page of the whole book, height on it)."""
    out = {}
    for name, place in reader.named_destinations.items():
        page = reader.get_destination_page_number(place)
        if page is not None and page >= 0:
            out[str(name).lstrip("/#")] = start + page, float(place.get("/Top") or 0)
    return out


def merge(printed: dict[str, bytes]) -> PdfWriter:
    """One file; a bookmark for each page of the site and each section, links between pages and anchors lead inside."""
    writer, first, anchors, home = PdfWriter(), {}, {}, []
    for document, data in printed.items():
        reader = PdfReader(io.BytesIO(data))
        first[document] = len(writer.pages)
        anchors[document] = places(reader, first[document])
        home += [document] * len(reader.pages)
        writer.append(reader, import_outline=False)
        mark = writer.add_outline_item(title=title(document), page_number=first[document], is_open=False)
        for anchor, words in sections(document):
            if place := anchors[document].get(anchor):
                where = Fit.xyz(top=place[1])
                writer.add_outline_item(title=words, page_number=place[0], parent=mark, fit=where)
    for k, (page, document) in enumerate(zip(writer.pages, home, strict=True)):
        number(writer, page, str(k + 1))
        for note in list(page.get("/Annots", ()) or ()):
            entry = note.get_object()
            if entry.get("/Subtype") != "/Link":
                continue
            parts = urlsplit(str(entry.get("/A", {}).get("/URI", "")))
            name = ""
            if parts.hostname == "127.0.0.1":
                document_, name = unquote(parts.path).strip("/").removesuffix(".html"), unquote(parts.fragment)
                target = anchors.get(document_, {}).get(name) or (first.get(document_), None)
            else:
                name = str(entry.get("/Dest") or entry.get("/A", {}).get("/D") or "").lstrip("/#")
                target = anchors[document].get(name) if name else None
                if not target:
                    continue
            for key in ("/A", "/Dest"):
                if key in entry:
                    del entry[key]
            if target[0] is not None:
                top = NullObject() if target[1] is None else FloatObject(target[1])
                where = [
                    writer.pages[target[0]].indirect_reference,
                    NameObject("/XYZ"),
                    NullObject(),
                    top,
                    NullObject(),
                ]
                entry[NameObject("/Dest")] = ArrayObject(where)
    writer.add_metadata({"/Title": "Gradient Notes", "/Author": "The Gradient Notes authors"})
    writer.compress_identical_objects(remove_unreferenced=True)
    return writer


def main(arguments: list[str]) -> int:
    if not (rendered.HTML / "index.html").is_file():
        print("there is no _build/html: run `make book` first")
        return 1
    if not rendered.CHROMIUM:
        print("printing needs Chromium (Debian's package chromium, or Google Chrome)")
        return 1
    writer = merge(print_pages(arguments or rendered.toc()))
    writer.write(PDF)
    print(f"wrote {PDF.relative_to(ROOT)}, {len(writer.pages)} pages, {PDF.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
