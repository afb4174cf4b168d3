"""The Analysis: what `analyze` returns. Writers hang off it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emoarc.arcs import Arc
from emoarc.fusion import Segment, incongruence, segments
from emoarc.labels import EMOTIONS
from emoarc.media import Coverage, MediaInfo
from emoarc.timeline import Timeline
from emoarc.types import MODALITIES, Modality

__all__ = [
    "ACTION_UNIT_COLUMNS",
    "FACE_SCHEMA",
    "GEOMETRY_COLUMNS",
    "NOTICE",
    "Analysis",
    "Subject",
    "SubjectSummary",
    "summarize",
]

NOTICE: Final = (
    "These are expressions as an observer might perceive them in face and voice, estimated by "
    "models that err. They do not say what a person feels, intends or is."
)

ACTION_UNIT_COLUMNS: Final = {
    "au01": "AU1 inner brows raised",
    "au02": "AU2 outer brows raised",
    "au04": "AU4 brows lowered",
    "au06": "AU6 cheeks raised",
    "au12": "AU12 lip corners pulled",
    "au15": "AU15 lip corners lowered",
    "au25": "AU25 lips parted",
    "au26": "AU26 jaw dropped",
}
"""Columns of the face table and what each tells, in the order of `emoarc.vision.action_units`."""

_SHAPE: Final = (
    pa.field("yaw", pa.float32(), metadata={"unit": "degrees", "doc": "to the person's left"}),
    pa.field("pitch", pa.float32(), metadata={"unit": "degrees", "doc": "raised"}),
    pa.field("roll", pa.float32(), metadata={"unit": "degrees", "doc": "clockwise in the picture"}),
    pa.field("eye_opening", pa.float32(), metadata={"unit": "widths of the eye"}),
    pa.field(
        "mouth_opening", pa.float32(), metadata={"unit": "distances of the eyes' outer corners"}
    ),
    *(
        pa.field(name, pa.float32(), metadata={"range": "0 to 5", "doc": doc})
        for name, doc in ACTION_UNIT_COLUMNS.items()
    ),
)

GEOMETRY_COLUMNS: Final = tuple(field.name for field in _SHAPE)
"""What landmarks tell, null where none were looked for; files before this was told lack them."""

FACE_SCHEMA: Final = pa.schema(
    [
        pa.field("time", pa.float64(), metadata={"unit": "s"}),
        pa.field("subject", pa.string()),
        pa.field("track", pa.int32()),
        *(pa.field(side, pa.float32(), metadata={"unit": "px"}) for side in "xy"),
        *(pa.field(side, pa.float32(), metadata={"unit": "px"}) for side in ("width", "height")),
        pa.field("score", pa.float32(), metadata={"range": "0 to 1"}),
        pa.field("quality", pa.float32(), metadata={"range": "0 to 1"}),
        *_SHAPE,
    ]
)


@dataclass(frozen=True)
class Subject:
    """A person of this recording: face tracks, a voice, or both."""

    id: str
    """P1, P2 … for a person seen; V1 … for a voice that no visible face owns."""
    tracks: tuple[int, ...]
    """Face tracks, in order of appearance."""
    seen: float
    """Seconds in which the face was observed."""
    heard: float
    """Seconds of speech; that of several at once, or of a crowd, counts for who spoke before."""


@dataclass(frozen=True)
class SubjectSummary:
    """One subject's expression through one modality, over the whole recording."""

    subject: str
    modality: Modality
    seconds: float
    """Observed time."""
    label: str
    """The emotion with the largest mean probability."""
    probabilities: dict[str, float]
    """Means over time, weighted by quality."""
    shares: dict[str, float]
    """Part of the observed time in which each emotion was the most probable; the rest abstained."""
    valence: float
    arousal: float


@dataclass(frozen=True)
class Analysis:
    """Everything emoarc found in one recording."""

    file: str
    """The input as the user named it."""
    media: MediaInfo | None
    """None for a live stream."""
    subjects: tuple[Subject, ...]
    timeline: Timeline
    faces: pa.Table
    """Where faces were and how they were turned and shaped, frame by frame: `FACE_SCHEMA`."""
    arcs: tuple[Arc, ...]
    """One for each subject, and one named `all` for the whole recording."""
    summary: tuple[SubjectSummary, ...]
    coverage: Coverage | None
    """What was decoded against what was declared; None for a live stream."""
    warnings: tuple[str, ...]
    provenance: dict[str, Any]
    """Version, models with sha256, options, prior, sources: all that made this result."""

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Stretches in which a subject's fused label stays the same."""
        return segments(self.timeline)

    @property
    def incongruence(self) -> pa.Table:
        """How far face and voice are read differently: `emoarc.fusion.INCONGRUENCE_SCHEMA`."""
        return incongruence(self.timeline)

    def to_dict(self) -> dict[str, Any]:
        """Return the analysis as plain data, ready for JSON (see `emoarc.export`)."""
        from emoarc.export import to_dict

        return to_dict(self)

    def save(
        self,
        folder: str | Path,
        formats: Sequence[str] = (),
        on_progress: Callable[[float], None] | None = None,
    ) -> list[Path]:
        """Write the analysis into `folder` and return the files; see `emoarc.export.save`."""
        from emoarc.export import save

        return save(self, Path(folder), formats, on_progress)


def summarize(timeline: Timeline) -> tuple[SubjectSummary, ...]:
    """Summarise a timeline, one entry for each subject and modality that occurs in it."""
    summaries: list[SubjectSummary] = []
    for subject, own in timeline.by_subject().items():
        for modality in MODALITIES:
            rows = own.select(modality=modality)
            if len(rows):
                summaries.append(_summarize(subject, modality, rows))
    return tuple(summaries)


def _summarize(subject: str, modality: Modality, rows: Timeline) -> SubjectSummary:
    seconds = rows.column("end") - rows.column("start")
    weights = seconds * np.maximum(rows.column("quality"), 1e-6)
    probabilities = weights @ rows.probabilities / weights.sum()
    labels = rows.column("label")
    shares = np.array([seconds[labels == emotion].sum() for emotion in EMOTIONS]) / seconds.sum()
    return SubjectSummary(
        subject=subject,
        modality=modality,
        seconds=rows.seconds,
        label=EMOTIONS[int(probabilities.argmax())],
        probabilities=_named(probabilities),
        shares=_named(shares),
        valence=float(weights @ rows.column("valence") / weights.sum()),
        arousal=float(weights @ rows.column("arousal") / weights.sum()),
    )


def _named(values: NDArray[np.floating]) -> dict[str, float]:
    return {emotion: float(value) for emotion, value in zip(EMOTIONS, values, strict=True)}
