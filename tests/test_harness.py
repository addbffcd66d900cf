"""The benchmark harness itself: verdicts, medians, the table."""

from __future__ import annotations

import harness
import pytest


def test_verdict_compares_with_the_target():
    assert harness.Row("a", 1.0, 0.9).verdict == "met"
    assert harness.Row("a", 1.0, 1.1).verdict == "MISSED"
    assert harness.Row("a", None, 99.0).verdict == "reported"


def test_ratio_is_ours_over_peer(monkeypatch):
    clock = [0.0]  # a watch that only the two calls move: no load of the machine can turn the test
    monkeypatch.setattr(harness.time, "perf_counter", lambda: clock[0])

    def takes(seconds):
        def call():
            clock[0] += seconds

        return call

    row = harness.ratio("half", takes(4.0), takes(8.0), 0.9, "twice as long", rounds=5, inner=1)
    assert row.measured == 0.5 and row.verdict == "met" and (row.ours_seconds, row.peer_seconds) == (4.0, 8.0)


def test_too_few_rounds_are_refused():
    with pytest.raises(ValueError, match="rounds must be at least 5, got 3"):
        harness.ratio("a", int, int, None, "b", rounds=3)


def test_table_names_target_and_peer():
    text = harness.as_markdown([harness.Row("chain", 0.5, 0.25, "torch 2", 0.002, 0.008)])
    assert "| chain | ≤ 0.5 × | 0.25 × | met | torch 2 | 2 ms | 8 ms |" in text
