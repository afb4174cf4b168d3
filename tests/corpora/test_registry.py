import re

import pytest
from tests.corpora.trees import TREES, place

from emoarc.corpora import (
    CORPORA,
    Manifest,
    find_corpora,
    read_corpora,
    read_manifest,
    read_roots,
)
from emoarc.errors import OptionError


def test_every_corpus_says_what_it_is_and_allows():
    for name, corpus in CORPORA.items():
        assert corpus.name == name
        assert re.fullmatch(r"[a-z0-9-]+", name)
        assert corpus.title
        assert corpus.licence
        assert corpus.layout


def test_corpora_are_found_up_to_three_levels_below(tmp_path):
    for depth, folder in enumerate(["tess", "a/emodb", "a/b/cremad", "a/b/c/ravdess"]):
        TREES[folder.rsplit("/")[-1]](tmp_path / folder)
        assert len(find_corpora(tmp_path)) == min(depth + 1, 3)
    assert find_corpora(tmp_path / "tess") == {"tess": [tmp_path / "tess"]}


def test_a_corpus_may_lie_in_several_folders(tmp_path):
    TREES["ravdess"](tmp_path / "one")
    place(tmp_path / "two", "Actor_09/03-01-05-01-01-01-09.wav")
    assert find_corpora(tmp_path) == {"ravdess": [tmp_path / "one", tmp_path / "two"]}
    assert len(read_corpora(tmp_path, ["ravdess"])) == 7


def test_hidden_folders_are_not_looked_into(tmp_path):
    TREES["tess"](tmp_path / ".trash/tess")
    TREES["emodb"](tmp_path / "emodb")
    assert list(find_corpora(tmp_path)) == ["emodb"]


def test_a_corpus_within_the_root_of_another_is_its_own(tmp_path):
    place(tmp_path, "Actor_09/03-01-05-01-01-01-09.wav", "Actor_09/note.wav")
    TREES["emodb"](tmp_path / "emodb")
    assert find_corpora(tmp_path) == {"ravdess": [tmp_path], "emodb": [tmp_path / "emodb"]}
    alone = read_corpora(tmp_path, ["ravdess"])
    assert [clip.speaker for clip in alone.clips] == ["ravdess-09"]
    assert [problem.file.name for problem in alone.problems] == ["note.wav"]
    both = read_roots(tmp_path, find_corpora(tmp_path))
    assert both == alone + read_corpora(tmp_path, ["emodb"])
    assert len(both) == 1 + 3


def test_generic_layouts_give_way(tmp_path):
    TREES["folders"](tmp_path / "mine")
    TREES["tess"](tmp_path / "tess")
    assert list(find_corpora(tmp_path)) == ["tess"]
    assert find_corpora(tmp_path / "mine") == {"folders": [tmp_path / "mine"]}
    assert find_corpora(tmp_path, ["folders"]) == {"folders": [tmp_path / "mine"]}
    place(tmp_path / "tess", "angry/1.wav", "sad/1.wav")
    assert list(find_corpora(tmp_path / "tess", ["folders", "tess"])) == ["tess"]


def test_corpora_are_joined_in_the_order_asked_for(tmp_path):
    TREES["tess"](tmp_path / "tess")
    TREES["emodb"](tmp_path / "emodb")
    manifest = read_corpora(tmp_path, ["tess", "emodb"])
    assert manifest.column("corpus").tolist() == ["tess"] * 3 + ["emodb"] * 3


def test_paths_may_be_strings(tmp_path):
    TREES["emodb"](tmp_path / "emodb")
    found = find_corpora(str(tmp_path))
    assert found == find_corpora(tmp_path)
    manifest = read_corpora(str(tmp_path), ["emodb"])
    assert manifest == read_corpora(tmp_path, ["emodb"]) == read_roots(str(tmp_path), found)
    manifest.write_csv(str(tmp_path / "clips.csv"))
    manifest.write_parquet(str(tmp_path / "clips.parquet"))
    assert read_manifest(str(tmp_path / "clips.csv")) == Manifest(manifest.clips)
    assert read_manifest(str(tmp_path / "clips.parquet")) == Manifest(manifest.clips)


def test_a_missing_corpus_is_named_with_where_it_was_looked_for(tmp_path):
    with pytest.raises(OptionError, match=f"{re.escape(str(tmp_path))}: tess is neither here nor"):
        read_corpora(tmp_path, ["tess"])


def test_a_missing_folder_and_a_table_without_its_columns_are_named(tmp_path):
    with pytest.raises(OptionError, match="missing: there is no such folder"):
        read_corpora(tmp_path / "missing", ["tess"])
    place(tmp_path, "mine.csv", content="path\n1.wav\n")
    with pytest.raises(OptionError, match=r"mine\.csv: no column file, emotion; "):
        read_corpora(tmp_path, ["table"])


@pytest.mark.parametrize("act", [find_corpora, read_corpora])
def test_an_unknown_corpus_is_named_with_those_known(tmp_path, act):
    with pytest.raises(OptionError, match=r"'tes': not known; there are ravdess, .*, tess"):
        act(tmp_path, ["tes"])


def test_what_is_not_there_has_no_corpora(tmp_path):
    assert find_corpora(tmp_path / "missing") == {}


def test_the_corpora_at_hand(shared):
    assert set(find_corpora(shared)) == {
        "ravdess", "cremad", "tess", "emodb", "fer2013", "ferplus", "muxspace", "librispeech",
    }  # fmt: skip
