"""SAVEE: four men say 120 British English sentences each, with seven emotions.

Layout: `AudioData/DC/a01.wav`, the folder naming the speaker and the stem the emotion and the
sentence (`AudioData/Info.txt` of the release); also flattened to `DC_a01.wav`, as it is shared
elsewhere, and `AudioVisualClip/DC/a01.avi`. The sentences are numbered within an emotion, and three
of the fifteen are common to all emotions; the release does not say which numbers they have, so
equal sentences can have different codes. Its site gives ages from 27 to 31, but to no one singly.
"""

import re
from pathlib import Path

from emoarc.corpora._clip import Clip, Manifest
from emoarc.corpora._corpus import Corpus, kind_of, media_files, read_files

__all__ = ["SAVEE"]

_SPEAKERS = ("DC", "JE", "JK", "KL")
_EMOTIONS = {
    "a": "anger", "d": "disgust", "f": "fear", "h": "happiness", "n": "neutral", "sa": "sadness",
    "su": "surprise",
}  # fmt: skip
_NAME = "[adfhns]*[0-9][0-9].*"
_MARKS = tuple(
    f"{place}{_NAME}" for place in ("AudioData/DC/", "AudioVisualClip/DC/", "DC/", "DC_", "ALL/DC_")
)
_STEM = re.compile(r"(?:(DC|JE|JK|KL)_?)?((sa|su|[adfhn])\d\d)")


def _recognise(folder: Path) -> bool:
    return any(any(folder.glob(mark)) for mark in _MARKS)


def _read(folder: Path) -> Manifest:
    return read_files(media_files(folder, "audio", "video"), _clip, unique=False)


def _clip(path: Path) -> Clip | str:
    match = _STEM.fullmatch(path.stem)
    speaker = (match[1] or path.parent.name) if match else ""
    if not match or speaker not in _SPEAKERS:
        return "not a SAVEE name such as DC/a01 or DC_a01; rename or remove it"
    _, sentence, emotion = match.groups()
    return Clip(
        path,
        "savee",
        kind_of(path),
        emotion=_EMOTIONS[emotion],
        speaker=f"savee-{speaker}",
        take=f"savee-{speaker}_{sentence}",
        sex="male",
        language="en",
        sentence=sentence,
    )


SAVEE = Corpus(
    "savee",
    "Surrey Audio-Visual Expressed Emotion",
    "free of charge for research, on registration",
    "research only",
    "AudioData/Info.txt of the release, and kahlan.eps.surrey.ac.uk/savee",
    _recognise,
    _read,
)
