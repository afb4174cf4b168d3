"""CREMA-D: 91 actors say twelve sentences with six emotions; people judged voice, face and both."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from emoarc.corpora._clip import Clip, Manifest, Problem, Sex
from emoarc.corpora._corpus import MEDIA, Corpus, media_files, read_files, read_lookup

__all__ = ["CREMAD"]

_STEM = re.compile(r"(1\d{3})_([A-Z]{3})_(ANG|DIS|FEA|HAP|NEU|SAD)_(LO|MD|HI|XX?)")
_WORDS = {
    "ANG": "anger", "DIS": "disgust", "FEA": "fear", "HAP": "happiness", "NEU": "neutral",
    "SAD": "sadness",
}  # fmt: skip
_LETTERS = {word[0].upper(): word for word in _WORDS.values()}
# One name officially has a single X.
_INTENSITIES = {"LO": "low", "MD": "medium", "HI": "high", "XX": "", "X": ""}
_FOLDERS = ("AudioWAV", "AudioMP3", "VideoFlash")
# Rows are numbered 1xxxxx for the voice alone, 2xxxxx the face alone, 3xxxxx both.
_RATED = {"audio": "1", "audio-visual": "3"}

_People = Mapping[str, tuple[Sex, float]]
_Votes = Mapping[tuple[str, str], dict[str, float]]


def _recognise(folder: Path) -> bool:
    places = (folder, *(folder / name for name in _FOLDERS))
    return any(_STEM.fullmatch(path.stem) for place in places for path in place.glob("1*_*_*_*"))


def _read(folder: Path) -> Manifest:
    people, no_people = read_lookup(
        folder / "VideoDemographics.csv", ("ActorID", "Age", "Sex"), _person
    )
    votes, no_votes = read_lookup(
        folder / "tabulatedVotes.csv", ("", "fileName", *_LETTERS), _row_of_votes
    )
    clips = Manifest(())
    for paths in _places(folder):
        clips += read_files(paths, lambda path: _clip(path, people, votes))
    return Manifest(clips.clips, clips.problems + _named(no_people + no_votes))


def _places(folder: Path) -> list[Iterator[Path]]:
    """The clips of each format; where they are not in the official folders, all there are."""
    places = [folder / name for name in _FOLDERS if (folder / name).is_dir()] or [folder]
    return [media_files(place, "audio", "video") for place in places]


def _named(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    lost = {"VideoDemographics.csv": "sex and age", "tabulatedVotes.csv": "votes"}
    return tuple(
        Problem(p.file, f"{p.what}; without it {lost[p.file.name]} are not known") for p in problems
    )


def _person(row: Mapping[str, str]) -> tuple[str, tuple[Sex, float]]:
    sexes: dict[str, Sex] = {"Female": "female", "Male": "male"}
    if row["Sex"] not in sexes:
        raise ValueError(f"{row['Sex']!r} is neither Female nor Male")
    return row["ActorID"], (sexes[row["Sex"]], float(row["Age"]))


def _row_of_votes(row: Mapping[str, str]) -> tuple[tuple[str, str], dict[str, float]]:
    votes = {word: float(row[letter]) for letter, word in _LETTERS.items()}
    return (row[""][:1], row["fileName"]), votes


def _clip(path: Path, people: _People, votes: _Votes) -> Clip | str:
    match = _STEM.fullmatch(path.stem)
    if not match:
        return "not a CREMA-D name such as 1001_IEO_HAP_LO; rename or remove it"
    actor, sentence, emotion, intensity = match.groups()
    kind = "audio-visual" if path.suffix.lower() in MEDIA["video"] else "audio"
    counts = votes.get((_RATED[kind], path.stem))
    sex, age = people.get(actor, ("", None))
    return Clip(
        path,
        "cremad",
        kind,
        emotion=_WORDS[emotion],
        speaker=f"cremad-{actor}",
        take=f"cremad-{path.stem}",
        sex=sex,
        age=age,
        language="en",
        sentence=sentence,
        intensity=_INTENSITIES[intensity],
        votes=counts,
        recognition=_share(counts, _WORDS[emotion]) if counts else None,
    )


def _share(counts: Mapping[str, float], word: str) -> float | None:
    total = sum(counts.values())
    return counts[word] / total if total else None


CREMAD = Corpus(
    "cremad",
    "Crowd-sourced Emotional Multimodal Actors Dataset",
    "ODbL 1.0, its contents DbCL 1.0",
    "share alike",
    "Cao et al. 2014, IEEE Transactions on Affective Computing 5(4) 377-390, and "
    "github.com/CheyneyComputerScience/CREMA-D, README.md",
    _recognise,
    _read,
)
