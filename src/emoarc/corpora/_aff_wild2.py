"""Aff-Wild2: videos from the web, labelled frame by frame with expressions, valence and arousal.

Layout (ibug.doc.ic.ac.uk/resources/aff-wild2 and the ABAW challenges): annotations in
`annotations/VA_Set/Train_Set/VIDEO.txt` and `EXPR_Set/Validation_Set/` (since 2022
`VA_Estimation_Challenge`, `EXPR_Classification_Challenge`): a header, then a line per frame, either
`0.602,0.389` with -5 where unlabelled, or a number from 0 (neutral, anger, disgust, fear,
happiness, sadness, surprise, other) with -1 where unlabelled. `VIDEO_left` and `VIDEO_right` are
two people of one video. Videos are `batch1/VIDEO.mp4` and the like, and the frames of a person
`cropped_aligned/VIDEO/00001.jpg`, whose number is that of the line.

A video is one row per person and split: the means of valence and arousal, and the expression that
most of its labelled frames have. (VA and EXPR split some videos differently; such a video has a row
for each.) Where there are frames but no video, every thirtieth labelled frame is a row, about one a
second, since neighbours are all but equal. People are told apart by video only, so keep to the
corpus's splits. `Other` leaves the emotion empty.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emoarc.corpora._clip import Clip, Manifest
from emoarc.corpora._corpus import Corpus, kind_of, media_files
from emoarc.corpora._findings import Findings, read_text, root_of
from emoarc.corpora._trace_files import Trace, mean_of
from emoarc.errors import InputError
from emoarc.media import probe

__all__ = ["AFF_WILD2", "aff_wild2_trace"]

_CODES = ("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise", "")
_STEP = 30
_USUAL_RATE = 30.0
_MARKS = tuple(
    f"{place}{task}/Train*_Set"
    for place in ("", "*[Aa]nnotations*/")
    for task in ("VA_*", "EXPR_*")
)
_FOLDER = re.compile(r"(VA|EXPR)_\w+")
_SPLITS: dict[str, Literal["train", "validation"]] = {
    "train_set": "train", "training_set": "train", "validation_set": "validation",
}  # fmt: skip
_Split = Literal["train", "validation"]


@dataclass
class _Labels:
    """What is said of one person of one video in one split."""

    file: Path
    affect: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))
    """Valence and arousal by frame, shape (frames, 2), NaN where unlabelled."""
    codes: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """Expressions by frame, shape (frames,), -1 where unlabelled."""

    def emotion(self, frame: int) -> str:
        """Return the expression of a frame, empty where there is none."""
        code = self.codes[frame] if frame < len(self.codes) else -1
        return _CODES[code] if code >= 0 else ""

    def at(self, frame: int) -> tuple[float | None, float | None]:
        """Return valence and arousal of a frame."""
        pair = self.affect[frame : frame + 1]
        return mean_of(pair[:, 0]), mean_of(pair[:, 1])

    @property
    def usual(self) -> str:
        """The expression of most frames."""
        counts = np.bincount(self.codes[self.codes >= 0])
        return _CODES[int(counts.argmax())] if counts.size else ""


def _recognise(folder: Path) -> bool:
    return any(any(folder.glob(mark)) for mark in _MARKS)


def _read(folder: Path) -> Manifest:
    findings = Findings()
    videos = {path.stem: path for path in media_files(folder, "video")}
    crops = [*folder.glob("cropped_aligned"), *folder.glob("*/cropped_aligned")]
    for (split, name), labels in sorted(_labels(folder, findings).items()):
        video = videos.get(name) or videos.get(_video(name))
        frames = next((crop / name for crop in crops if (crop / name).is_dir()), None)
        if video:
            means = [mean_of(labels.affect[:, column]) for column in range(2)]
            findings.add(_clip(video, name, split, labels.usual, *means))
        elif frames:
            for clip in _frames(frames, name, split, labels):
                findings.add(clip)
        else:
            findings.refuse(labels.file, "labels a video that is here neither whole nor in frames")
    return findings.manifest()


def _annotations(folder: Path) -> Iterator[tuple[str, _Split, Path]]:
    """Yield task, split and file of every annotation."""
    marks = {str(Path(mark).parent) for mark in _MARKS}
    for path in sorted({path for mark in marks for path in folder.glob(f"{mark}/*/*.txt")}):
        task, split = _FOLDER.fullmatch(path.parts[-3]), _SPLITS.get(path.parent.name.lower())
        if task and split:
            yield task[1], split, path


def _labels(folder: Path, findings: Findings) -> dict[tuple[_Split, str], _Labels]:
    labels: dict[tuple[_Split, str], _Labels] = {}
    for task, split, path in _annotations(folder):
        numbers = _numbers(path, 2 if task == "VA" else 1, findings)
        if numbers is None:
            continue
        person = labels.setdefault((split, path.stem), _Labels(path))
        if task == "VA":
            person.affect = np.where(np.abs(numbers) <= 1, numbers, np.nan)
        else:
            known = (numbers[:, 0] >= 0) & (numbers[:, 0] < len(_CODES))
            person.codes = np.where(known, numbers[:, 0], -1).astype(np.int64)
    return labels


def _numbers(file: Path, width: int, findings: Findings) -> NDArray[np.float64] | None:
    """Read the lines after the header, shape (frames, width)."""
    lines = read_text(file, findings).splitlines()[1:]
    try:
        rows = [[float(cell) for cell in line.split(",")] for line in lines if line.strip()]
        return np.array(rows).reshape(len(rows), width) if rows else None
    except ValueError:
        findings.refuse(file, f"has lines that are not {width} numbers; copy it again")
        return None


def _frames(folder: Path, name: str, split: _Split, labels: _Labels) -> Iterator[Clip]:
    for path in media_files(folder, "image"):
        frame = int(path.stem) - 1 if path.stem.isdigit() else -1
        if frame >= 0 and frame % _STEP == 0:
            valence, arousal = labels.at(frame)
            emotion = labels.emotion(frame)
            if emotion or valence is not None:
                yield _clip(path, name, split, emotion, valence, arousal)


def _clip(
    path: Path,
    name: str,
    split: _Split,
    emotion: str,
    valence: float | None,
    arousal: float | None,
) -> Clip:
    return Clip(
        path,
        "aff-wild2",
        kind_of(path),
        emotion=emotion,
        speaker=f"aff-wild2-{name}",
        take=f"aff-wild2-{_video(name)}",
        valence=valence,
        arousal=arousal,
        split=split,
    )


def _video(name: str) -> str:
    """Return the name of the video that shows a person."""
    return re.sub(r"_(left|right)$", "", name)


def aff_wild2_trace(clip: Clip) -> Trace:
    """Return valence and arousal frame by frame, at the frame rate that the video states.

    30 frames per second are assumed where the video is not at hand.
    """
    name = clip.speaker.removeprefix("aff-wild2-")
    root = root_of(clip.file, _MARKS)
    files = (path for task, _, path in _annotations(root) if task == "VA") if root else iter(())
    file = next((path for path in files if path.stem == name), None)
    numbers = _numbers(file, 2, Findings()) if file else None
    affect = np.empty((0, 2)) if numbers is None else numbers
    affect = np.where(np.abs(affect) <= 1, affect, np.nan)
    return Trace(np.arange(len(affect)) / _frame_rate(clip), affect[:, 0], affect[:, 1])


def _frame_rate(clip: Clip) -> float:
    if clip.kind == "image":
        return _USUAL_RATE
    try:
        video = probe(clip.file).video
    except InputError:
        return _USUAL_RATE
    return (video.frame_rate if video else None) or _USUAL_RATE


AFF_WILD2 = Corpus(
    "aff-wild2",
    "Aff-Wild2",
    "end-user licence agreement of the makers, for research at universities",
    "research only",
    "Kollias & Zafeiriou 2019, arXiv:1811.07770; ibug.doc.ic.ac.uk/resources/aff-wild2; folders of "
    "the ABAW challenges as their public readers name them",
    _recognise,
    _read,
)
