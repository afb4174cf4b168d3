"""RAVDESS: 24 actors say and sing two sentences, with eight emotions."""

import re
from pathlib import Path

from emoarc.corpora._clip import Clip, Kind, Manifest, Problem
from emoarc.corpora._corpus import Corpus, media_files

__all__ = ["RAVDESS", "RAVDESS_LABELS"]

RAVDESS_LABELS = (
    "neutral", "calm", "happiness", "sadness", "anger", "fear", "disgust", "surprise",
)  # fmt: skip
"""The eight classes; the file names count them from 1."""

_STEM = re.compile(r"(0[123])-(0[12])-(0[1-8])-(0[12])-(0[12])-(0[12])-(\d\d)")
_KINDS: dict[str, Kind] = {"01": "audio-visual", "02": "video", "03": "audio"}
_CHANNELS = {"01": "", "02": "song:"}


def _recognise(folder: Path) -> bool:
    return any(folder.glob("Actor_*")) or any(folder.glob("*_Actor*_*/Actor_*"))


def _read(folder: Path) -> Manifest:
    clips: list[Clip] = []
    problems: list[Problem] = []
    for path in media_files(folder, "audio", "video"):
        match = _STEM.fullmatch(path.stem)
        if match and 1 <= int(match[7]) <= 24:
            clips.append(_clip(path, match))
        else:
            problems.append(Problem(path, "not a RAVDESS name such as 03-01-05-01-02-01-07"))
    return Manifest(tuple(clips), tuple(problems))


def _clip(path: Path, match: re.Match[str]) -> Clip:
    modality, channel, emotion, intensity, statement, _, actor = match.groups()
    return Clip(
        path,
        "ravdess",
        _KINDS[modality],
        emotion=RAVDESS_LABELS[int(emotion) - 1],
        speaker=f"ravdess-{actor}",
        # The three modalities of a recording differ in their first field alone.
        take=f"ravdess-{path.stem[3:]}",
        sex="male" if int(actor) % 2 else "female",
        language="en",
        sentence=f"{_CHANNELS[channel]}{statement}",
        intensity={"01": "normal", "02": "strong"}[intensity],
    )


RAVDESS = Corpus(
    "ravdess",
    "Ryerson Audio-Visual Database of Emotional Speech and Song",
    "CC BY-NC-SA 4.0",
    "non-commercial",
    "Livingstone & Russo 2018, PLoS ONE 13(5) e0196391, and the naming convention at "
    "zenodo.org/records/1188976",
    _recognise,
    _read,
)
