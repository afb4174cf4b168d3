"""MELD: 13,708 utterances of 1,433 dialogues from the series Friends, with seven emotions.

Layout (README of github.com/declare-lab/MELD): `train_sent_emo.csv`, `dev_sent_emo.csv` and
`test_sent_emo.csv` with the columns Utterance, Speaker, Emotion, Dialogue_ID and Utterance_ID, and
the clips `train_splits/dia0_utt0.mp4`, `dev_splits_complete/` and `output_repeated_splits_test/`,
wherever below the folder. Copies of the tables differ in encoding. Known of the release: dev
dia110_utt7 is missing (issue 27 there), train dia125_utt3 cannot be decoded, and the clips of
`MELD_MISCUT` are cut wrongly (issue 20); these are kept, since published numbers include them.
Speakers are roles by name, and the splits share them; `All` is several people.
"""

import re
from pathlib import Path
from typing import Final, Literal

from emoarc.corpora._clip import Clip, Manifest
from emoarc.corpora._corpus import Corpus, TableError, kind_of, media_files, table_rows
from emoarc.corpora._findings import Findings, encoding_of
from emoarc.labels import canonical

__all__ = ["MELD", "MELD_MISCUT"]

MELD_MISCUT: Final = frozenset(
    {"meld-train-dia309_utt0", "meld-test-dia38_utt4", "meld-test-dia220_utt0"}
)
"""Takes whose clips last minutes instead of an utterance."""

_UNREADABLE = "meld-train-dia125_utt3"
_FOLDERS = {
    "train_splits": "train",
    "dev_splits_complete": "dev",
    "output_repeated_splits_test": "test",
}
_SPLITS: dict[str, Literal["train", "validation", "test"]] = {
    "train": "train", "dev": "validation", "test": "test",
}  # fmt: skip
_COLUMNS = ("Utterance", "Speaker", "Emotion", "Dialogue_ID", "Utterance_ID")
_STEM = re.compile(r"dia\d+_utt\d+")
# Some copies took bytes of Windows-1252 for Latin-1: quotes and dashes became control characters.
_REPAIR = {code: bytes([code]).decode("cp1252", "ignore") or None for code in range(0x80, 0xA0)}


def _recognise(folder: Path) -> bool:
    # Unpacked as published, the table of train lies with its clips and the others above it.
    names = ("train_sent_emo.csv", "dev_sent_emo.csv", "train/train_sent_emo.csv")
    return any((folder / name).is_file() for name in names)


def _read(folder: Path) -> Manifest:
    findings = Findings()
    files = _files(folder)
    for name in _SPLITS:
        tables = sorted(folder.rglob(f"{name}_sent_emo.csv"))
        has_clips = any(split == name for split, _ in files)
        if tables and has_clips:
            _read_split(name, tables[0], files, findings)
        elif has_clips:
            findings.refuse(folder / f"{name}_sent_emo.csv", "missing, though its clips are here")
        elif tables:
            findings.refuse(tables[0], f"lists clips, but there is no folder {_folder(name)}")
    for (name, stem), path in files.items():
        if _STEM.fullmatch(stem):
            findings.refuse(path, f"has no row in {name}_sent_emo.csv")
    return findings.manifest()


def _files(folder: Path) -> dict[tuple[str, str], Path]:
    """Return the clips by split and stem."""
    return {
        (_FOLDERS[path.parent.name], path.stem): path
        for path in media_files(folder, "audio", "video")
        if path.parent.name in _FOLDERS
    }


def _read_split(
    name: str, table: Path, files: dict[tuple[str, str], Path], findings: Findings
) -> None:
    bad = 0
    for row in _rows(table, findings):
        stem = f"dia{row['Dialogue_ID']}_utt{row['Utterance_ID']}"
        emotion = canonical(row["Emotion"])
        if not emotion or not _STEM.fullmatch(stem):
            bad += 1
            continue
        clip = _clip(name, stem, emotion, row, files.pop((name, stem), None) or _place(table, stem))
        if clip.take == _UNREADABLE and clip.file.suffix == ".mp4":
            findings.refuse(clip.file, "cannot be decoded in any copy of the release")
        else:
            findings.add(clip)
        if clip.take in MELD_MISCUT:
            findings.refuse(clip.file, "is cut wrongly in the release, and lasts minutes", True)
    if bad:
        findings.refuse(table, f"{bad} rows lack an emotion or the numbers of dialogue and turn")


def _rows(table: Path, findings: Findings) -> list[dict[str, str]]:
    try:
        return list(table_rows(table, _COLUMNS, encoding_of(table)))
    except TableError as error:
        findings.refuse(table, str(error))
        return []


def _place(table: Path, stem: str) -> Path:
    """Return where a clip should be that is nowhere."""
    return table.parent / _folder(table.name.removesuffix("_sent_emo.csv")) / f"{stem}.mp4"


def _folder(name: str) -> str:
    return next(folder for folder, split in _FOLDERS.items() if split == name)


def _clip(name: str, stem: str, emotion: str, row: dict[str, str], file: Path) -> Clip:
    return Clip(
        file,
        "meld",
        kind_of(file),
        emotion=emotion,
        speaker=f"meld-{row['Speaker'].translate(_REPAIR).strip()}",
        take=f"meld-{name}-{stem}",
        language="en",
        sentence=row["Utterance"].translate(_REPAIR).strip(),
        split=_SPLITS[name],
    )


MELD = Corpus(
    "meld",
    "Multimodal EmotionLines Dataset",
    "GPL-3.0 for what its makers made; the clips are from a television series",
    "unknown",
    "Poria et al. 2019, ACL, 527-536, and the README and issues of github.com/declare-lab/MELD",
    _recognise,
    _read,
)
