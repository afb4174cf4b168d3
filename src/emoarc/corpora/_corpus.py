"""What an adapter is, and the helpers that adapters share."""

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeVar

from emoarc.corpora._clip import Clip, Kind, Manifest, Problem
from emoarc.corpora._findings import Findings, fault_of

__all__ = [
    "MEDIA",
    "Corpus",
    "TableError",
    "file_sizes",
    "kind_of",
    "lacking",
    "media_files",
    "read_files",
    "read_lookup",
    "read_rows",
    "table_rows",
]

K = TypeVar("K")
V = TypeVar("V")

MEDIA: Final = {
    "audio": frozenset({".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a", ".aac", ".sph"}),
    "video": frozenset({".mp4", ".mkv", ".avi", ".flv", ".mov", ".webm", ".mpg"}),
    "image": frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".pgm"}),
}
"""Suffixes by what they hold. A file's stem says what it shows, whatever its suffix."""


@dataclass(frozen=True)
class Corpus:
    """One corpus: what it is, what it allows, and how its official layout is read."""

    name: str
    """As in recipes and manifests: lower case, hyphens."""
    title: str
    licence: str
    """Its name, or what its makers say."""
    terms: Literal["any use", "share alike", "non-commercial", "research only", "unknown"]
    """What that allows, in a word."""
    layout: str
    """The document that describes the layout, or the public code that reads it."""
    recognise: Callable[[Path], bool]
    """Whether a folder looks like the root of this corpus; quick, and never raises."""
    read: Callable[[Path], Manifest]
    """Read the corpus below a folder: every clip that can be told, and a problem for each file
    that looks like one of the corpus's and cannot. Never raises for bad content."""


def kind_of(file: Path) -> Kind:
    """Tell by the suffix what a file holds; a video is taken to have sound."""
    suffix = file.suffix.lower()
    if suffix in MEDIA["image"]:
        return "image"
    return "audio-visual" if suffix in MEDIA["video"] else "audio"


def media_files(folder: Path, *kinds: Literal["audio", "video", "image"]) -> Iterator[Path]:
    """Yield the media files below a folder in a fixed order; hidden ones are left out."""
    suffixes = frozenset[str]().union(*(MEDIA[kind] for kind in kinds))
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if os.path.splitext(name)[1].lower() in suffixes and not name.startswith("."):
                yield Path(place, name)


def file_sizes(folder: Path) -> dict[str, int]:
    """Return the bytes of every file in a folder by name; none if there is no such folder."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry.stat().st_size for entry in entries if entry.is_file()}
    except OSError:
        return {}


def lacking(sizes: Mapping[str, int], name: str) -> str:
    """Say what is wrong with a file that a table names, an empty string if nothing is."""
    if not name:
        return "no file is named"
    if name not in sizes:
        return f"{name} is missing; fetch it, or remove the row"
    return "" if sizes[name] else f"{name} is empty; copy it again"


def read_files(
    paths: Iterable[Path], read: Callable[[Path], Clip | str], unique: bool = True
) -> Manifest:
    """Read a clip from each file.

    Args:
        paths: In the order that the clips shall have.
        read: Gives a file's clip, or says what is wrong with the file.
        unique: The corpus names every recording differently, so that two files of one stem are
            copies; the first is kept.
    """
    findings = Findings()
    seen: dict[str, Path] = {}
    for path in paths:
        # An empty file must not pass for the first of two, of which the other is whole.
        clip = fault_of(path) or read(path)
        if isinstance(clip, str):
            findings.refuse(path, clip)
        elif unique and seen.setdefault(path.stem, path) is not path:
            what = f"the same name as {seen[path.stem]}, which is kept; remove one of them"
            findings.refuse(path, what)
        else:
            findings.add(clip)
    return findings.manifest()


def read_rows(
    path: Path,
    columns: Sequence[str],
    read: Callable[[int, Mapping[str, str]], Clip | str],
    header: bool = True,
) -> Manifest:
    """Read a clip from each row of a CSV file; arguments as in `table_rows` and `read_files`.

    `read` gets the row's number, counted from 0, as well; problems count from 1.
    """
    clips: list[Clip] = []
    problems: list[Problem] = []
    try:
        for number, row in enumerate(table_rows(path, columns, header=header)):
            clip = read(number, row)
            if isinstance(clip, Clip):
                clips.append(clip)
            else:
                problems.append(Problem(path, f"row {number + 1}: {clip}"))
    except TableError as error:
        problems.append(Problem(path, str(error)))
    return Manifest(tuple(clips), tuple(problems))


def read_lookup(
    path: Path,
    columns: Sequence[str],
    read: Callable[[Mapping[str, str]], tuple[K, V]],
    encoding: str = "utf-8-sig",
    delimiter: str = ",",
) -> tuple[dict[K, V], tuple[Problem, ...]]:
    """Read a table of facts about clips or speakers.

    Args:
        path: The CSV file.
        columns: What must be there.
        read: Gives a row's key and value, or raises ValueError for a row that makes no sense.
        encoding: Of the file.
        delimiter: Between the values.

    Returns:
        What could be read, and one problem at most.
    """
    facts: dict[K, V] = {}
    wrong: list[str] = []
    try:
        for number, row in enumerate(table_rows(path, columns, encoding, delimiter), 1):
            try:
                key, value = read(row)
                facts[key] = value
            except ValueError as error:
                wrong.append(f"row {number}: {error}")
    except TableError as error:
        return facts, (Problem(path, str(error)),)
    if wrong:
        return facts, (Problem(path, f"rows that make no sense: {len(wrong)}; first {wrong[0]}"),)
    return facts, ()


class TableError(Exception):
    """A table cannot be read; the message says what is wrong, without the file's name."""


def table_rows(
    path: Path,
    columns: Sequence[str],
    encoding: str = "utf-8-sig",
    delimiter: str = ",",
    header: bool = True,
) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file one by one, each with its values, stripped, by column.

    Args:
        path: The CSV file.
        columns: What must be there, in the header or, if there is none, in this order.
        encoding: Of the file.
        delimiter: Between the values.
        header: Whether the first row names the columns.

    Raises:
        TableError: The file is missing, no text in this encoding, no table, or lacks columns.
    """
    try:
        with path.open(newline="", encoding=encoding) as file:
            rows = csv.reader(file, delimiter=delimiter, skipinitialspace=True)
            names = [name.strip() for name in next(rows, ())] if header else list(columns)
            missing = [column for column in columns if column not in names]
            if missing:
                raise TableError(f"no column {', '.join(missing)}; fetch this table again")
            for row in filter(None, rows):
                values = [*row, *[""] * (len(names) - len(row))]
                yield {n: v.strip() for n, v in zip(names, values, strict=False)}
    except OSError as error:
        raise TableError(f"cannot be read ({error.strerror}); fetch this table") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"not a table in {encoding} ({error}); fetch it again") from error
