"""`emoarc corpora`: bad corpora give a line each, and a usable manifest of the rest."""

import json
import shutil

import pytest
from tests.corpora.tones import write_tone

from emoarc.corpora import CORPORA, protocol_names, read_manifest


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def ravdess(tmp_path):
    """Two actors, four emotions, 16 clips."""
    root = tmp_path / "corpora" / "RAVDESS"
    names = [
        f"03-01-0{emotion}-01-0{said}-01-{actor:02d}"
        for actor in (1, 2)
        for emotion in (3, 4, 5, 6)
        for said in (1, 2)
    ]
    for number, name in enumerate(names):
        write_tone(root / f"Actor_{name[-2:]}" / f"{name}.wav", pitch=100 + 10 * number)
    return root


def test_list_names_every_corpus_with_its_terms(emoarc):
    outcome = emoarc("corpora", "list")
    assert outcome.code == 0
    for corpus in CORPORA.values():
        assert corpus.name in outcome.out
    assert "CC BY-NC-SA 4.0" in outcome.out
    assert "research only" in outcome.out


def test_scan_counts_and_says_what_the_licence_allows(emoarc, ravdess):
    for folder in (ravdess, ravdess.parent):
        outcome = emoarc("corpora", "scan", folder)
        assert (outcome.code, outcome.err) == (0, "")
        assert outcome.out.split("\n")[1].split() == ["ravdess", "audio", "16", "2", "0:00:08"]
        assert "CC BY-NC-SA 4.0; allows non-commercial use only" in outcome.out


def _spoil(ravdess):
    """Plant one fault of each kind; what is told of each, and the clips that are left."""
    first, second, third, *_ = sorted(ravdess.glob("Actor_01/*.wav"))
    first.write_bytes(b"")
    second.write_bytes(b"no sound" * 100)
    shutil.copy(third, ravdess / "Actor_01" / "03-01-07-01-01-01-01.wav")
    shutil.copy(third, ravdess / "Actor_02" / third.name)
    write_tone(ravdess / "Actor_02" / "take one.wav", pitch=50)
    write_tone(ravdess / "Actor_02" / "03-01-09-01-01-01-02.wav", pitch=60)
    return ["empty", "not a media file", "another emotion", "the same name", "take one", "03-01-09"]


def test_bad_files_give_one_line_each_and_the_rest_is_usable(emoarc, ravdess, tmp_path):
    faults = _spoil(ravdess)
    outcome = emoarc("corpora", "scan", ravdess, "-o", tmp_path / "clips.csv")
    assert outcome.code == 3
    lines = outcome.err.splitlines()
    assert len(lines) == len(faults)
    for fault in faults:
        assert sum(fault in line for line in lines) == 1, fault
    assert [line.split(":")[0] for line in lines] == ["left out"] * 5 + ["note"]
    manifest = read_manifest(tmp_path / "clips.csv")
    assert len(manifest) == 15
    assert all(clip.file.is_file() and clip.digest and clip.end for clip in manifest.clips)


def test_an_unreadable_table_costs_its_facts_alone(emoarc, tmp_path):
    root = tmp_path / "CREMA-D"
    for number, name in enumerate(("1001_DFA_ANG_XX", "1002_DFA_SAD_XX")):
        write_tone(root / "AudioWAV" / f"{name}.wav", pitch=100 + number)
    (root / "VideoDemographics.csv").write_bytes(b"\xff\xfe\x00\x01")
    outcome = emoarc("corpora", "scan", root, "--json")
    report = json.loads(outcome.out)
    assert report["corpora"]["cremad"]["clips"] == 2
    told = [p["what"] for p in report["problems"] if p["file"].endswith("VideoDemographics.csv")]
    assert len(told) == 1


def test_long_lists_of_problems_are_cut_unless_asked_for(emoarc, ravdess):
    for number in range(14):
        (ravdess / "Actor_01" / f"odd {number}.wav").write_bytes(b"x")
    short = emoarc("corpora", "scan", ravdess)
    assert short.err.count("\n") == 11
    assert "and 4 more; --verbose prints all" in short.err
    assert emoarc("corpora", "scan", ravdess, "--verbose").err.count("\n") == 14


