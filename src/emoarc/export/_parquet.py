"""The timeline and the faces as Parquet, with units and origin in its metadata."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from emoarc.analysis import FACE_SCHEMA, NOTICE, Analysis
from emoarc.errors import InputError
from emoarc.export._json import plain
from emoarc.files import atomic
from emoarc.timeline import TIMELINE_SCHEMA, Timeline

__all__ = ["read_faces_parquet", "read_parquet", "write_faces_parquet", "write_parquet"]


def write_parquet(analysis: Analysis, path: Path) -> None:
    """Write the timeline exactly; the schema's metadata hold `notice` and `provenance` (JSON)."""
    _write(analysis.timeline.table, analysis, path)


def write_faces_parquet(analysis: Analysis, path: Path) -> None:
    """Write the faces exactly, with the same metadata as the timeline."""
    _write(analysis.faces, analysis, path)


def read_parquet(path: Path) -> Timeline:
    """Read what `write_parquet` wrote.

    Raises:
        InputError: The file is missing or is no timeline.
    """
    return Timeline(_read(path, TIMELINE_SCHEMA, "timeline"))


def read_faces_parquet(path: Path) -> pa.Table:
    """Read what `write_faces_parquet` wrote.

    Raises:
        InputError: The file is missing or holds no faces.
    """
    return _read(path, FACE_SCHEMA, "faces")


def _write(table: pa.Table, analysis: Analysis, path: Path) -> None:
    provenance = json.dumps(plain(analysis.provenance))
    metadata = {b"notice": NOTICE.encode(), b"provenance": provenance.encode()}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **metadata})
    # Arrow takes no path that is not UTF-8, but any open file.
    with atomic(path) as temporary, temporary.open("wb") as file:
        pq.write_table(table, file, compression="zstd")  # pyright: ignore[reportUnknownMemberType]


def _read(path: Path, schema: pa.Schema, what: str) -> pa.Table:
    try:
        table: pa.Table = pq.read_table(path)  # pyright: ignore[reportUnknownMemberType]
        return table.cast(schema)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    except (ValueError, pa.ArrowException) as error:
        raise InputError(f"{path}: this is no {what}.parquet of emoarc ({error})") from error
