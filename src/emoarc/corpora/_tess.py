"""TESS: a younger and an older woman say 200 words with seven emotions."""

import re
from pathlib import Path

from emoarc.corpora._clip import Clip, Manifest
from emoarc.corpora._corpus import Corpus, media_files, read_files
from emoarc.labels import canonical

__all__ = ["TESS"]

# One neutral clip of the older woman is officially called OA_bite_neutral.
_STEM = re.compile(r"(OA|YA)F?_([a-z]+)_(angry|disgust|fear|happy|neutral|ps|sad)")
_AGES = {"OA": 64.0, "YA": 26.0}


def _recognise(folder: Path) -> bool:
    paths = (path for place in ("*", "[OY]AF_*/*") for path in folder.glob(place))
    return any(_STEM.fullmatch(path.stem) for path in paths)


def _read(folder: Path) -> Manifest:
    return read_files(media_files(folder, "audio"), _clip)


def _clip(path: Path) -> Clip | str:
    match = _STEM.fullmatch(path.stem)
    if not match:
        return "not a TESS name such as OAF_back_fear; rename or remove it"
    speaker, word, emotion = match.groups()
    return Clip(
        path,
        "tess",
        "audio",
        emotion=canonical(emotion) or "",
        speaker=f"tess-{speaker}F",
        sex="female",
        age=_AGES[speaker],
        language="en",
        sentence=word,
    )


TESS = Corpus(
    "tess",
    "Toronto Emotional Speech Set",
    "CC BY-NC-ND 4.0",
    "non-commercial",
    "Pichora-Fuller & Dupuis 2020, doi.org/10.5683/SP2/E8H2MF; the speakers' ages are there",
    _recognise,
    _read,
)
