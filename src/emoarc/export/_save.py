"""Writing an analysis in several formats at once."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from emoarc.analysis import Analysis
from emoarc.errors import OptionError, OutputError
from emoarc.export._csv import write_csv, write_faces_csv
from emoarc.export._json import write_json
from emoarc.export._parquet import write_faces_parquet, write_parquet
from emoarc.export._report import write_html
from emoarc.export._vtt import write_vtt

__all__ = ["DEFAULT_FORMATS", "FORMATS", "check_formats", "make_folder", "save"]

FORMATS: Final[dict[str, dict[str, Callable[[Analysis, Path], None]]]] = {
    "html": {"report.html": write_html},
    "parquet": {"timeline.parquet": write_parquet, "faces.parquet": write_faces_parquet},
    "csv": {"timeline.csv": write_csv, "faces.csv": write_faces_csv},
    "json": {"analysis.json": write_json},
    "vtt": {"timeline.vtt": write_vtt},
}
"""The known formats: the files each makes, and their writers."""

DEFAULT_FORMATS: Final = ("html", "parquet", "csv", "json")


def check_formats(formats: Sequence[str]) -> None:
    """Refuse formats that are not in `FORMATS`; worth doing before a long analysis.

    Raises:
        OptionError: A format is unknown.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise OptionError(
            f"format: there is no {', '.join(unknown)}; choose of {', '.join(FORMATS)}"
        )


def save(
    analysis: Analysis,
    folder: Path,
    formats: Sequence[str] = (),
    on_progress: Callable[[float], None] | None = None,
) -> list[Path]:
    """Write the analysis into `folder`, which is made if need be, and return the files.

    Args:
        analysis: What to write.
        folder: Files of the same names in it are replaced, each whole or not at all.
        formats: Names from `FORMATS`; `DEFAULT_FORMATS` where empty.
        on_progress: Called with the time reached in the recording, in seconds, while the report
            copies it.

    Raises:
        OptionError: A format is unknown; nothing is written then.
        OutputError: The folder or a file cannot be written.
    """
    chosen = tuple(dict.fromkeys(formats)) or DEFAULT_FORMATS
    check_formats(chosen)
    make_folder(folder)
    written: list[Path] = []
    try:
        for file, write in (each for name in chosen for each in FORMATS[name].items()):
            if write is write_html:
                write_html(analysis, folder / file, on_progress)
            else:
                write(analysis, folder / file)
            written.append(folder / file)
    finally:
        with suppress(OSError):  # it holds something, as it should
            folder.rmdir()
    return written


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, where they are not there yet.

    Raises:
        OutputError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: this folder cannot be made ({error.strerror}); choose another with -o"
        ) from error
