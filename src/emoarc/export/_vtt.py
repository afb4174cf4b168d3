"""The fused labels as WebVTT captions: one cue for each run of one label of one subject."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emoarc.analysis import NOTICE, Analysis
from emoarc.files import write_text
from emoarc.timeline import Timeline
from emoarc.types import Expression

__all__ = ["captions", "write_vtt"]

_BRIDGE: Final = 0.25
"""Seconds; a shorter gap does not break a run, so that captions do not flicker."""


@dataclass
class _Cue:
    start: float
    end: float
    subject: str
    label: str


def write_vtt(analysis: Analysis, path: Path) -> None:
    """Write captions such as `<v P1>happiness`; abstentions and gaps stay without one."""
    write_text(path, captions(analysis.timeline))


def captions(timeline: Timeline) -> str:
    """Return the fused rows as WebVTT.

    The cues of one subject never overlap, and none ends where or before it starts.
    """
    fused = timeline.select(modality="fused")
    cues = [cue for subject in fused.subjects for cue in _cues(fused.select(subject))]
    blocks = [_block(cue) for cue in sorted(cues, key=lambda cue: (cue.start, cue.subject))]
    return "\n".join(["WEBVTT", "", f"NOTE {NOTICE}", "", *filter(None, blocks)])


def _cues(rows: Timeline) -> Iterator[_Cue]:
    """Join one subject's rows, which are in order of time, into runs."""
    cue: _Cue | None = None
    for row in rows:
        if cue and _continues(cue, row):
            cue.end = max(cue.end, row.end)
            continue
        if cue:
            cue.end = min(cue.end, row.start)
            yield cue
        cue = _Cue(row.start, row.end, row.subject, row.label) if row.label else None
    if cue:
        yield cue


def _continues(cue: _Cue, row: Expression) -> bool:
    return cue.label == row.label and row.start - cue.end <= _BRIDGE


def _block(cue: _Cue) -> str:
    """Return one cue, or nothing where it would last less than a millisecond."""
    start, end = round(cue.start * 1000), round(cue.end * 1000)
    if end <= start:
        return ""
    text = f"<v {_escape(cue.subject)}>{_escape(cue.label)}"
    return f"{_stamp(start)} --> {_stamp(end)}\n{text}\n"


def _stamp(milliseconds: int) -> str:
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{milliseconds:03d}"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
