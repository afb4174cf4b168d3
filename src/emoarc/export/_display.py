"""What the report's charts draw: the timeline and the arcs, thinned to what a screen can show."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from emoarc.analysis import Analysis
from emoarc.arcs import Arc
from emoarc.fusion import SEVERAL_VOICES
from emoarc.labels import EMOTIONS
from emoarc.timeline import Timeline
from emoarc.types import MODALITIES, Modality

__all__ = ["display_data", "span"]

_MAX_ROWS: Final = 2000
"""Rows per subject and modality: two or three per pixel of a wide screen."""
_ALL_ROWS: Final = 36_000
"""Rows in all; keeps the report of a crowd small."""
_BRIDGE: Final = 0.15
"""Seconds; a shorter gap, such as one dropped frame, is drawn through."""

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


def span(analysis: Analysis) -> tuple[float, float]:
    """Return the stretch of time that the charts cover, in seconds."""
    options: dict[str, Any] = analysis.provenance.get("options", {})
    start, end = options.get("start") or 0.0, options.get("end")
    duration = analysis.media.duration if analysis.media else None
    if end is None or duration is not None:
        last = max(duration or 0.0, float(analysis.timeline.column("end").max(initial=0.0)))
        end = last if end is None else min(end, last)
    return start, max(end, start + 1.0)


def display_data(analysis: Analysis) -> dict[str, Any]:
    """Return the charts' numbers as plain data, probabilities in thousandths."""
    start, end = span(analysis)
    lanes = _lanes(analysis.timeline)
    rows = max(200, min(_MAX_ROWS, _ALL_ROWS // max(1, len(lanes))))
    width = (end - start) / rows
    reasons = sorted({str(reason) for reason in analysis.timeline.column("reason")})
    found: dict[str, Any] = {modality: {} for modality in MODALITIES}
    for (modality, subject), lane in lanes.items():
        thinned = len(lane) > rows
        found[modality][subject] = _lane(lane, width if thinned else 0.0, reasons)
    thinned = any(len(lane) > rows for lane in lanes.values())
    return {
        "start": start,
        "end": end,
        "tolerance": max(_BRIDGE, width if thinned else 0.0),
        "emotions": list(EMOTIONS),
        "modalities": [each for each in MODALITIES if found[each]] or list(MODALITIES),
        "subjects": _lane_names(analysis),
        "lanes": found,
        "reasons": reasons,
        "several": {sound: reasons.index(why) for sound, why in _several(reasons)},
        "arcs": {arc.subject: _arc(arc) for arc in analysis.arcs},
        "reach": _reach(analysis.arcs),
    }


def _lane_names(analysis: Analysis) -> list[str]:
    """Return the subjects, and after them what several voices are counted under, if no subject."""
    subjects = (subject.id for subject in analysis.subjects)
    return list(dict.fromkeys([*subjects, *analysis.timeline.subjects]))


def _several(reasons: list[str]) -> Iterator[tuple[str, str]]:
    return ((sound, why) for sound, why in SEVERAL_VOICES.items() if why in reasons)


def _lanes(timeline: Timeline) -> dict[tuple[Modality, str], Timeline]:
    lanes: dict[tuple[Modality, str], Timeline] = {}
    for modality in MODALITIES:
        for subject in timeline.subjects:
            lane = timeline.select(subject, modality)
            if len(lane):
                lanes[modality, subject] = lane
    return lanes


def _lane(rows: Timeline, width: float, reasons: list[str]) -> dict[str, Any]:
    """Return one subject's rows through one modality; rows shorter than `width` are joined."""
    start, end = rows.column("start"), rows.column("end")
    labels = _codes(rows, "label", EMOTIONS)
    why = _codes(rows, "reason", reasons)
    probabilities = rows.probabilities.astype(np.float64)
    if width:
        bins = np.floor((start + end) / 2 / width).astype(np.int64)
        weights = (end - start) * np.maximum(rows.column("quality"), 1e-6)
        first = np.flatnonzero(np.diff(bins, prepend=bins[0] - 1))
        probabilities = np.add.reduceat(probabilities * weights[:, None], first)
        probabilities /= np.add.reduceat(weights, first)[:, None]
        labels, why = _longest(labels, why, end - start, first)
        start, end = start[first], np.maximum.reduceat(end, first)
    return {
        "start": np.round(start, 3).tolist(),
        "end": np.round(end, 3).tolist(),
        "p": np.round(probabilities.T * 1000).astype(int).tolist(),
        "label": labels.tolist(),
        "why": why.tolist(),
    }


def _codes(rows: Timeline, column: str, words: Sequence[str]) -> _Ints:
    """Number a column's words by their place in `words`; null is -1."""
    place = {word: i for i, word in enumerate(words)}
    return np.array([place.get(word, -1) for word in rows.column(column)], np.int64)


def _longest(labels: _Ints, why: _Ints, seconds: _Floats, first: _Ints) -> tuple[_Ints, _Ints]:
    """Return, for each bin that begins at a row of `first`, the label that held longest in it."""
    time = np.zeros((len(first), len(EMOTIONS) + 1))
    bins = np.repeat(np.arange(len(first)), np.diff(first, append=len(labels)))
    np.add.at(time, (bins, labels), seconds)  # label -1 counts in the last column
    best = time.argmax(axis=1)
    return np.where(best == len(EMOTIONS), -1, best), np.maximum.reduceat(why, first)


def _arc(arc: Arc) -> dict[str, Any]:
    stride = -(-len(arc.times) // _MAX_ROWS)
    curves = {
        name: [_numbers(part[::stride, i]) for part in (arc.values, arc.lower, arc.upper)]
        for i, name in enumerate(("valence", "arousal"))
    }
    turns = [
        {"time": round(p.time, 3), "value": round(p.value, 3), "of": p.measure, "kind": p.kind}
        for p in arc.turning_points
        if p.measure in curves
    ]
    return {"time": _numbers(arc.times[::stride]), "turns": turns, **curves}


def _numbers(values: _Floats) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), 3) for value in values]


def _reach(arcs: tuple[Arc, ...]) -> float:
    """Return the end of the value axis: 0.5 where that holds all bands, else 1."""
    bounds = [np.abs(part[:, :2]) for arc in arcs for part in (arc.lower, arc.upper)]
    bounds = [bound[~np.isnan(bound)] for bound in bounds]
    return 0.5 if all(bound.max(initial=0.0) <= 0.5 for bound in bounds) else 1.0
