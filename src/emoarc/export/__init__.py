"""Writing an Analysis down: report, tables, captions and annotated video.

    from emoarc.export import save
    save(analysis, Path("talk.emoarc"), ["html", "vtt"])

Every file appears whole or not at all. Times are seconds from the media's start; what was not
observed is absent, null or empty, never zero.
"""

from emoarc.export._csv import write_csv, write_faces_csv
from emoarc.export._families import (
    FAMILIES_SCHEMA_VERSION,
    families_to_dict,
    save_families,
)
from emoarc.export._json import SCHEMA_VERSION, to_dict, write_json
from emoarc.export._overlay import write_overlay
from emoarc.export._parquet import write_faces_parquet, write_parquet
from emoarc.export._read import read_analysis, read_faces, read_timeline
from emoarc.export._report import write_html
from emoarc.export._save import DEFAULT_FORMATS, FORMATS, check_formats, make_folder, save
from emoarc.export._vtt import write_vtt

__all__ = [
    "DEFAULT_FORMATS",
    "FAMILIES_SCHEMA_VERSION",
    "FORMATS",
    "SCHEMA_VERSION",
    "check_formats",
    "families_to_dict",
    "make_folder",
    "read_analysis",
    "read_faces",
    "read_timeline",
    "save",
    "save_families",
    "to_dict",
    "write_csv",
    "write_faces_csv",
    "write_faces_parquet",
    "write_html",
    "write_json",
    "write_overlay",
    "write_parquet",
    "write_vtt",
]
