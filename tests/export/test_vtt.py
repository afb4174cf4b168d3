import dataclasses
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from emoarc.analysis import Analysis
from emoarc.export import write_vtt
from emoarc.export._vtt import captions
from emoarc.labels import EMOTIONS
from emoarc.timeline import Timeline
from emoarc.types import Expression

CUE = re.compile(
    r"^(\d\d+):(\d\d):(\d\d)\.(\d{3}) --> (\d\d+):(\d\d):(\d\d)\.(\d{3})\n<v (.*)>(.*)$", re.M
)


def row(start: float, end: float, label: str | None, subject: str = "P1") -> Expression:
    probabilities = np.full(7, 1 / 7, np.float32)
    return Expression(start, end, subject, "fused", probabilities, 0.0, 0.0, 1.0, label)


def cues(text: str) -> list[tuple[str, int, int, str]]:
    found: list[tuple[str, int, int, str]] = []
    for match in CUE.finditer(text):
        clock = [int(group) for group in match.groups()[:8]]
        start, end = (
            ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds
            for hours, minutes, seconds, milliseconds in (clock[:4], clock[4:])
        )
        found.append((match[9], start, end, match[10]))
    return found


def captioned(*rows: Expression) -> list[tuple[str, int, int, str]]:
    return cues(captions(Timeline.from_expressions(rows)))


def test_equal_labels_in_a_row_are_one_cue() -> None:
    rows = [
        row(0, 0.5, "anger"),
        row(0.5, 1, "anger"),
        row(1, 2, "fear"),
        row(3601, 3602.25, "fear"),
    ]
    assert captioned(*rows) == [
        ("P1", 0, 1000, "anger"),
        ("P1", 1000, 2000, "fear"),
        ("P1", 3_601_000, 3_602_250, "fear"),
    ]


def test_abstentions_and_gaps_stay_empty() -> None:
    rows = [row(0, 1, "anger"), row(1, 2, None), row(2, 3, "anger"), row(5, 6, "anger")]
    assert [cue[1:3] for cue in captioned(*rows)] == [(0, 1000), (2000, 3000), (5000, 6000)]


def test_overlapping_rows_give_cues_that_do_not_overlap() -> None:
    rows = [row(0, 4, "anger"), row(2, 6, "fear"), row(2, 6, "anger", "P2")]
    assert captioned(*rows) == [
        ("P1", 0, 2000, "anger"), ("P1", 2000, 6000, "fear"), ("P2", 2000, 6000, "anger")
    ]  # fmt: skip


def test_names_are_escaped() -> None:
    assert captioned(row(0, 1, "anger", "<b>&"))[0][0] == "&lt;b&gt;&amp;"


@given(
    st.lists(
        st.tuples(
            st.floats(0, 20),
            st.floats(0, 3),
            st.sampled_from([None, *EMOTIONS[:3]]),
            st.sampled_from(["P1", "V1"]),
        ),
        max_size=20,
    )
)
@settings(deadline=None)
def test_cues_of_a_subject_are_in_order_and_never_empty(
    drawn: list[tuple[float, float, str | None, str]],
) -> None:
    found = captioned(*(row(start, start + length, *rest) for start, length, *rest in drawn))
    assert all(start < end for _, start, end, _ in found)
    for subject in ("P1", "V1"):
        own = [cue for cue in found if cue[0] == subject]
        assert all(left[2] <= right[1] for left, right in pairwise(own))
    assert [cue[1] for cue in found] == sorted(cue[1] for cue in found)


def test_the_file_begins_as_the_standard_asks(analysis: Analysis, tmp_path: Path) -> None:
    path = tmp_path / "t.vtt"
    write_vtt(dataclasses.replace(analysis), path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("WEBVTT\n\nNOTE These are expressions as an observer might perceive")
    assert {cue[0] for cue in cues(text)} == {"P1", "P2", "V1"}
    assert text.count("-->") == len(cues(text))