def test_json_holds_counts_and_problems_and_nothing_else(emoarc, ravdess):
    _spoil(ravdess)
    outcome = emoarc("corpora", "scan", ravdess, "--json")
    assert (outcome.code, outcome.err) == (3, "")
    report = json.loads(outcome.out)
    found = report["corpora"]["ravdess"]
    assert (found["clips"], found["speakers"], found["terms"]) == (15, 2, "non-commercial")
    assert found["emotions"]["sadness"]["counts"]["sex"] == {"female": 2, "male": 2}
    assert len(report["problems"]) == 6
    assert [p["kept"] for p in report["problems"]].count(True) == 1


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("scan", "nowhere"), 2, "no such folder"),
        (("scan", "."), 4, "a corpus is neither here"),
        (("scan", ".", "--corpus", "savee"), 4, "savee is neither here"),
        (("scan", ".", "--corpus", "nonesuch"), 2, "'nonesuch': not known"),
        (("scan", ".", "-o", "clips.txt"), 2, ".csv or .parquet"),
        (("scan", ".", "-o", "no/such/clips.csv"), 2, "no such folder; make no/such first"),
        (("stats", "nowhere"), 2, "no such folder"),
        (("splits", "nonesuch"), 2, "'nonesuch': not known"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(emoarc, words, code, says):
    outcome = emoarc("corpora", *words)
    assert outcome.code == code
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1
    assert says in outcome.err


def test_a_table_without_its_columns_says_which_are_missing(emoarc, tmp_path):
    (tmp_path / "mine.csv").write_text("path,emotion\n1.wav,anger\n")
    outcome = emoarc("corpora", "scan", tmp_path, "--corpus", "table")
    assert (outcome.code, outcome.err.count("\n")) == (4, 1)
    assert "mine.csv: no column file; a table has the columns file and emotion" in outcome.err


def test_stats_of_a_folder_and_of_its_manifest_are_the_same(emoarc, ravdess, tmp_path):
    counted = emoarc("corpora", "stats", ravdess)
    assert counted.code == 0
    heading, first, *_, total, _ = counted.out.split("\n")[1:-1]
    assert " ".join(heading.split()) == "emotion clips speakers female male normal length"
    assert first.split() == ["happiness", "4", "2", "2", "2", "4", "0:00:02"]
    assert total.split() == ["all", "16", "2", "8", "8", "16", "0:00:08"]
    emoarc("corpora", "scan", ravdess, "-o", tmp_path / "clips.parquet")
    assert emoarc("corpora", "stats", tmp_path / "clips.parquet").out == counted.out
    other = emoarc("corpora", "stats", tmp_path / "clips.parquet", "--corpus", "tess")
    assert (other.code, other.out) == (4, "")
    assert "no clip that can be counted" in other.err


def test_stats_say_that_something_is_left_out(emoarc, ravdess):
    _spoil(ravdess)
    outcome = emoarc("corpora", "stats", ravdess)
    assert (outcome.code, outcome.err.count("\n")) == (0, 1)
    assert "5 files or rows are left out" in outcome.err
    for path in ravdess.rglob("*.wav"):
        path.write_bytes(b"")
    outcome = emoarc("corpora", "stats", ravdess)
    assert (outcome.code, outcome.out) == (4, "")


def test_a_table_that_is_no_manifest_is_refused(emoarc, tmp_path):
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    outcome = emoarc("corpora", "stats", tmp_path / "odd.csv")
    assert outcome.code == 3
    assert outcome.err.count("\n") == 1


def test_splits_lists_protocols_and_shows_the_folds_of_one(emoarc, ravdess):
    listed = emoarc("corpora", "splits")
    assert all(name in listed.out for name in protocol_names())
    assert "ravdess-14" in emoarc("corpora", "splits", "ravdess-5fold").out
    shown = emoarc("corpora", "splits", "leave-one-speaker-out", ravdess)
    assert [line.split() for line in shown.out.splitlines()[-2:]] == [
        ["ravdess-01", "8", "0", "8", "1", "ravdess"],
        ["ravdess-02", "8", "0", "8", "1", "ravdess"],
    ]


def test_the_cache_is_where_it_is_asked_to_be(emoarc, ravdess, tmp_path):
    emoarc("corpora", "scan", ravdess, "--no-cache")
    assert not (tmp_path / "cache").exists()
    emoarc("corpora", "scan", ravdess, "--cache", tmp_path / "mine.sqlite")
    assert (tmp_path / "mine.sqlite").is_file()
    assert not (tmp_path / "cache").exists()
    emoarc("corpora", "scan", ravdess)
    assert (tmp_path / "cache" / "emoarc" / "corpora.sqlite").is_file()
