import dataclasses
from pathlib import Path

import pytest

from emoarc.analysis import Analysis
from emoarc.errors import OptionError, OutputError
from emoarc.export import DEFAULT_FORMATS, FORMATS, check_formats, save
from emoarc.media import probe


def test_the_default_formats_and_their_files(analysis: Analysis, tmp_path: Path) -> None:
    files = save(analysis, tmp_path / "new" / "talk.emoarc")
    assert [file.name for file in files] == [
        "report.html",
        "timeline.parquet",
        "faces.parquet",
        "timeline.csv",
        "faces.csv",
        "analysis.json",
    ]
    assert set(files) == set((tmp_path / "new" / "talk.emoarc").iterdir())
    assert DEFAULT_FORMATS == ("html", "parquet", "csv", "json")


def test_every_known_format_writes_its_file(analysis: Analysis, tmp_path: Path) -> None:
    names = [name for files in FORMATS.values() for name in files]
    written = save(analysis, tmp_path, [*FORMATS, "csv"])
    assert [file.name for file in written] == names
    assert all(file.stat().st_size for file in written)


def test_writing_again_replaces(analysis: Analysis, tmp_path: Path) -> None:
    save(analysis, tmp_path, ["csv"])
    before = (tmp_path / "timeline.csv").read_bytes()
    shorter = dataclasses.replace(analysis, timeline=analysis.timeline.select("V1"))
    save(shorter, tmp_path, ["csv"])
    assert 0 < (tmp_path / "timeline.csv").stat().st_size < len(before)


def test_an_unknown_format_is_refused_before_anything_is_written(
    analysis: Analysis, tmp_path: Path
) -> None:
    with pytest.raises(OptionError, match=r"xlsx.*choose of html, parquet, csv, json, vtt"):
        save(analysis, tmp_path / "out", ["csv", "xlsx"])
    assert not (tmp_path / "out").exists()
    check_formats(list(FORMATS))


def test_a_file_where_the_folder_should_be_is_an_error(analysis: Analysis, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="cannot be made"):
        save(analysis, tmp_path / "out", ["csv"])
    assert (tmp_path / "out").read_text() == "mine"


def test_the_analysis_saves_itself(analysis: Analysis, tmp_path: Path) -> None:
    assert [file.name for file in analysis.save(tmp_path, ["vtt"])] == ["timeline.vtt"]


def test_progress_is_told_while_the_report_copies(
    analysis: Analysis, unplayable: Path, tmp_path: Path
) -> None:
    told: list[float] = []
    copied = dataclasses.replace(analysis, media=probe(unplayable))
    save(copied, tmp_path, ["csv", "html"], on_progress=told.append)
    assert max(told) == pytest.approx(12, abs=0.2)
