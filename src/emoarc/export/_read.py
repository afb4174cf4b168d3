"""Reading back what the writers wrote."""

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
import pyarrow as pa

from emoarc.analysis import FACE_SCHEMA, GEOMETRY_COLUMNS, Analysis, Subject, SubjectSummary
from emoarc.arcs import MEASURES, Arc
from emoarc.errors import InputError, OptionError
from emoarc.export._csv import read_csv, read_faces_csv
from emoarc.export._json import SCHEMA_VERSION
from emoarc.export._parquet import read_faces_parquet, read_parquet
from emoarc.media import Coverage, MediaInfo
from emoarc.timeline import TIMELINE_SCHEMA, Timeline

__all__ = ["read_analysis", "read_faces", "read_timeline"]

_T = TypeVar("_T")


def read_analysis(path: str | Path) -> Analysis:
    """Read an `analysis.json`.

    Raises:
        InputError: The file cannot be read, is no analysis, or was written by a newer emoarc.
    """
    path = Path(path)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["schema_version"] > SCHEMA_VERSION:
            raise InputError(f"{path}: written by a newer emoarc; upgrade to read it")
        return _analysis(data)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{path}: this is no analysis.json of emoarc") from error


def read_timeline(path: str | Path) -> Timeline:
    """Read a timeline from `.parquet`, `.csv` or an analysis' `.json`.

    Raises:
        InputError: The file cannot be read or is no timeline.
        OptionError: The name ends otherwise.
    """
    path = Path(path)
    if path.suffix not in _TIMELINE_READERS:
        known = ", ".join(_TIMELINE_READERS)
        raise OptionError(f"{path}: a timeline is read from {known}")
    return _TIMELINE_READERS[path.suffix](path)


def read_faces(path: str | Path) -> pa.Table:
    """Read the faces, columns as in `FACE_SCHEMA`, from `.parquet`, `.csv` or an analysis' `.json`.

    Raises:
        InputError: The file cannot be read or holds no faces.
        OptionError: The name ends otherwise.
    """
    path = Path(path)
    if path.suffix not in _FACE_READERS:
        raise OptionError(f"{path}: faces are read from {', '.join(_FACE_READERS)}")
    return _FACE_READERS[path.suffix](path)


_TIMELINE_READERS: Final[dict[str, Callable[[Path], Timeline]]] = {
    ".parquet": read_parquet,
    ".csv": read_csv,
    ".json": lambda path: read_analysis(path).timeline,
}

_FACE_READERS: Final[dict[str, Callable[[Path], pa.Table]]] = {
    ".parquet": read_faces_parquet,
    ".csv": read_faces_csv,
    ".json": lambda path: read_analysis(path).faces,
}


def _analysis(data: dict[str, Any]) -> Analysis:
    return Analysis(
        file=data["file"],
        media=_convert(MediaInfo | None, data["media"]),
        subjects=tuple(_build(Subject, each) for each in data["subjects"]),
        timeline=Timeline(_table(data["timeline"], TIMELINE_SCHEMA, data["file"])),
        faces=_faces(data["faces"]),
        arcs=tuple(_arc(each) for each in data["arcs"]),
        summary=tuple(_build(SubjectSummary, each) for each in data["summary"]),
        coverage=_convert(Coverage | None, data["coverage"]),
        warnings=tuple(data["warnings"]),
        provenance=data["provenance"],
    )


def _table(columns: dict[str, list[Any]], schema: pa.Schema, file: str = "") -> pa.Table:
    columns = {"file": [file] * len(columns[schema.names[-1]]), **columns}
    return pa.Table.from_pydict({name: columns[name] for name in schema.names}, schema)


def _faces(columns: dict[str, list[Any]]) -> pa.Table:
    """Files from before landmarks were looked for lack what those tell."""
    missing = dict.fromkeys(GEOMETRY_COLUMNS, [None] * len(columns["time"]))
    return _table({**missing, **columns}, FACE_SCHEMA)


def _arc(data: dict[str, Any]) -> Arc:
    points = data["points"]
    curves = (
        np.array([points[f"{measure}{end}"] for measure in MEASURES], np.float64).T
        for end in ("", "_lower", "_upper")
    )
    return Arc(data["subject"], np.array(points["time"], np.float64), *curves)


def _build(kind: type[_T], data: dict[str, Any]) -> _T:
    """Build a dataclass from plain data by the types of its fields."""
    hints = get_type_hints(kind)
    known = [each.name for each in fields(kind)]  # pyright: ignore[reportArgumentType]
    return kind(**{name: _convert(hints[name], data[name]) for name in known})


def _convert(hint: Any, value: Any) -> Any:
    if get_origin(hint) is UnionType:
        (hint,) = (each for each in get_args(hint) if each is not NoneType)
        return None if value is None else _convert(hint, value)
    if get_origin(hint) is tuple:
        return tuple(_convert(get_args(hint)[0], each) for each in value)
    if is_dataclass(hint):
        return _build(hint, value)  # pyright: ignore[reportArgumentType, reportUnknownVariableType]
    if hint is float:
        return float("nan") if value is None else float(value)
    return Path(value) if hint is Path else value
