"""The recording itself with its expressions drawn on it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoarc.analysis import Analysis
from emoarc.export._canvas import Canvas, Color
from emoarc.labels import EMOTIONS
from emoarc.media import WriteOptions, transcode
from emoarc.timeline import Timeline

__all__ = ["OverlayPainter", "part_analyzed", "write_overlay"]

_COLORS: Final[dict[str, Color]] = {
    "neutral": (170, 179, 189),
    "happiness": (242, 178, 50),
    "sadness": (92, 145, 255),
    "anger": (240, 98, 66),
    "fear": (196, 130, 222),
    "disgust": (63, 214, 166),
    "surprise": (154, 207, 243),
}
"""Bright shades of the report's palette: they stand on video and on dark veils."""
_WHITE: Final[Color] = (240, 242, 245)
_GREY: Final[Color] = (84, 90, 99)

_LONGEST_BRIDGE: Final = 0.5
"""Seconds between two observations of a face over which its box is interpolated."""
_SLACK: Final = 0.02
"""Seconds by which a frame may lie outside a row, as between two rows whose ends were rounded."""
_MOST_PANELS: Final = 3
"""With more faces in view than this, only labels are drawn."""
_STEP: Final = 1.5
"""From one row of a panel to the next, in letters."""
_MARK: Final = "emoarc: expression as perceived"


def write_overlay(
    analysis: Analysis,
    source: Path,
    target: Path,
    on_progress: Callable[[float], None] | None = None,
) -> None:
    """Write an annotated copy of the part of a recording that was analysed, as MP4 with its sound.

    Each face in view gets a box, its subject and label, and the fused probabilities; a subject who
    is only heard gets a caption. Where nothing was observed, nothing is drawn.

    Args:
        analysis: What to draw.
        source: The recording that was analysed.
        target: The file to write; it appears whole or not at all.
        on_progress: Called with the time reached in the source, in seconds.

    Raises:
        InputError: The source cannot be read.
        OutputError: The target cannot be written.
    """
    transcode(source, target, OverlayPainter(analysis), part_analyzed(analysis), on_progress)


def part_analyzed(analysis: Analysis) -> WriteOptions:
    """Return the options that copy what was analysed: that span of time, with that sound."""
    options: dict[str, Any] = analysis.provenance.get("options", {})
    return WriteOptions(
        start=options.get("start") or 0.0,
        end=options.get("end"),
        audio_track=options.get("audio_track"),
    )


