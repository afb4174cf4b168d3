"""The Timeline: the one result table. Its rows are Expressions; Arrow is underneath."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emoarc.labels import EMOTIONS
from emoarc.types import Expression, Modality

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TIMELINE_SCHEMA", "TableBuilder", "Timeline", "expression_row"]

PROBABILITY_COLUMNS: Final = tuple(f"p_{emotion}" for emotion in EMOTIONS)

TIMELINE_SCHEMA: Final = pa.schema(
    [
        pa.field("file", pa.string(), metadata={"doc": "the input as the user named it"}),
        pa.field("start", pa.float64(), metadata={"unit": "s"}),
        pa.field("end", pa.float64(), metadata={"unit": "s"}),
        pa.field("subject", pa.string(), metadata={"doc": "P1, P2 … seen; V1 … only heard"}),
        pa.field("modality", pa.string(), metadata={"doc": "face, voice or fused"}),
        pa.field("label", pa.string(), metadata={"doc": "null where emoarc abstains"}),
        *(pa.field(name, pa.float32()) for name in PROBABILITY_COLUMNS),
        pa.field("valence", pa.float32(), metadata={"range": "-1 to 1"}),
        pa.field("arousal", pa.float32(), metadata={"range": "-1 to 1"}),
        pa.field("quality", pa.float32(), metadata={"range": "0 to 1"}),
        pa.field("reason", pa.string(), metadata={"doc": "why emoarc abstained, else empty"}),
    ],
    metadata={"about": "expressions as perceived; times in seconds from the media's start"},
)


class Timeline:
    """Expressions in order of time, subject and modality, as a table.

    Iterate it for `Expression` objects; use `.table` for Arrow and `.to_pandas()` for pandas.
    """

    def __init__(self, table: pa.Table) -> None:
        """Take a table with the columns of `TIMELINE_SCHEMA`, its rows in order of time."""
        self.table: pa.Table = table.cast(TIMELINE_SCHEMA)

    @classmethod
    def from_expressions(cls, expressions: Iterable[Expression]) -> Self:
        """Build a timeline from expressions, in any order."""
        builder = TableBuilder(TIMELINE_SCHEMA)
        for expression in expressions:
            builder.append(expression_row(expression))
        return cls(_sorted(builder.build()))

    @classmethod
    def concatenate(cls, *timelines: "Timeline") -> Self:
        """Join timelines into one."""
        return cls(_sorted(pa.concat_tables([timeline.table for timeline in timelines])))

    def __len__(self) -> int:
        return self.table.num_rows

    def __iter__(self) -> Iterator[Expression]:
        for batch in self.table.to_batches(max_chunksize=4096):
            yield from map(_to_expression, batch.to_pylist())

    def __repr__(self) -> str:
        return f"Timeline({len(self)} rows, subjects {', '.join(self.subjects) or 'none'})"

    @property
    def subjects(self) -> tuple[str, ...]:
        """The ids that occur, in order of first appearance."""
        return tuple(str(subject) for subject in self.table["subject"].unique().to_pylist())

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """All probabilities over `EMOTIONS`, shape (rows, 7)."""
        return np.column_stack([self.column(name) for name in PROBABILITY_COLUMNS])

    @property
    def seconds(self) -> float:
        """How long anything was observed; rows that overlap count once."""
        start, end = self.column("start"), self.column("end")
        order = np.argsort(start, kind="stable")
        start, end = start[order], end[order]
        reached = np.maximum.accumulate(np.concatenate([[-np.inf], end[:-1]]))
        return float(np.maximum(end - np.maximum(start, reached), 0.0).sum())

    def named(self, file: str) -> "Timeline":
        """Fill the `file` column of every row."""
        names = pa.array([file] * len(self), pa.string())
        return Timeline(self.table.set_column(0, "file", names))

    def column(self, name: str) -> NDArray[Any]:
        """One column as a numpy array."""
        return self.table[name].to_numpy()

    def select(self, subject: str | None = None, modality: Modality | None = None) -> "Timeline":
        """Keep the rows of one subject, of one modality, or of both."""
        keep = np.ones(len(self), dtype=np.bool_)
        for name, value in (("subject", subject), ("modality", modality)):
            if value is not None:
                keep &= self.column(name) == value
        return Timeline(self.table.filter(pa.array(keep)))

    def until(self, time: float) -> "Timeline":
        """Shorten the rows that reach beyond `time`."""
        start, end = self.column("start"), self.column("end")
        shortened = np.where((start < time) & (end > time), time, end)
        place = TIMELINE_SCHEMA.get_field_index("end")
        return Timeline(self.table.set_column(place, "end", pa.array(shortened)))

    def by_subject(self) -> "dict[str, Timeline]":
        """Split into one timeline per subject, in order of first appearance."""
        names, first, codes = np.unique(
            self.column("subject").astype(np.str_), return_index=True, return_inverse=True
        )
        rows: Any = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1])
        return {str(names[i]): Timeline(self.table.take(rows[i])) for i in np.argsort(first)}

    def to_pandas(self) -> "pd.DataFrame":
        """Return a pandas data frame (pandas must be installed)."""
        return self.table.to_pandas()  # pyright: ignore[reportUnknownMemberType]


class TableBuilder:
    """Collects rows in compact Arrow batches: an hour of them costs a few megabytes."""

    def __init__(self, schema: pa.Schema, batch_rows: int = 4096) -> None:
        self._schema = schema
        self._batch_rows = batch_rows
        self._rows: list[dict[str, Any]] = []
        self._batches: list[pa.RecordBatch] = []

    def append(self, row: dict[str, Any]) -> None:
        """Add one row."""
        self._rows.append(row)
        if len(self._rows) >= self._batch_rows:
            self._pack()

    def build(self) -> pa.Table:
        """Return all rows so far, in the order they came."""
        self._pack()
        return pa.Table.from_batches(self._batches, self._schema)

    def _pack(self) -> None:
        self._batches.append(pa.RecordBatch.from_pylist(self._rows, self._schema))
        self._rows = []


def _sorted(table: pa.Table) -> pa.Table:
    """Order the rows by start, subject, modality and end."""
    keys = [table[name].to_numpy() for name in ("end", "modality", "subject", "start")]
    order: Any = np.lexsort([key.astype(np.str_) if key.dtype == object else key for key in keys])
    return table.take(order)


def expression_row(expression: Expression) -> dict[str, Any]:
    """Return an expression as a row of the table, its file still unnamed."""
    probabilities = map(float, expression.probabilities)
    return {
        "file": "",
        "start": expression.start,
        "end": expression.end,
        "subject": expression.subject,
        "modality": expression.modality,
        "label": expression.label,
        **dict(zip(PROBABILITY_COLUMNS, probabilities, strict=True)),
        "valence": expression.valence,
        "arousal": expression.arousal,
        "quality": expression.quality,
        "reason": expression.reason,
    }


def _to_expression(row: dict[str, Any]) -> Expression:
    names = ("start", "end", "subject", "modality", "valence", "arousal", "quality", "label")
    probabilities = np.array([row[name] for name in PROBABILITY_COLUMNS], dtype=np.float32)
    return Expression(
        probabilities=probabilities, reason=row["reason"], **{name: row[name] for name in names}
    )
