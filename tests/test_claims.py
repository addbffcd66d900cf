"""The ledger `book/claims.yml` against the tags of the notebooks."""

from __future__ import annotations

import json
import re
from collections import Counter

import guard
import ledger
import pytest

CLAIMS = ledger.claims()
CELLS = {path.stem: json.loads(path.read_text(encoding="utf-8"))["cells"] for path in ledger.chapter_files()}


def test_every_row_of_the_sources_is_there():
    assert Counter(i.split("-")[0] for i in CLAIMS) == ledger.COUNTS
    assert len(CLAIMS) == 328


@pytest.mark.parametrize("row", CLAIMS.values(), ids=list(CLAIMS))
def test_row_is_complete(row):
    assert set(row) <= set(ledger.FIELDS)
    assert row["status"] in ledger.STATUSES
    assert row["source"] in ("000", "001", "002", "003", "004") and row["place"] and row["statement"]
    unknown = [slip for slip in row.get("erratum", []) if slip not in ledger.errata()]
    assert not unknown, f"{row['id']} cites {unknown}, which book/errata.yml does not hold"
    assert row["status"] != "cited" or len(row.get("reason", "")) > 10, f"{row['id']} is cited without a reason"
    assert row["status"] == "cited" or "reason" not in row


def test_evidence_is_what_the_tags_say():
    tagged = ledger.tagged("claim:")
    assert {i: row["evidence"] for i, row in CLAIMS.items() if row["evidence"]} == tagged


def test_no_unknown_tag():
    assert set(ledger.tagged("claim:")) | set(ledger.tagged("twin:")) <= set(CLAIMS)


@pytest.mark.parametrize(
    "row", [row for row in CLAIMS.values() if row["status"] not in ("open", "cited")], ids=lambda row: row["id"]
)
def test_settled_claim_has_a_cell_with_a_check(row):
    cells = [cell for stem in row["evidence"] for cell in CELLS[stem] if f"claim:{row['id']}" in guard.tags(cell)]
    assert any(guard.checks(guard.source(cell)) for cell in cells)


@pytest.mark.parametrize(
    "row", [row for row in CLAIMS.values() if row["status"] in ("proved", "corrected")], ids=lambda row: row["id"]
)
def test_proof_and_correction_have_a_negative_twin(row):
    assert row["id"] in ledger.tagged("twin:")


def test_at_most_thirty_rows_are_cited():
    assert sum(row["status"] == "cited" for row in CLAIMS.values()) <= 30


def test_counts_of_open_rows_are_what_chapters_leave():
    """A row that a cell checks is settled: nothing stays open by forgetting it."""
    assert not [i for i, row in CLAIMS.items() if row["status"] == "open" and row["evidence"]]


def test_no_claim_id_stands_in_a_sentence():
    pattern = re.compile(rf"\b(?:{'|'.join(ledger.COUNTS)})-\d\d\b")
    for stem, cells in CELLS.items():
        for cell in cells:
            if cell["cell_type"] == "markdown":
                assert not pattern.search(guard.source(cell)), f"{stem} names a claim id in its prose"
