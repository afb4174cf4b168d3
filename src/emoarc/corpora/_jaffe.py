"""JAFFE: 213 images of ten Japanese women who pose seven expressions.

Layout: `KA.AN1.39.tiff`, the woman, the expression and its number, and a serial number. The
README beside the images holds a table of how strongly 60 people saw each of six emotions in each
image, from 1 to 5 (`1 2.87 2.52 2.10 1.97 1.97 2.06 KM-NE1` under `HAP SAD SUR ANG DIS FEA PIC`).
Where it is found, the votes of an image are these means less 1, the lowest rating: weights, and no
counts. Neutral was not asked, so that neutral images have no votes.
"""

import re
from pathlib import Path

from emoarc.corpora._clip import Clip, Manifest
from emoarc.corpora._corpus import Corpus, media_files, read_files
from emoarc.corpora._findings import Findings, read_text
from emoarc.labels import canonical

__all__ = ["JAFFE"]

_EMOTIONS = {
    "AN": "anger", "DI": "disgust", "FE": "fear", "HA": "happiness", "NE": "neutral",
    "SA": "sadness", "SU": "surprise",
}  # fmt: skip
_STEM = re.compile(r"(KA|KL|KM|KR|MK|NA|NM|TM|UY|YM)\.(AN|DI|FE|HA|NE|SA|SU)(\d)\.\d+")
_RATINGS = re.compile(
    r"^\s*\d+[\s,;]+((?:\d\.\d+[\s,;]+){6})([A-Z]{2})[-.]([A-Z]{2}\d)\b", re.MULTILINE
)
_ORDER = re.compile(r"((?:(?:HAP|SAD|SUR|ANG|DIS|FEA)[\s,;]+){6})PIC")
_LOWEST = 1.0


def _recognise(folder: Path) -> bool:
    return any(folder.glob("K[ALMR].[A-Z][A-Z][0-9].*"))


def _read(folder: Path) -> Manifest:
    findings = Findings()
    votes = _votes(folder, findings)
    clips = read_files(media_files(folder, "image"), lambda path: _clip(path, votes))
    return clips + findings.manifest()


def _clip(path: Path, votes: dict[str, dict[str, float]]) -> Clip | str:
    match = _STEM.fullmatch(path.stem)
    if not match:
        return "not a JAFFE name such as KA.AN1.39; rename or remove it"
    woman, code, number = match.groups()
    return Clip(
        path,
        "jaffe",
        "image",
        emotion=_EMOTIONS[code],
        speaker=f"jaffe-{woman}",
        sex="female",
        votes=None if code == "NE" else votes.get(f"{woman}.{code}{number}"),
    )


def _votes(folder: Path, findings: Findings) -> dict[str, dict[str, float]]:
    """Read the table of ratings wherever it is: by image, such as `KM.NE1`."""
    votes: dict[str, dict[str, float]] = {}
    for path in sorted(path for pattern in ("*.txt", "*.csv") for path in folder.rglob(pattern)):
        text = read_text(path, findings)
        order = _ORDER.search(text)
        words = re.findall("[A-Z]+", order[1]) if order else []
        for ratings, woman, image in _RATINGS.findall(text) if words else ():
            numbers = re.findall(r"\d\.\d+", ratings)
            votes[f"{woman}.{image}"] = {
                canonical(word) or word: round(float(number) - _LOWEST, 6)
                for word, number in zip(words, numbers, strict=True)
            }
    return votes


JAFFE = Corpus(
    "jaffe",
    "Japanese Female Facial Expression dataset",
    "for non-commercial scientific research, on request",
    "research only",
    "Lyons et al. 1998, IEEE FG, 200-205; README_FIRST.txt of zenodo.org/records/3451524",
    _recognise,
    _read,
)
