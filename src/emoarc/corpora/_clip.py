"""The manifest: one row per labelled stretch of a corpus, and what is wrong with the corpus."""

import csv
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from emoarc.files import atomic
from emoarc.labels import emotion_of

__all__ = ["MANIFEST_SCHEMA", "NUMBERS", "Clip", "Kind", "Manifest", "Problem"]

Kind = Literal["audio", "audio-visual", "video", "image"]
Sex = Literal["female", "male", ""]
Split = Literal["train", "validation", "test", ""]


@dataclass(frozen=True)
class Clip:
    """One labelled stretch of one file. What a corpus does not say is empty or None."""

    file: Path
    corpus: str
    kind: Kind
    emotion: str = ""
    """A canonical word (`emoarc.labels.canonical`), empty where the corpus gives none."""
    speaker: str = ""
    """The corpus's name, a hyphen, and the speaker's name within it: `ravdess-01`.

    A corpus that was cut from another names people as that one does.
    """
    take: str = ""
    """What was recorded at once: the channels of one RAVDESS take share it, as do the frames of one
    sequence. Empty where every file is a take of its own."""
    start: float = 0.0
    """Seconds within the file."""
    end: float | None = None
    """Seconds within the file; None is its end."""
    sex: Sex = ""
    """As the corpus states it; nothing in emoarc infers it."""
    age: float | None = None
    """In years, as the corpus states it."""
    language: str = ""
    """ISO 639-1."""
    sentence: str = ""
    """What is said: a code, or the words."""
    intensity: str = ""
    """How strongly it was acted, in the corpus's terms: `normal`, `strong`."""
    votes: dict[str, float] | None = None
    """How many people chose each word, where the corpus asked them."""
    recognition: float | None = None
    """Share of the people asked who recognised the intended emotion."""
    valence: float | None = None
    """In [-1, 1], the corpus's scale brought to it."""
    arousal: float | None = None
    """In [-1, 1]."""
    split: Split = ""
    """The corpus's own split."""
    digest: str = ""
    """sha256 of the file, or of a picture's grey pixels, once scanned: equal where content is."""

    @property
    def label(self) -> str | None:
        """The one of the seven emotions that the word counts as."""
        return emotion_of(self.emotion)


NUMBERS: Final = frozenset({"start", "end", "age", "recognition", "valence", "arousal"})
"""The fields of `Clip` that are numbers."""

MANIFEST_SCHEMA: Final = pa.schema(
    [
        pa.field(field.name, pa.float64() if field.name in NUMBERS else pa.string())
        for field in fields(Clip)
    ]
)
"""The columns of a manifest: the fields of `Clip`. Paths are strings, votes are JSON."""


@dataclass(frozen=True)
class Problem:
    """Something wrong with a file of a corpus, or a part of it."""

    file: Path
    what: str
    """What is wrong and what to do, without the file's name."""
    kept: bool = False
    """Whether the manifest has the file all the same."""

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"


@dataclass(frozen=True)
class Manifest:
    """The clips of one or more corpora, in a fixed order."""

    clips: tuple[Clip, ...]
    problems: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return len(self.clips)

    def __add__(self, other: "Manifest") -> "Manifest":
        return Manifest(self.clips + other.clips, self.problems + other.problems)

    def where(self, wanted: Callable[[Clip], bool]) -> "Manifest":
        """Return the part of the clips that is wanted."""
        return Manifest(tuple(clip for clip in self.clips if wanted(clip)), self.problems)

    def take(self, rows: Iterable[int]) -> "Manifest":
        """Return some of the clips by their numbers."""
        return Manifest(tuple(self.clips[row] for row in rows), self.problems)

    def column(self, name: str) -> NDArray[np.str_]:
        """Return one field of every clip as strings, shape (clips,)."""
        return np.array([str(getattr(clip, name)) for clip in self.clips], np.str_)

    def to_table(self) -> pa.Table:
        """Return an Arrow table of `MANIFEST_SCHEMA`, a row per clip."""
        return pa.Table.from_pylist([_row(clip) for clip in self.clips], MANIFEST_SCHEMA)

    def write_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the clips as a table in UTF-8 whose columns are the fields of `Clip`.

        Raises:
            OutputError: The file cannot be written.
        """
        with (
            atomic(Path(path)) as temporary,
            temporary.open("w", encoding="utf-8", errors="replace", newline="") as file,
        ):
            writer = csv.DictWriter(file, MANIFEST_SCHEMA.names)
            writer.writeheader()
            writer.writerows(_row(clip) for clip in self.clips)

    def write_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write the clips as `to_table` gives them.

        Raises:
            OutputError: The file cannot be written.
        """
        # Arrow takes no path that is not UTF-8, but any open file.
        with atomic(Path(path)) as temporary, temporary.open("wb") as file:
            pq.write_table(self.to_table(), file)  # pyright: ignore[reportUnknownMemberType]

    @property
    def speakers(self) -> list[str]:
        """Everybody who is named, in order."""
        return sorted({clip.speaker for clip in self.clips} - {""})


def _row(clip: Clip) -> dict[str, Any]:
    row = {name: getattr(clip, name) for name in MANIFEST_SCHEMA.names}
    return row | {
        "file": str(clip.file).encode(errors="replace").decode(),  # Arrow takes UTF-8 alone
        "votes": None if clip.votes is None else json.dumps(clip.votes),
    }
