"""`report.html`: one page that holds everything, opens by double click and fetches nothing."""

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from emoarc import __version__
from emoarc.analysis import ACTION_UNIT_COLUMNS, Analysis, SubjectSummary
from emoarc.errors import InputError
from emoarc.export._display import display_data, span
from emoarc.export._display_faces import display_faces
from emoarc.export._display_incongruence import display_incongruence
from emoarc.export._json import plain
from emoarc.export._overlay import part_analyzed
from emoarc.export._page import render
from emoarc.files import write_text
from emoarc.fusion import SEVERAL_VOICES
from emoarc.labels import EMOTIONS
from emoarc.media import is_browser_playable, transcode

__all__ = ["write_html"]

_AT: Final = {"left": "at the left", "middle": "in the middle", "right": "at the right"}
_PREVIEW: Final = "preview.mp4"


class _Source(NamedTuple):
    """What the report's player plays."""

    address: str
    """As seen from the report; empty if there is nothing to play."""
    offset: float = 0.0
    """Seconds of the recording before its first moment."""


def write_html(
    analysis: Analysis, path: Path, on_progress: Callable[[float], None] | None = None
) -> None:
    """Write the report, which plays the recording from where it lies.

    If browsers cannot play the recording and faces were read in it, the part that was analysed is
    copied small beside the report, as `preview.mp4`.

    Args:
        analysis: What to report.
        path: The file to write; it appears whole or not at all.
        on_progress: Called with the time reached in the recording, in seconds, while it is copied.

    Raises:
        OutputError: A file cannot be written.
    """
    write_text(path, _page(analysis, _source(analysis, path.parent, on_progress)))


def _page(analysis: Analysis, source: _Source) -> str:
    data: dict[str, Any] = _data(analysis) | {"offset": source.offset, "preview": _PREVIEW}
    return render(
        "report",
        data,
        title=Path(analysis.file).name or analysis.file,
        facts=list(_facts(analysis)),
        kind="video" if analysis.media and analysis.media.video else "audio",
        source=source.address,
        modalities=data["modalities"],
        alone=_alone(data),
        emotions=EMOTIONS,
        units=[doc.split(" ", 1) for doc in ACTION_UNIT_COLUMNS.values()] if data["faces"] else (),
        apart=bool(data["apart"]),
        subjects=data["subjects"],
        several=[(sound, SEVERAL_VOICES[sound]) for sound in data["several"]],
        summary=list(_summary(analysis)),
        uncounted=_uncounted(analysis),
        coverage=list(_coverage(analysis)),
        warnings=analysis.warnings,
        provenance=list(_provenance(analysis)),
        record=json.dumps(_record(analysis), indent=2, ensure_ascii=False),
    )


def _alone(data: dict[str, Any]) -> str:
    """Say of what the fused rows are made where there is one modality only."""
    match data["modalities"]:
        case ["fused", "voice"]:
            return "No face was observed: fused is the voice alone, smoothed over time."
        case ["fused", "face"]:
            return "No speech was observed: fused is the face alone, smoothed over time."
        case _:
            return ""


def _data(analysis: Analysis) -> dict[str, Any]:
    shown = display_data(analysis)
    notes = dict.fromkeys(shown["subjects"], "") | _notes(analysis)
    name = re.sub(r"[^\w.-]+", "_", Path(analysis.file).stem) or "emoarc"
    start, end = span(analysis)
    return {
        **shown,
        "faces": display_faces(analysis, end - start),
        "apart": display_incongruence(analysis, end - start),
        "units": list(ACTION_UNIT_COLUMNS.values()),
        "notes": notes,
        "name": name,
    }


def _source(
    analysis: Analysis, folder: Path, on_progress: Callable[[float], None] | None
) -> _Source:
    """Find what the player of a report in `folder` shall play; make it if need be."""
    media = analysis.media
    if media is None:
        return _Source("")
    if is_browser_playable(media) or not media.path.exists():
        return _Source(_address(media.path, folder))
    part = replace(part_analyzed(analysis), max_side=640, crf=28)
    try:
        transcode(media.path, folder / _PREVIEW, options=part, on_progress=on_progress)
    except InputError:  # what cannot be copied may still play in some browser
        return _Source(_address(media.path, folder))
    return _Source(_PREVIEW, part.start)


def _address(source: Path, folder: Path) -> str:
    """Return a relative address, so that a folder moved as a whole keeps working."""
    try:
        relative = Path(os.path.relpath(source, folder))
    except ValueError:  # on another drive
        return source.absolute().as_uri()
    return "/".join(quote(os.fsencode(part)) for part in relative.parts)


