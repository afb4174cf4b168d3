"""EMO-DB: ten actors say ten German sentences with seven emotions."""

import re
from collections.abc import Mapping
from pathlib import Path

from emoarc.corpora._clip import Clip, Manifest, Sex
from emoarc.corpora._corpus import Corpus, media_files, read_files, read_lookup

__all__ = ["EMODB"]

_STEM = re.compile(r"(\d\d)([ab]\d\d)([WLEAFTN])[a-z]?")
# Wut, Langeweile, Ekel, Angst, Freude, Trauer, neutral.
_WORDS = {
    "W": "anger", "L": "boredom", "E": "disgust", "A": "fear", "F": "happiness", "T": "sadness",
    "N": "neutral",
}  # fmt: skip
_SPEAKERS: dict[str, tuple[Sex, float]] = {
    "03": ("male", 31.0), "08": ("female", 34.0), "09": ("female", 21.0), "10": ("male", 32.0),
    "11": ("male", 26.0), "12": ("male", 30.0), "13": ("female", 32.0), "14": ("female", 35.0),
    "15": ("male", 25.0), "16": ("female", 31.0),
}  # fmt: skip


def _recognise(folder: Path) -> bool:
    paths = (path for place in ("*", "wav/*") for path in folder.glob(place))
    return any(_STEM.fullmatch(path.stem) for path in paths)


def _read(folder: Path) -> Manifest:
    rates, problems = read_lookup(
        folder / "erkennung.txt", ("Satz", "erkannt"), _rate, encoding="latin-1", delimiter="\t"
    )
    clips = read_files(media_files(folder, "audio"), lambda path: _clip(path, rates))
    return Manifest(clips.clips, clips.problems + problems)


def _rate(row: Mapping[str, str]) -> tuple[str, float]:
    """The stem of a recording, and the share of listeners who named the emotion intended."""
    rate = float(row["erkannt"].replace(",", ".")) / 100
    if not 0 <= rate <= 1:
        raise ValueError(f"{row['erkannt']} is no percentage")
    return Path(row["Satz"]).stem, rate


def _clip(path: Path, rates: Mapping[str, float]) -> Clip | str:
    match = _STEM.fullmatch(path.stem)
    if not match or match[1] not in _SPEAKERS:
        return "not an EMO-DB name such as 03a01Fa; rename or remove it"
    speaker, sentence, emotion = match.groups()
    sex, age = _SPEAKERS[speaker]
    return Clip(
        path,
        "emodb",
        "audio",
        emotion=_WORDS[emotion],
        speaker=f"emodb-{speaker}",
        sex=sex,
        age=age,
        language="de",
        sentence=sentence,
        recognition=rates.get(path.stem),
    )


EMODB = Corpus(
    "emodb",
    "Berlin Database of Emotional Speech",
    "free to use, says its site",
    "any use",
    "Burkhardt et al. 2005, Interspeech, and emodb.bilderbar.info/docu, which lists the speakers",
    _recognise,
    _read,
)
