"""RAVDESS: 24 actors say and sing two sentences, with eight emotions."""

import re
from pathlib import Path

from emoarc.corpora._clip import Clip, Kind, Manifest
from emoarc.corpora._corpus import MEDIA, Corpus, media_files, read_files

__all__ = ["RAVDESS", "RAVDESS_LABELS"]

RAVDESS_LABELS = (
    "neutral", "calm", "happiness", "sadness", "anger", "fear", "disgust", "surprise",
)  # fmt: skip
"""The eight classes; the file names count them from 1."""

_STEM = re.compile(r"(0[123])-(0[12])-(0[1-8])-(0[12])-(0[12])-(0[12])-(\d\d)")
_PLACES = ("*", "Actor_*/*", "*_Actor*_*/*", "*_Actor*_*/Actor_*/*")
"""Where clips lie below the root: as unpacked from the archives, or gathered by actor."""
_KINDS: dict[str, Kind] = {"01": "audio-visual", "02": "video", "03": "audio"}
_CHANNELS = {"01": "", "02": "song:"}


def _recognise(folder: Path) -> bool:
    paths = (path for place in _PLACES for path in folder.glob(place))
    return any(_STEM.fullmatch(path.stem) for path in paths)


def _read(folder: Path) -> Manifest:
    return read_files(media_files(folder, "audio", "video"), _clip)


def _clip(path: Path) -> Clip | str:
    match = _STEM.fullmatch(path.stem)
    if not match or not 1 <= int(match[7]) <= 24:
        return "not a RAVDESS name such as 03-01-05-01-02-01-07; rename or remove it"
    modality, channel, emotion, intensity, statement, _, actor = match.groups()
    if channel == "02" and (emotion in ("07", "08") or actor == "18"):
        return "there is no such song: none shows disgust or surprise, and actor 18 sings none"
    if (modality == "03") == (path.suffix.lower() in MEDIA["video"]):
        return "the name says another modality than the file holds; rename it"
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
