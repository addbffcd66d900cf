"""Two pages of the book as a PDF: bookmarks of two levels, page numbers, links that lead inside."""

from __future__ import annotations

import io
import sys

import pytest
import rendered

sys.path.insert(0, str(rendered.ROOT / "tests" / "tools"))
pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]
DOCUMENTS = ["book/glossary", "notebooks/05_gradient_descent"]


def test_pages_become_one_book():
    import pdf
    import pypdf

    printed = pdf.print_pages(DOCUMENTS)  # raises when code would be cut
    out = io.BytesIO()
    pdf.merge(printed).write(out)
    book = pypdf.PdfReader(out)
    pages = [mark for mark in book.outline if not isinstance(mark, list)]
    marks = [(mark.title, book.get_destination_page_number(mark)) for mark in pages]
    below = [mark.title for mark in book.outline[-1]]
    assert below[0] == "Five walkers" and "References" in below, "the sections stand below their chapter"
    start = len(pypdf.PdfReader(io.BytesIO(printed[DOCUMENTS[0]])).pages)
    assert [page for _, page in marks] == [0, start] and marks[1][0].startswith("5. ")
    assert book.pages[-1].extract_text().rstrip().endswith(str(len(book.pages)))
    links = [note.get_object() for page in book.pages for note in page.get("/Annots", ())]
    outside = [str(link["/A"].get("/URI", "")) for link in links if "/A" in link]
    assert not [address for address in outside if "127.0.0.1" in address]
    numbers = {page.indirect_reference.idnum: k for k, page in enumerate(book.pages)}
    inside = [numbers[link["/Dest"][0].indirect_reference.idnum] for link in links if "/Dest" in link]
    assert min(inside) < start < max(inside), "links lead to both documents"
    if 'data-parts="' in rendered.page(DOCUMENTS[1]).read_text(encoding="utf-8"):
        words = "".join(page.extract_text() for page in book.pages)
        assert "Walk converged: 5 steps" in words, "the live figure is not drawn"
