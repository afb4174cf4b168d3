"""The Timeline: the one result table. Its rows are Expressions; Arrow is underneath."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emoarc.labels import EMOTIONS
from emoarc.types import Expression, Modality

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TIMELINE_SCHEMA", "Timeline", "TimelineBuilder"]

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
    """Expressions in order of time, as a table.

    Iterate it for `Expression` objects; use `.table` for Arrow and `.to_pandas()` for pandas.
    """

    def __init__(self, table: pa.Table) -> None:
        self.table: pa.Table = table.cast(TIMELINE_SCHEMA)

    @classmethod
    def from_expressions(cls, expressions: Iterable[Expression], file: str = "") -> Self:
        """Build a timeline from expressions, sorted by time, subject and modality."""
        builder = TimelineBuilder()
        for expression in expressions:
            builder.append(expression)
        return cls(builder.build(file).table)

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
        return tuple(self.table["subject"].unique().to_pylist())

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """All probabilities over `EMOTIONS`, shape (rows, 7)."""
        return np.column_stack([self.column(name) for name in PROBABILITY_COLUMNS])

    def column(self, name: str) -> NDArray[Any]:
        """One column as a numpy array."""
        return self.table[name].to_numpy()

    def select(self, subject: str | None = None, modality: Modality | None = None) -> "Timeline":
        """Keep the rows of one subject, of one modality, or of both."""
        table = self.table
        if subject is not None:
            table = table.filter(pc.equal(table["subject"], subject))
        if modality is not None:
            table = table.filter(pc.equal(table["modality"], modality))
        return Timeline(table)

    def to_pandas(self) -> "pd.DataFrame":
        """Return a pandas data frame (pandas must be installed)."""
        return self.table.to_pandas()


class TimelineBuilder:
    """Collects expressions in compact Arrow batches: an hour of rows costs a few megabytes."""

    def __init__(self, batch_rows: int = 4096) -> None:
        self._batch_rows = batch_rows
        self._rows: list[dict[str, Any]] = []
        self._batches: list[pa.RecordBatch] = []

    def append(self, expression: Expression) -> None:
        """Add one row."""
        self._rows.append(_to_row(expression))
        if len(self._rows) >= self._batch_rows:
            self._pack()

    def build(self, file: str = "") -> Timeline:
        """Return all rows so far, sorted by start, subject and modality."""
        self._pack()
        table = pa.Table.from_batches(self._batches, TIMELINE_SCHEMA)
        names = pa.array([file] * table.num_rows, pa.string())
        table = table.set_column(0, TIMELINE_SCHEMA.field("file"), names)
        keys = [(key, "ascending") for key in ("start", "subject", "modality", "end")]
        return Timeline(table.sort_by(keys))

    def _pack(self) -> None:
        self._batches.append(pa.RecordBatch.from_pylist(self._rows, TIMELINE_SCHEMA))
        self._rows = []


def _to_row(expression: Expression) -> dict[str, Any]:
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
