"""The timeline as Parquet, with units and origin in its metadata."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from emoarc.analysis import NOTICE, Analysis
from emoarc.errors import InputError
from emoarc.export._json import plain
from emoarc.files import atomic
from emoarc.timeline import Timeline

__all__ = ["read_parquet", "write_parquet"]


def write_parquet(analysis: Analysis, path: Path) -> None:
    """Write the timeline exactly; the schema's metadata hold `notice` and `provenance` (JSON)."""
    table = analysis.timeline.table
    provenance = json.dumps(plain(analysis.provenance))
    metadata = {b"notice": NOTICE.encode(), b"provenance": provenance.encode()}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **metadata})
    # Arrow takes no path that is not UTF-8, but any open file.
    with atomic(path) as temporary, temporary.open("wb") as file:
        pq.write_table(table, file, compression="zstd")  # pyright: ignore[reportUnknownMemberType]


def read_parquet(path: Path) -> Timeline:
    """Read what `write_parquet` wrote.

    Raises:
        InputError: The file is missing or is no timeline.
    """
    try:
        return Timeline(pq.read_table(path))  # pyright: ignore[reportUnknownMemberType]
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    except (ValueError, pa.ArrowException) as error:
        raise InputError(f"{path}: this is no timeline.parquet of emoarc ({error})") from error
