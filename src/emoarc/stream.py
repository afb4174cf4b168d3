"""A stream: frames and audio go in as they come, expressions come out. A file is one that ends."""

from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
import pyarrow as pa

from emoarc.audio import SpeakerBaselineOptions, VoiceBranch
from emoarc.errors import OptionError
from emoarc.evidence import FaceEvidence, VoiceEvidence
from emoarc.face_table import FaceTable
from emoarc.fusion import FusionOptions, FusionStage, LiveSmoother, smooth_rows
from emoarc.timeline import TIMELINE_SCHEMA, TableBuilder, Timeline, expression_row
from emoarc.types import AudioChunk, Expression, FaceObservation, VideoFrame, VoiceObservation
from emoarc.vision import FaceBranch, check_rgb

__all__ = ["Stream", "StreamResult"]


@dataclass(frozen=True)
class StreamResult:
    """All that a stream has found."""

    timeline: Timeline
    """Voices are given to subjects by all that was seen and heard, and fused rows are smoothed both
    ways, unlike those that a stream returns while it runs."""
    faces: pa.Table
    """Columns as in `FACE_SCHEMA`; action units count from what each person's neutral is by now."""


class Stream:
    """Analyses frames and audio in the order they come.

    The result depends on the content and its times alone: not on how the audio is cut into
    chunks, nor on how audio and frames interleave. A frame no later than the one before it is
    passed over, as samples are that come twice. Leave a branch out where there is no picture or no
    sound; a branch that is there holds fusion back until its own items come.
    """

    def __init__(
        self,
        faces: FaceBranch | None,
        voices: VoiceBranch | None,
        *,
        fps: float = 10.0,
        fusion: FusionOptions | None = None,
        baselines: SpeakerBaselineOptions | None = None,
    ) -> None:
        options = fusion or FusionOptions()
        self._faces = faces
        self._voices = voices
        self._options = options
        self._face_evidence = FaceEvidence(1 / fps, options.quality_floor)
        self._voice_evidence = VoiceEvidence(
            options.quality_floor, self._face_evidence.subjects, baselines
        )
        self._fusion = FusionStage(options)
        self._smooth = LiveSmoother(options)
        self._shown = TableBuilder(TIMELINE_SCHEMA)
        self._seen = FaceTable()
        self._last_frame = -inf
        self._ended = False

    def push(self, item: VideoFrame | AudioChunk) -> list[Expression]:
        """Take in a frame or a chunk; return the expressions that have become certain.

        Raises:
            OptionError: The stream has been flushed, has no branch for such an item, or the item
                is not as `emoarc.types` describes it.
        """
        if self._ended:
            raise OptionError("stream: it has been flushed; open a new one")
        _check(item)
        if isinstance(item, VideoFrame):
            if self._faces is None:
                raise OptionError("stream: it was opened without faces and takes no frames")
            if item.time <= self._last_frame:
                return []
            self._last_frame = item.time
            self._face_evidence.frame(item.time)
            self._voice_evidence.frame(item.time)
            return self._advance(self._faces.push(item), [])
        if self._voices is None:
            raise OptionError("stream: it was opened without voices and takes no audio")
        return self._advance([], self._voices.push(item))

    def flush(self) -> list[Expression]:
        """End the stream and return what was still open."""
        if self._ended:
            return []
        self._ended = True
        faces = self._faces.flush() if self._faces else []
        voices = self._voices.flush() if self._voices else []
        return self._advance(faces, voices)

    def result(self) -> StreamResult:
        """Return everything found so far; flush first to have it all."""
        speakers = self._voices.speakers() if self._voices else {}
        heard = Timeline.from_expressions(self._voice_evidence.revised(speakers))
        observed = Timeline.concatenate(Timeline(self._shown.build()), heard)
        # Fused once more, since some rows may have other subjects now.
        fused = Timeline.from_expressions(FusionStage(self._options).fuse(observed, self._settled))
        timeline = Timeline.concatenate(observed, smooth_rows(fused, self._options))
        return StreamResult(timeline, self._seen.build(self._face_evidence.subjects))

    @property
    def _settled(self) -> float:
        """Seconds; no evidence that starts before this time will follow."""
        return min(self._face_evidence.settled, self._voice_evidence.settled)

    def _advance(
        self, faces: list[FaceObservation], voices: list[VoiceObservation]
    ) -> list[Expression]:
        seen = self._face_evidence.push(faces, _settled(self._faces, self._ended))
        self._voice_evidence.push_faces(faces)
        heard = self._voice_evidence.push(
            voices, _settled(self._voices, self._ended), self._face_evidence.settled
        )
        self._fusion.push(seen + heard)
        fused = self._fusion.settle(self._settled)
        for face in faces:
            self._seen.append(face)
        for expression in seen:
            self._shown.append(expression_row(expression))
        return seen + heard + [self._smooth(expression) for expression in fused]


def _check(item: VideoFrame | AudioChunk) -> None:
    """Refuse arrays of another shape or type before they confuse a model."""
    if not isfinite(item.time):
        raise OptionError(f"stream: an item's time must be finite, not {item.time}")
    if isinstance(item, VideoFrame):
        check_rgb(item.image, "stream")
    elif item.samples.dtype != np.float32 or item.samples.ndim != 1:
        raise OptionError("stream: a chunk is mono, float32, of shape (n,), at 16 kHz")


def _settled(branch: FaceBranch | VoiceBranch | None, ended: bool) -> float:
    return inf if ended or branch is None else branch.settled
