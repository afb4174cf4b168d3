"""AFEW: clips from films with seven emotions, the data of the EmotiW challenges.

Layout: `Train_AFEW/Angry/000046280.avi`, `Val_AFEW/` likewise, and `Test_AFEW/` or
`Test_vid_Distribute/` without emotions; also `Train/`, `Val/` and `Test/`. The aligned faces are in
`Train_AFEW/AlignedFaces_LBPTOP_Points/Faces/000046280/0000001.jpg` (in Val,
`AlignedFaces_LBPTOP_Points_Val`), where folders name the clip but not the emotion, which is that of
the video of the same number. Faces share the take of their video. People are not named here.
"""

import re
from pathlib import Path
from typing import Literal

from emoarc.corpora._clip import Clip, Manifest
from emoarc.corpora._corpus import Corpus, kind_of, media_files
from emoarc.corpora._findings import Findings
from emoarc.labels import EMOTIONS, canonical

__all__ = ["AFEW"]

_Split = Literal["train", "validation", "test"]
_SPLIT = re.compile(r"(train|val|test)(_\w+)?", re.IGNORECASE)
_SPLITS: dict[str, _Split] = {"train": "train", "val": "validation", "test": "test"}


def _recognise(folder: Path) -> bool:
    # Nine digits tell it from the folders of other collections.
    number = "[0-9]" * 9
    return any(any(folder.glob(f"{name}/Angry/{number}.*")) for name in ("Train_AFEW", "Train"))


def _read(folder: Path) -> Manifest:
    findings = Findings()
    emotions: dict[str, str] = {}
    for path in media_files(folder, "video", "audio"):
        split, emotion = _told_by(path.relative_to(folder).parts[:-1])
        if split and path.stem.isdigit() and (emotion or split == "test"):
            emotions[f"{split}-{path.stem}"] = emotion
            findings.add(_clip(path, split, path.stem, emotion))
        else:
            findings.refuse(path, "not an AFEW name such as Train_AFEW/Angry/000046280")
    _add_faces(folder, emotions, findings)
    return findings.manifest()


def _add_faces(folder: Path, emotions: dict[str, str], findings: Findings) -> None:
    unknown: set[Path] = set()
    for path in media_files(folder, "image"):
        split, emotion = _told_by(path.relative_to(folder).parts[:-1])
        number = path.parent.name
        emotion = emotion or emotions.get(f"{split}-{number}", "")
        if split and number.isdigit() and (emotion or split == "test"):
            findings.add(_clip(path, split, number, emotion))
        elif path.parent not in unknown:
            unknown.add(path.parent)
            findings.refuse(path.parent, "faces of no video with an emotion; copy the videos too")


def _told_by(folders: tuple[str, ...]) -> tuple[_Split | None, str]:
    matches = [match[1].lower() for name in folders if (match := _SPLIT.fullmatch(name))]
    words = [word for name in folders if (word := canonical(name) or "") in EMOTIONS]
    return _SPLITS[matches[0]] if matches else None, words[-1] if words else ""


def _clip(path: Path, split: _Split, number: str, emotion: str) -> Clip:
    return Clip(
        path,
        "afew",
        kind_of(path),
        emotion=emotion,
        take=f"afew-{split}-{number}",
        language="en",
        split=split,
    )


AFEW = Corpus(
    "afew",
    "Acted Facial Expressions in the Wild",
    "agreement with the organisers of EmotiW, whose words we have not seen",
    "unknown",
    "Dhall et al. 2012, IEEE MultiMedia 19(3), 34-41; folders as public readers of the challenge "
    "data of 2016 to 2018 name them",
    _recognise,
    _read,
)
