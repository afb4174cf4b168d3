"""`emoarc arcs` on small analyses made here, and on a recording that has none yet."""

import csv
import html
import json
import re
import shutil

import numpy as np
import pytest

from emoarc.analysis import FACE_SCHEMA, NOTICE, Analysis
from emoarc.export import save
from emoarc.fusion import express
from emoarc.sample import SAMPLE
from emoarc.timeline import Timeline

U = np.linspace(0, 1, 40)
COURSES = {"rise": U, "fall": 1 - U, "hill": 1 - 2 * np.abs(U - 0.5)}


def _save(folder, happiness, formats=("parquet",), subject="P1"):
    """Save an analysis of one row a second, between sadness and happiness."""
    rows = (
        express(i, i + 1.0, subject, "fused", [0, h, 1 - h, 0, 0, 0, 0], 0.8)
        for i, h in enumerate(np.clip(happiness, 0.02, 0.98))
    )
    timeline = Timeline.from_expressions(rows)
    analysis = Analysis(
        "x.wav", None, (), timeline, FACE_SCHEMA.empty_table(), (), (), None, (), {"options": {}}
    )
    save(analysis, folder, formats)


@pytest.fixture
def analysed(tmp_path):
    """Five recordings of each course."""
    folder = tmp_path / "films"
    rng = np.random.default_rng(0)
    for name, course in COURSES.items():
        for i in range(5):
            _save(folder / f"{name}-{i}.emoarc", course + rng.normal(0, 0.05, 40))
    return folder


def _families(folder):
    """The names in each family, without their numbers."""
    with (folder / "arcs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {}
    for row in rows:
        found.setdefault(row["family"], []).append(row["recording"].split("-")[0])
    return found, rows


@pytest.mark.parametrize("distance", ["euclidean", "dtw"])
def test_families_are_found_and_written(emoarc, analysed, distance):
    outcome = emoarc("arcs", analysed, "--distance", distance)
    assert outcome.code == 0, outcome.err
    found, rows = _families(analysed)
    assert sorted(found) == ["1", "2", "3"]
    assert all(len(set(names)) == 1 for names in found.values())
    assert len(rows) == 15
    data = json.loads((analysed / "arcs.json").read_text(encoding="utf-8"))
    assert data["options"]["distance"] == distance
    assert [len(family["mean"]) for family in data["families"]] == [100] * 3
    assert {row["recording"] for row in data["recordings"]} == {row["recording"] for row in rows}
    assert "arcs.html" in outcome.out


def test_the_page_stands_alone_and_says_what_it_must(emoarc, analysed, tmp_path):
    _save(analysed / "<b>&evil.emoarc", COURSES["rise"])
    assert emoarc("arcs", analysed, "-o", "out", "-q") == (0, "", "")
    page = (tmp_path / "out/arcs.html").read_text(encoding="utf-8")
    assert NOTICE in page
    assert "<b>&evil" not in page
    assert "&lt;b&gt;&amp;evil" in page
    head = html.unescape(page.partition("<script>")[0])
    assert not re.search(r'(src|href)="', head)
    assert "default-src 'none'" in head
    assert "connect-src" not in head
    assert not (analysed / "arcs.html").exists()


def test_what_cannot_be_compared_is_named_and_left_out(emoarc, analysed):
    _save(analysed / "short.emoarc", COURSES["rise"][:5])
    _save(analysed / "flat.emoarc", np.full(40, 0.5))
    outcome = emoarc("arcs", analysed)
    assert outcome.code == 0
    assert "short: left out, too short" in outcome.err
    assert "flat: left out, flat" in outcome.err
    data = json.loads((analysed / "arcs.json").read_text(encoding="utf-8"))
    assert {each["recording"] for each in data["left_out"]} == {"short", "flat"}


def test_one_subject_of_those_who_have_it(emoarc, analysed):
    _save(analysed / "other.emoarc", COURSES["rise"], subject="V1")
    outcome = emoarc("arcs", analysed, "--subject", "P1")
    assert outcome.code == 0
    assert "other: left out, there is no P1 in it" in outcome.err
    assert json.loads((analysed / "arcs.json").read_text(encoding="utf-8"))["subject"] == "P1"


def test_any_saved_timeline_will_do(emoarc, tmp_path):
    for i, kind in enumerate(("parquet", "csv", "json", "parquet")):
        _save(tmp_path / f"{i}.emoarc", list(COURSES.values())[i % 2], [kind])
    assert emoarc("arcs", ".", "--families", "2", "-q") == (0, "", "")
    assert sorted(map(len, _families(tmp_path)[0].values())) == [2, 2]


def test_a_damaged_analysis_does_not_stop_the_others(emoarc, analysed):
    (analysed / "rise-0.emoarc/timeline.parquet").write_bytes(b"damaged")
    (analysed / "empty.emoarc").mkdir()
    outcome = emoarc("arcs", analysed)
    assert outcome.code == 3
    assert "rise-0.emoarc" in outcome.err
    assert "empty.emoarc" in outcome.err
    assert len(_families(analysed)[1]) == 14


def test_recordings_without_an_analysis_are_analysed_first(emoarc, analysed):
    shutil.copy(SAMPLE, analysed / "talk.mp4")
    (analysed / "broken.wav").write_text("no sound")
    (analysed / "notes.txt").write_text("no recording")
    outcome = emoarc("arcs", analysed)
    assert outcome.code == 3
    assert "broken.wav" in outcome.err
    assert "notes.txt" not in outcome.err
    assert (analysed / "talk.emoarc/report.html").exists()
    assert "talk" in {row["recording"] for row in _families(analysed)[1]}
    (left_out,) = json.loads((analysed / "arcs.json").read_text(encoding="utf-8"))["left_out"]
    assert left_out["recording"] == "broken.wav"
    assert left_out["reason"].startswith("'broken.wav' is not a media file")
    assert left_out["reason"] in html.unescape((analysed / "arcs.html").read_text(encoding="utf-8"))
    assert "1 input could not be used" in outcome.err
    again = emoarc("arcs", analysed)
    assert "talk.mp4" not in again.err


def test_too_few_recordings_have_an_exit_code_of_their_own(emoarc, tmp_path):
    (tmp_path / "none").mkdir()
    outcome = emoarc("arcs", "none")
    assert outcome.code == 4
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [("--measure", "joy"), ("--distance", "cosine"), ("--families", "1"), ("--families", "many"),
     ("--families", "15"), ("-o", "films/hill-0.emoarc/timeline.parquet")],
    ids=" ".join,
)  # fmt: skip
def test_options_that_cannot_be_are_usage_errors(emoarc, analysed, words):
    outcome = emoarc("arcs", analysed, *words)
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert not (analysed / "arcs.json").exists()


def test_a_folder_that_is_not_there_is_a_usage_error(emoarc):
    assert emoarc("arcs", "nowhere").code == 2