def _facts(analysis: Analysis) -> Iterator[str]:
    media = analysis.media
    start, end = span(analysis)
    yield clock((media and media.duration) or end - start)
    if media and media.video:
        yield f"video {media.video.width} × {media.video.height}"
    if media and media.audio:
        yield f"sound {media.audio.sampling_rate / 1000:g} kHz"
    count = len(analysis.subjects)
    yield "no subjects" if not count else "1 subject" if count == 1 else f"{count} subjects"


def _notes(analysis: Analysis) -> dict[str, str]:
    places = analysis.places
    return {s.id: _note(places.get(s.id, ""), s.seen, s.heard) for s in analysis.subjects}


def _note(place: str, seen: float, heard: float) -> str:
    parts = [f"mostly {_AT[place]}"] if place else []
    parts += [f"{verb} {clock(time)}" for verb, time in (("seen", seen), ("heard", heard)) if time]
    return ", ".join(parts)


def _summary(analysis: Analysis) -> Iterator[dict[str, Any]]:
    notes = _notes(analysis)
    for subject, entries in groupby(analysis.summary, key=lambda entry: entry.subject):
        yield {
            "id": subject,
            "note": notes.get(subject, ""),
            "rows": [_summary_row(entry) for entry in entries],
        }


def _uncounted(analysis: Analysis) -> str:
    """Say for how long several voices were heard."""
    told = (f"{SEVERAL_VOICES[s]} for {clock(t)}" for s, t in analysis.several_voices.items())
    text = " and ".join(told)
    return f"{text[:1].upper()}{text[1:]}, which counts for nobody." if text else ""


def _summary_row(entry: SubjectSummary) -> dict[str, Any]:
    shares = {**entry.shares, "uncertain": 1.0 - sum(entry.shares.values())}
    shown = {name: round(100 * share, 1) for name, share in shares.items() if share >= 0.0005}
    largest = sorted(shown.items(), key=lambda item: -item[1])
    return {
        "modality": entry.modality,
        "seconds": clock(entry.seconds),
        "label": entry.label,
        "mean": f"{entry.probabilities[entry.label]:.0%}".replace("%", "\u00a0%"),
        "shares": [{"name": name, "percent": percent} for name, percent in shown.items()],
        "described": ", ".join(
            f"{name} {percent:.0f}\u00a0%" for name, percent in largest if percent >= 1
        ),
        "valence": _signed(entry.valence),
        "arousal": _signed(entry.arousal),
    }


def _coverage(analysis: Analysis) -> Iterator[tuple[str, str]]:
    coverage = analysis.coverage
    if coverage is None:
        return
    if coverage.fraction is not None:
        yield "Read", f"{coverage.fraction:.0%} of what the file declares".replace("%", "\u00a0%")
    if coverage.declared is not None:
        yield "Declared", clock(coverage.declared)
    if coverage.video_frames:
        yield "Video", f"{coverage.video_frames:,} frames analysed"
    if coverage.audio_seconds:
        yield "Sound", f"{clock(coverage.audio_seconds)} heard"
    for stream in coverage.streams:
        damage = stream.damage
        counts = {"damaged packets": damage.packets, "patched frames": damage.concealed}
        found = [f"{count} {what}" for what, count in counts.items() if count]
        yield f"Damage, {stream.kind}", ", ".join(found) or "none"


def _provenance(analysis: Analysis) -> Iterator[tuple[str, str]]:
    facts: dict[str, Any] = plain(analysis.provenance)
    options: dict[str, Any] = facts.get("options", {})
    yield "File", analysis.file
    for model in facts.get("models", ()):
        yield "Model", f"{model['name']} {model['version']}, sha256 {model['sha256'][:16]}…"
    yield "emoarc", str(facts.get("emoarc", __version__))
    for name, title in (("prior", "Prior"), ("valence_arousal", "Valence, arousal")):
        if name in facts:
            yield title, facts[name] if isinstance(facts[name], str) else "as given in the options"
    if "modalities" in options:
        yield "Modalities", ", ".join(options["modalities"])
    if "fps" in options:
        yield "Frames", f"{options['fps']:g} per second"
    if options.get("face_relative"):
        yield "Faces", f"relative to each person's face at rest, {options['face_relative']:g}"
    if options.get("start") or options.get("end"):
        yield "Part", f"from {options.get('start') or 0:g} s to {options.get('end') or 'the end'}"


def _record(analysis: Analysis) -> dict[str, Any]:
    parts = {"media": analysis.media, "coverage": analysis.coverage}
    return plain({"provenance": analysis.provenance, **parts})


def clock(seconds: float) -> str:
    """Return a length of time as people write it: 7.4 s, 1:05, 1:00:05."""
    if seconds < 60:
        return f"{seconds:.1f}\u00a0s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