class OverlayPainter:
    """Draws what was observed at a frame's time; call it for frames in any order."""

    def __init__(self, analysis: Analysis) -> None:
        video = analysis.media.video if analysis.media else None
        self._size = (video.width, video.height) if video else None
        self._tracks = list(_tracks(analysis))
        self._moods = {
            subject.id: _Moods(analysis.timeline.select(subject.id, "fused"))
            for subject in analysis.subjects
        }
        self._voices = {
            subject.id: _Moods(analysis.timeline.select(subject.id, "voice"))
            for subject in analysis.subjects
        }

    def __call__(self, time: float, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the frame with all that was observed at `time`, in seconds; RGB."""
        boxes = {
            track.subject: box for track in self._tracks if (box := track.at(time)) is not None
        }
        moods = {name: mood for name, moods in self._moods.items() if (mood := moods.at(time))}
        if not boxes and not moods:
            return image
        canvas = Canvas(image.copy())
        scale = self._scale(canvas)
        faces = {subject: _Rectangle(*(box * scale).tolist()) for subject, box in boxes.items()}
        for subject, face in faces.items():
            _draw_face(canvas, subject, face, moods.get(subject))
        _draw_panels(canvas, faces, moods)
        unseen = [(name, mood) for name, mood in moods.items() if name not in boxes]
        heard = [(name, mood) for name, mood in unseen if self._voices[name].at(time)]
        for line, (subject, mood) in enumerate(heard):
            _draw_caption(canvas, f"{subject} (voice): {mood.text}", mood.color, line)
        _draw_mark(canvas)
        return canvas.image

    def _scale(self, canvas: Canvas) -> NDArray[np.float64]:
        """Return the factors from the analysed frame's pixels to this one's."""
        width, height = self._size or (canvas.width, canvas.height)
        return np.tile([canvas.width / width, canvas.height / height], 2)


class _Rectangle(NamedTuple):
    """A part of the frame, in pixels."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: "_Rectangle") -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True)
class _Track:
    """Where one face was."""

    subject: str
    times: NDArray[np.float64]
    """Seconds, shape (n,)."""
    boxes: NDArray[np.float64]
    """x, y, width, height, shape (n, 4)."""
    period: float
    """Seconds for which one observation stands."""

    def at(self, time: float) -> NDArray[np.float64] | None:
        """Return the box at a time, or None where the face was not observed."""
        after = int(np.searchsorted(self.times, time, side="right"))
        if after == 0:
            return None
        before, since = after - 1, time - self.times[after - 1]
        if after == len(self.times) or self.times[after] - self.times[before] > _LONGEST_BRIDGE:
            return self.boxes[before] if since < self.period else None
        part = since / (self.times[after] - self.times[before])
        return (1 - part) * self.boxes[before] + part * self.boxes[after]


@dataclass(frozen=True)
class _Mood:
    """One fused row."""

    label: str | None
    probabilities: NDArray[np.float32]

    @property
    def text(self) -> str:
        if self.label is None:
            return "uncertain"
        return f"{self.label} {self.probabilities[EMOTIONS.index(self.label)]:.0%}"

    @property
    def color(self) -> Color:
        return _COLORS[self.label] if self.label else _WHITE


class _Moods:
    """One subject's fused rows, found by time."""

    def __init__(self, rows: Timeline) -> None:
        self._starts: NDArray[np.float64] = rows.column("start")
        self._ends: NDArray[np.float64] = rows.column("end")
        self._labels = rows.column("label")
        self._probabilities = rows.probabilities

    def at(self, time: float) -> _Mood | None:
        row = int(np.searchsorted(self._starts, time, side="right")) - 1
        if row < 0 or time >= self._ends[row] + _SLACK:
            return None
        return _Mood(self._labels[row], self._probabilities[row])


def _tracks(analysis: Analysis) -> Iterator[_Track]:
    faces = analysis.faces
    numbers = faces["track"].to_numpy()
    columns = ("x", "y", "width", "height")
    boxes = np.column_stack([faces[name].to_numpy() for name in columns]).astype(np.float64)
    times, subjects = faces["time"].to_numpy(), faces["subject"].to_numpy()
    for number in np.unique(numbers):
        rows = np.flatnonzero(numbers == number)
        rows = rows[np.argsort(times[rows], kind="stable")]
        period = float(np.median(np.diff(times[rows]))) if len(rows) > 1 else 0.1
        yield _Track(str(subjects[rows][0]), times[rows], boxes[rows], period)


def _draw_face(canvas: Canvas, subject: str, face: _Rectangle, mood: _Mood | None) -> None:
    """Draw the box of a face, and above it, or in it at the frame's top, its subject and label."""
    color = mood.color if mood else _WHITE
    canvas.frame(*face, color)
    title = f"{subject}  {mood.text}" if mood else subject
    pad = canvas.letter * 0.45
    wide, tall = canvas.text_width(title) + 2 * pad, canvas.letter + 2 * pad
    left = float(np.clip(face.x, 0, max(0.0, canvas.width - wide)))
    top = face.y - tall if face.y >= tall else face.y
    canvas.veil(left, top, wide, tall)
    canvas.text(title, left + pad, top + pad + canvas.letter, color)


def _draw_panels(canvas: Canvas, faces: dict[str, _Rectangle], moods: dict[str, _Mood]) -> None:
    """Draw each face's probabilities where they hide no face and no other panel."""
    if len(faces) > _MOST_PANELS:
        return
    taken = list(faces.values())
    name = max(canvas.text_width(emotion) for emotion in EMOTIONS)
    for subject, face in faces.items():
        for panel in _places(canvas, face, name):
            free = not any(panel.overlaps(each) for each in taken)
            if subject in moods and (free or len(faces) == 1):
                taken.append(panel)
                _draw_bars(canvas, panel, name, moods[subject])
                break


def _places(canvas: Canvas, face: _Rectangle, name: float) -> Iterator[_Rectangle]:
    """Yield where a face's panel may go: beside it, where there is more room first, or below."""
    pad = canvas.letter * 0.5
    tall = _STEP * canvas.letter * len(EMOTIONS) + pad
    rooms = {"right": canvas.width - face.x - face.width - pad, "left": face.x - pad}
    for side, room in sorted(rooms.items(), key=lambda item: -item[1]):
        bar = float(np.clip(room - name - 3 * pad, 40 * canvas.unit, 90 * canvas.unit))
        wide = name + bar + 3 * pad
        x = face.x + face.width + pad if side == "right" else face.x - pad - wide
        x = float(np.clip(x, 0, max(0.0, canvas.width - wide)))
        y = float(np.clip(face.y, 0, max(0.0, canvas.height - tall)))
        yield _Rectangle(x, y, wide, tall)
    wide, y = name + 90 * canvas.unit + 3 * pad, face.y + face.height + pad
    if face.x >= 0 and face.x + wide <= canvas.width and y + tall <= canvas.height:
        yield _Rectangle(face.x, y, wide, tall)


def _draw_bars(canvas: Canvas, panel: _Rectangle, name: float, mood: _Mood) -> None:
    """Draw a row for each emotion: its name, and a bar as long as its probability."""
    pad = canvas.letter * 0.5
    length, thickness = panel.width - name - 3 * pad, canvas.letter * 0.6
    canvas.veil(*panel)
    for row, (emotion, probability) in enumerate(zip(EMOTIONS, mood.probabilities, strict=True)):
        base = panel.y + row * _STEP * canvas.letter + pad + canvas.letter
        color = _WHITE if emotion != mood.label else _COLORS[emotion]
        canvas.text(emotion, panel.x + pad, base, color)
        bar = panel.x + 2 * pad + name, base - canvas.letter * 0.75
        canvas.fill(*bar, length, thickness, _GREY)
        canvas.fill(*bar, length * float(probability), thickness, _COLORS[emotion])


def _draw_caption(canvas: Canvas, text: str, color: Color, line: int) -> None:
    pad = canvas.letter * 0.6
    wide, tall = canvas.text_width(text) + 2 * pad, canvas.letter + 2 * pad
    left = (canvas.width - wide) / 2
    top = canvas.height - (line + 1) * (tall + pad) - 1.5 * canvas.letter
    canvas.veil(left, top, wide, tall)
    canvas.text(text, left + pad, top + pad + canvas.letter, color)


def _draw_mark(canvas: Canvas) -> None:
    pad = canvas.letter * 0.5
    left = canvas.width - canvas.text_width(_MARK) - pad
    canvas.text(_MARK, left, canvas.height - pad, _WHITE)
