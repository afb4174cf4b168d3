"""The fused labels as WebVTT captions: one cue for each segment."""

from pathlib import Path

from emoarc.analysis import NOTICE, Analysis
from emoarc.files import write_text
from emoarc.fusion import Segment, segments
from emoarc.timeline import Timeline

__all__ = ["captions", "write_vtt"]


def write_vtt(analysis: Analysis, path: Path) -> None:
    """Write captions such as `<v P1>happiness`; abstentions and gaps stay without one."""
    write_text(path, captions(analysis.timeline))


def captions(timeline: Timeline) -> str:
    """Return the fused rows as WebVTT.

    The cues of one subject never overlap, and none ends where or before it starts.
    """
    blocks = map(_block, segments(timeline))
    return "\n".join(["WEBVTT", "", f"NOTE {NOTICE}", "", *filter(None, blocks)])


def _block(cue: Segment) -> str:
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
