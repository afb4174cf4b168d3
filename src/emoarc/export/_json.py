"""The complete analysis as JSON: one object, whose tables are columns.

A table is an object of equally long arrays, which `pandas.DataFrame(data["timeline"])` takes as
it is and which needs a third of the space of one object per row.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from numbers import Real
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emoarc.analysis import NOTICE, Analysis
from emoarc.arcs import MEASURES, Arc
from emoarc.export._csv import DECIMALS
from emoarc.files import write_text
from emoarc.labels import EMOTIONS

__all__ = ["SCHEMA_VERSION", "plain", "to_dict", "write_json"]

SCHEMA_VERSION: Final = 1
"""Of `schema/analysis-1.schema.json`; rises when a reader of the old shape would fail."""


def to_dict(analysis: Analysis) -> dict[str, Any]:
    """Return the analysis as plain data: dicts, lists, strings, numbers, and None.

    Nothing observed is None, never NaN and never zero. Times are seconds, rounded to microseconds;
    other numbers are rounded to six decimals (Parquet keeps every bit).
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "notice": NOTICE,
        "file": analysis.file,
        "emotions": list(EMOTIONS),
        "media": plain(analysis.media),
        "subjects": plain(analysis.subjects),
        "summary": plain(analysis.summary),
        "timeline": _columns(analysis.timeline.table.drop_columns("file")),
        "segments": plain(analysis.segments),
        "incongruence": _columns(analysis.incongruence),
        "arcs": [_arc(arc) for arc in analysis.arcs],
        "faces": _columns(analysis.faces),
        "coverage": plain(analysis.coverage),
        "warnings": list(analysis.warnings),
        "provenance": plain(analysis.provenance),
    }


def write_json(analysis: Analysis, path: Path) -> None:
    """Write `to_dict(analysis)`, each of its entries on a line of its own."""
    entries = (f"{_dumps(name)}: {_dumps(value)}" for name, value in to_dict(analysis).items())
    write_text(path, "{\n" + ",\n".join(entries) + "\n}\n")


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _columns(table: pa.Table) -> dict[str, list[Any]]:
    return {name: _column(table[name]) for name in table.column_names}


def _column(column: "pa.ChunkedArray[Any]") -> list[Any]:
    if pa.types.is_floating(column.type):
        return _numbers(column.to_numpy())
    return column.to_pylist()


def _numbers(values: NDArray[np.floating]) -> list[float | None]:
    rounded: list[float] = np.round(values.astype(np.float64), DECIMALS).tolist()
    return [value if math.isfinite(value) else None for value in rounded]


def _arc(arc: Arc) -> dict[str, Any]:
    points = {"time": _numbers(arc.times)}
    for i, measure in enumerate(MEASURES):
        points[measure] = _numbers(arc.values[:, i])
        points[f"{measure}_lower"] = _numbers(arc.lower[:, i])
        points[f"{measure}_upper"] = _numbers(arc.upper[:, i])
    return {
        "subject": arc.subject,
        "points": points,
        "turning_points": plain(arc.turning_points),
    }


def plain(value: Any) -> Any:
    """Return `value` with dataclasses, containers, numbers and paths reduced to what JSON knows."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        entries = cast("Mapping[Any, Any]", value)
        return {str(name): plain(entry) for name, entry in entries.items()}
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        return [plain(entry) for entry in cast("Iterable[Any]", value)]
    if isinstance(value, np.generic):
        return plain(cast("Any", value).item())
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, Real):
        number = float(value)
        return round(number, DECIMALS) if math.isfinite(number) else None
    # A path need not be UTF-8, JSON must be.
    return str(value).encode(errors="surrogateescape").decode(errors="replace")
