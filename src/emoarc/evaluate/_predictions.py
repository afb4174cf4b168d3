"""What a system says of every clip it was tested on, and the table that keeps it."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from emoarc.corpora import Clip, Manifest
from emoarc.errors import OptionError
from emoarc.evaluate._checks import check_lengths, check_probabilities
from emoarc.evaluate._figures import rounded
from emoarc.evaluate._groups import GroupRow, age_band, group_table
from emoarc.evaluate._report import evaluation_figures
from emoarc.files import write_text

__all__ = ["Predictions", "read_predictions"]

Strings = NDArray[np.str_]

_ABOUT: Final = ("file", "corpus", "speaker", "sex", "age", "language")
_COLUMNS: Final = (*_ABOUT, "fold", "label")
_PREFIX: Final = "p_"


@dataclass(frozen=True, eq=False)
class Predictions:
    """One row per tested clip; what a corpus does not say of a clip is empty.

    Raises:
        OptionError: The columns are not of one length, or the probabilities are none.
    """

    labels: tuple[str, ...]
    """The name of each class."""
    truth: NDArray[np.int64]
    """Which of the labels is right, shape (n,)."""
    probabilities: NDArray[np.float64]
    """What was predicted, shape (n, labels); rows sum to 1."""
    folds: Strings
    """The fold that tested the clip, shape (n,), like all that follow."""
    file: Strings
    """The file and the folder it is in, and `#t=SECONDS` where the clip begins later."""
    corpus: Strings
    speaker: Strings
    sex: Strings
    """As the corpus states it, like all that is said of people."""
    age: Strings
    """In years."""
    language: Strings

    def __post_init__(self) -> None:
        check_probabilities(self.truth, self.probabilities)
        if self.probabilities.shape[1] != len(self.labels):
            raise OptionError(
                f"predictions: {self.probabilities.shape[1]} probabilities for {self.labels}"
            )
        for name in ("folds", *_ABOUT):
            check_lengths(self.truth, getattr(self, name), name)

    def __len__(self) -> int:
        return len(self.truth)

    @classmethod
    def of(
        cls,
        tested: Manifest,
        labels: Sequence[str],
        truth: NDArray[Any],
        probabilities: NDArray[Any],
        folds: NDArray[Any],
    ) -> "Predictions":
        """Join predictions with what the corpora say of the clips, a row per tested clip."""
        return cls(
            tuple(labels),
            np.asarray(truth, np.int64),
            np.asarray(probabilities, np.float64).reshape(len(tested), len(labels)),
            np.asarray(folds, np.str_),
            file=_strings(_name(clip) for clip in tested.clips),
            corpus=tested.column("corpus"),
            speaker=tested.column("speaker"),
            sex=tested.column("sex"),
            age=_strings("" if clip.age is None else f"{clip.age:g}" for clip in tested.clips),
            language=tested.column("language"),
        )

    @property
    def predicted(self) -> NDArray[np.int64]:
        """The most probable class of each clip, shape (n,)."""
        return self.probabilities.argmax(axis=1)

    @property
    def clips(self) -> NDArray[np.int64]:
        """The number of each row's clip, shape (n,): equal where folds tested a clip again."""
        numbers: dict[tuple[str, str], int] = {}
        names = zip(self.corpus.tolist(), self.file.tolist(), strict=True)
        return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64)

    def figures(self) -> dict[str, Any]:
        """Return `evaluation_figures` and, as `groups`, a table per kind of group.

        The kinds are sex, age band, corpus and language, each only where at least two groups are
        known; see `group_table`.
        """
        return {
            **evaluation_figures(
                self.labels,
                self.truth,
                self.probabilities,
                self.speaker,
                self.folds,
                self.clips,
            ),
            "groups": self._groups(),
        }

    def _groups(self) -> dict[str, list[dict[str, Any]]]:
        bands = _strings(age_band(float(age) if age else None) for age in self.age.tolist())
        kinds = {"sex": self.sex, "age": bands, "corpus": self.corpus, "language": self.language}
        return {
            kind: [_row(row) for row in self._table(groups)]
            for kind, groups in kinds.items()
            if len(set(groups.tolist()) - {""}) > 1
        }

    def _table(self, groups: Strings) -> list[GroupRow]:
        return group_table(self.truth, self.predicted, groups, self.speaker)

    def write(self, path: Path) -> None:
        """Write a CSV table.

        Its columns are file, corpus, speaker, sex, age, language, fold, label, and `p_LABEL` for
        every label.

        Raises:
            OutputError: The file cannot be written.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*_COLUMNS, *(_PREFIX + label for label in self.labels)])
        about = zip(*(getattr(self, name).tolist() for name in _ABOUT), strict=True)
        for who, fold, label, row in zip(
            about, self.folds.tolist(), self.truth, self.probabilities, strict=True
        ):
            # Nine digits are all that single precision holds.
            writer.writerow([*who, fold, self.labels[label], *(f"{p:.9g}" for p in row)])
        write_text(path, text.getvalue())


def read_predictions(path: Path) -> Predictions:
    """Read a table that `Predictions.write` has written.

    Raises:
        OptionError: The file is missing, or no such table; says in which line.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            heads, *rows = csv.reader(file, strict=True)
    except OSError as error:
        raise OptionError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, csv.Error) as error:
        raise OptionError(f"{path}: not a table of predictions") from error
    labels = _labels(path, heads)
    for number, row in enumerate(rows, 2):
        if len(row) != len(heads):
            raise OptionError(f"{path}, row {number}: {len(row)} columns instead of {len(heads)}")
    columns = {head: [row[i] for row in rows] for i, head in enumerate(heads)}
    try:
        return _of_columns(labels, columns)
    except (ValueError, OptionError) as error:
        raise OptionError(f"{path}: {error}") from error


