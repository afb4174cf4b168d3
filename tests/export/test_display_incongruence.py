from typing import Any

import numpy as np
import pytest

from emoarc.analysis import Analysis
from emoarc.export._display_incongruence import UNUSUAL, display_incongruence


def _seconds(lane: dict[str, Any]) -> float:
    return float(np.sum(np.subtract(lane["end"], lane["start"])))


def test_every_moment_of_who_is_seen_and_heard_is_drawn(analysis: Analysis) -> None:
    table = analysis.incongruence
    lanes = display_incongruence(analysis, 60.0)
    assert set(lanes) == set(table["subject"].to_pylist()) != set()
    for subject, lane in lanes.items():
        rows = [row for row in table.to_pylist() if row["subject"] == subject]
        assert lane["bits"] == [round(1000 * row["divergence"]) for row in rows]
        assert lane["odd"] == [int(row["rank"] > UNUSUAL) for row in rows]
        assert lane["start"] == pytest.approx([row["start"] for row in rows], abs=1e-3)


def test_a_long_recording_is_thinned_and_keeps_its_mean(
    analysis: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = display_incongruence(analysis, 60.0)
    monkeypatch.setattr("emoarc.export._display_incongruence._ALL_ROWS", 1)
    thin = display_incongruence(analysis, 6.0)  # 100 bins of 0.06 s hold one cell at most
    assert {s: len(lane["bits"]) for s, lane in thin.items()} == {
        s: len(lane["bits"]) for s, lane in full.items()
    }
    coarse = display_incongruence(analysis, 600.0)
    for subject, lane in full.items():
        if len(lane["bits"]) > 100:
            assert len(coarse[subject]["bits"]) < len(lane["bits"])
            lengths = np.subtract(lane["end"], lane["start"])
            assert np.average(coarse[subject]["bits"]) == pytest.approx(
                np.average(lane["bits"], weights=lengths), rel=0.2
            )
