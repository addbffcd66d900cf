"""The benchmark harness itself: verdicts, medians, the table."""

from __future__ import annotations

import time

import harness
import pytest


def test_verdict_compares_with_the_target():
    assert harness.Row("a", 1.0, 0.9).verdict == "met"
    assert harness.Row("a", 1.0, 1.1).verdict == "MISSED"
    assert harness.Row("a", None, 99.0).verdict == "reported"


def test_ratio_is_ours_over_peer():
    row = harness.ratio(
        "sleep", lambda: time.sleep(0.004), lambda: time.sleep(0.008), 0.9, "twice as long", rounds=5, inner=1
    )
    assert 0.3 < row.measured < 0.8 and row.verdict == "met"


def test_too_few_rounds_are_refused():
    with pytest.raises(ValueError, match="rounds must be at least 5, got 3"):
        harness.ratio("a", int, int, None, "b", rounds=3)


def test_table_names_target_and_peer():
    text = harness.as_markdown([harness.Row("chain", 0.5, 0.25, "torch 2", 0.002, 0.008)])
    assert "| chain | ≤ 0.5 × | 0.25 × | met | torch 2 | 2 ms | 8 ms |" in text
