"""The bundled sample, analysed with the shipped models, against its truth."""

import json
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest

import emoarc
from emoarc.labels import EMOTIONS

SAMPLE = Path(emoarc.__file__).parent / "sample"
TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
PARTS: list[dict[str, Any]] = TRUTH["parts"]
parts = pytest.mark.parametrize("part", PARTS, ids=lambda part: part["expression"])


@dataclass(frozen=True)
class Result:
    analysis: emoarc.Analysis
    seconds: float


@pytest.fixture(scope="module")
def result() -> Result:
    start = perf_counter()
    analysis = emoarc.analyze(SAMPLE / "sample.mp4")
    return Result(analysis, perf_counter() - start)


@pytest.fixture(scope="module")
def analysis(result: Result) -> emoarc.Analysis:
    return result.analysis


def within(timeline: emoarc.Timeline, part: dict[str, Any]) -> emoarc.Timeline:
    """The rows inside a part, away from the cross-fades at its borders."""
    start, end = timeline.column("start"), timeline.column("end")
    margin = TRUTH["transition"]
    inside = (start >= part["start"] + margin) & (end <= part["end"] - margin)
    return emoarc.Timeline(timeline.table.filter(inside))


def mean(timeline: emoarc.Timeline, part: dict[str, Any]) -> dict[str, float]:
    values = within(timeline, part).probabilities.mean(axis=0)
    return dict(zip(EMOTIONS, values.tolist(), strict=True))


def test_it_is_small_enough_to_ship():
    assert (SAMPLE / "sample.mp4").stat().st_size < 1_500_000
    assert "public domain" in (SAMPLE / "LICENCE.md").read_text(encoding="utf-8")


def test_there_is_one_subject_seen_and_heard(analysis):
    (subject,) = analysis.subjects
    assert subject.id == "P1"
    assert len(subject.tracks) == 1
    assert subject.heard == pytest.approx(sum(e - s for s, e in spoken()), abs=1.5)


def test_everything_was_decoded(analysis):
    assert analysis.media.duration == pytest.approx(TRUTH["duration"], abs=0.1)
    assert analysis.coverage.fraction > 0.99
    assert analysis.warnings == ()


def test_the_face_is_found_on_nearly_every_frame(analysis):
    times = np.unique(analysis.faces["time"].to_numpy().round(6))
    assert len(times) >= 0.95 * 10 * TRUTH["duration"]


def spoken() -> list[tuple[float, float]]:
    return [tuple(part["speech"]) for part in PARTS]


@parts
def test_speech_is_heard_when_it_is_spoken(analysis, part):
    start, end = part["speech"]
    voice = analysis.timeline.select(modality="voice")
    here = (voice.column("end") > part["start"]) & (voice.column("start") < part["end"])
    assert voice.column("start")[here].min() == pytest.approx(start, abs=0.3)
    assert voice.column("end")[here].max() == pytest.approx(end, abs=0.3)


@parts
def test_the_face_shows_what_it_was_warped_to(analysis, part):
    seen = mean(analysis.timeline.select(modality="face"), part)
    assert max(seen, key=seen.__getitem__) == part["expression"]


@parts
@pytest.mark.parametrize("modality", ["face", "fused"])
def test_each_expression_rises_in_its_own_part(analysis, part, modality):
    timeline = analysis.timeline.select(modality=modality)
    expression = part["expression"]
    here = mean(timeline, part)[expression]
    elsewhere = [mean(timeline, other)[expression] for other in PARTS if other is not part]
    assert here > max(elsewhere) + 0.1


def test_the_arc_of_valence_falls_from_the_smile_to_the_frown(analysis):
    arc = next(arc for arc in analysis.arcs if arc.subject == "P1")
    smile, frown = (
        np.interp((part["start"] + part["end"]) / 2, arc.times, arc.curve("valence"))
        for part in PARTS[1:3]
    )
    assert smile > frown + 0.3


def test_it_takes_less_time_than_watching(result):
    assert result.seconds < TRUTH["duration"]
