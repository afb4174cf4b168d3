"""CK+: 593 sequences of 123 people from the neutral face to the peak of a posed expression.

Layout of CK+: `cohn-kanade-images/S005/001/S005_001_00000011.png`, and for the 327 sequences whose
peak fits an emotion `Emotion/S005/001/S005_001_00000011_emotion.txt` with a number from 0 to 7 (the
README of the distribution). The number describes the last frame. As most of the literature does,
the last three frames count as the emotion and the first as neutral; the frames between, and the
sequences without an emotion, are left out. Frames of a sequence share a take.

Layout of CK+48: `anger/S010_004_00000017.png`, the last three frames of the 327 sequences cut to
48×48, as shared on Kaggle. Speakers and takes are named as in CK+, so that a split over both finds
what they have in common.
"""

import re
from itertools import groupby
from pathlib import Path

from emoarc.corpora._clip import Clip, Manifest
from emoarc.corpora._corpus import Corpus, media_files, read_files
from emoarc.corpora._findings import Findings, read_text
from emoarc.labels import canonical

__all__ = ["CK_PLUS", "CK_PLUS_48", "CK_PLUS_LABELS"]

CK_PLUS_LABELS = (
    "neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise",
)  # fmt: skip
"""The eight classes as the emotion files count them, from 0."""

PEAK_FRAMES = 3
"""How many of a sequence's last frames carry its emotion."""

_STEM = re.compile(r"(S\d{3})_(\d{3})_(\d+)")
_LICENCE = "agreement with the makers, for research"


def _recognise(folder: Path) -> bool:
    return any(folder.glob("cohn-kanade-images/S*"))


def _read(folder: Path) -> Manifest:
    findings = Findings()
    emotions = _emotions(folder, findings)
    images = folder / "cohn-kanade-images"
    for place, paths in groupby(media_files(images, "image"), lambda path: path.parent):
        frames: list[Path] = []
        for path in paths:
            match = _STEM.fullmatch(path.stem)
            if match and (match[1], match[2]) == place.parts[-2:]:
                frames.append(path)
            else:
                findings.refuse(path, "not a CK+ name such as S005/001/S005_001_00000011")
        if emotion := emotions.pop("_".join(place.parts[-2:]), None):
            _add_sequence(frames, emotion[0], findings)
    for _, label in emotions.values():
        findings.refuse(label, "labels a sequence without images; copy them from the corpus again")
    return findings.manifest()


def _emotions(folder: Path, findings: Findings) -> dict[str, tuple[str, Path]]:
    """Return word and file by sequence, such as `S005_001`."""
    emotions: dict[str, tuple[str, Path]] = {}
    for path in sorted(folder.glob("Emotion*/**/S*_emotion.txt")):
        text = read_text(path, findings).strip()
        match = re.fullmatch(r"([0-7])(?:\.0*)?(?:e\+?0+)?", text)
        if match:
            emotions["_".join(path.stem.split("_")[:2])] = CK_PLUS_LABELS[int(match[1])], path
        elif text:
            findings.refuse(path, "holds no number from 0 to 7; copy it from the corpus again")
    return emotions


def _add_sequence(frames: list[Path], emotion: str, findings: Findings) -> None:
    frames = sorted(frames)
    for path in frames[max(1, len(frames) - PEAK_FRAMES) :]:
        findings.add(_clip(path, "ck-plus", emotion))
    for path in frames[:1]:
        findings.add(_clip(path, "ck-plus", "neutral"))


def _clip(path: Path, corpus: str, emotion: str) -> Clip:
    subject, sequence, _ = path.stem.split("_")
    return Clip(
        path,
        corpus,
        "image",
        emotion=emotion,
        speaker=f"ck-plus-{subject}",
        take=f"ck-plus-{subject}_{sequence}",
    )


def _recognise_48(folder: Path) -> bool:
    return any(folder.glob("contempt/S[0-9]*_*_*"))


def _read_48(folder: Path) -> Manifest:
    return read_files(media_files(folder, "image"), _clip_48)


def _clip_48(path: Path) -> Clip | str:
    emotion = canonical(path.parent.name)
    if emotion not in CK_PLUS_LABELS or not _STEM.fullmatch(path.stem):
        return "not a CK+48 name such as anger/S010_004_00000017; rename or remove it"
    return _clip(path, "ck-plus-48", emotion)


CK_PLUS = Corpus(
    "ck-plus",
    "Extended Cohn-Kanade dataset",
    _LICENCE,
    "research only",
    "Lucey et al. 2010, CVPR Workshops, 94-101, and the README of the distribution of 2010",
    _recognise,
    _read,
)
CK_PLUS_48 = Corpus(
    "ck-plus-48",
    "CK+48, the peak frames of CK+ at 48×48",
    _LICENCE,
    "research only",
    "the folder as shared on Kaggle (shawon10/ckplus); Lucey et al. 2010 for CK+",
    _recognise_48,
    _read_48,
)