def _labels(path: Path, heads: list[str]) -> tuple[str, ...]:
    found = tuple(heads[len(_COLUMNS) :])
    labels = tuple(head.removeprefix(_PREFIX) for head in found)
    named = all(head.startswith(_PREFIX) for head in found)
    if tuple(heads[: len(_COLUMNS)]) != _COLUMNS or not labels or not named:
        wanted = ", ".join(_COLUMNS)
        raise OptionError(
            f"{path}: not a table of predictions; its columns are {wanted}, {_PREFIX}LABEL ..."
        )
    if len(set(labels)) < len(labels):
        raise OptionError(f"{path}: a label appears twice in {', '.join(labels)}")
    return labels


def _of_columns(labels: tuple[str, ...], columns: dict[str, list[str]]) -> Predictions:
    """Make predictions of the columns; ValueError says what none can have."""
    numbers = {label: number for number, label in enumerate(labels)}
    for label in columns["label"]:
        if label not in numbers:
            raise ValueError(f"label {label!r} has no column {_PREFIX}{label}")
    _ = [age_band(float(age)) for age in columns["age"] if age]
    probabilities = [np.array(columns[_PREFIX + label], np.float64) for label in labels]
    return Predictions(
        labels,
        np.array([numbers[label] for label in columns["label"]], np.int64),
        np.stack(probabilities, axis=1),
        _strings(columns["fold"]),
        **{name: _strings(columns[name]) for name in _ABOUT},
    )


def _row(row: GroupRow) -> dict[str, Any]:
    measured = {"accuracy": rounded(asdict(row.accuracy)), "uar": rounded(asdict(row.uar))}
    return asdict(row) | measured


def _name(clip: Clip) -> str:
    # Some corpora give the same names to files of different folders: MELD to its three splits.
    name = f"{clip.file.parent.name}/{clip.file.name}"
    return f"{name}#t={round(clip.start, 3)}" if clip.start else name


def _strings(values: Iterable[str]) -> Strings:
    return np.array(list(values), np.str_)
