"""Prose agrees with numbers: each number in a chapter is computed, asserted or printed there, or has a reason."""

from __future__ import annotations

import copy
import json

import ledger
import prose_numbers
import pytest
import yaml

CHAPTERS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in ledger.chapter_files()}
ALLOWED = yaml.safe_load((ledger.ROOT / "tests" / "prose_numbers.yml").read_text(encoding="utf-8")) or {}


@pytest.mark.parametrize("stem", CHAPTERS)
def test_numbers_of_the_prose_are_held(stem):
    allowed = {str(token) for token in ALLOWED.get(stem, {})}
    loose = [entry for entry in prose_numbers.loose(CHAPTERS[stem]) if entry.split(":")[0] not in allowed]
    assert loose == []


def test_reasons_are_given_and_still_needed():
    for stem, tokens in ALLOWED.items():
        loose = {entry.split(":")[0] for entry in prose_numbers.loose(CHAPTERS[stem])}
        for token, reason in tokens.items():
            assert str(token) in loose, f"{stem}: {token} is held by now, take it from the list"
            assert len(reason) > 10


def test_a_wrong_number_is_noticed():
    notebook = {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["The cut is 0.2390, that is 24 %."]},
            {
                "cell_type": "code",
                "metadata": {},
                "source": ["show('cut', cut)"],
                "outputs": [{"output_type": "stream", "name": "stdout", "text": ["cut: 0.23898\n"]}],
            },
        ]
    }
    assert prose_numbers.loose(notebook) == []
    wrong = copy.deepcopy(notebook)
    wrong["cells"][0]["source"] = ["The cut is 0.2391, that is 25 %."]
    assert [entry.split(":")[0] for entry in prose_numbers.loose(wrong)] == ["0.2391", "25"]


@pytest.mark.parametrize("word", ["Example", "Ví dụ", "Định lý", "Bảng", "Hình"])
def test_the_number_of_a_place_is_no_result(word):
    def notebook(text):
        return {"cells": [{"cell_type": "markdown", "metadata": {}, "source": [text]}]}

    assert prose_numbers.loose(notebook(f"{word} 3.14 says it.")) == []
    assert prose_numbers.loose(notebook(f"{word} 3.13, {word} 3.14 và 3.15.")) == []
    assert prose_numbers.loose(notebook(f"{word} says 3.14.")) != []
