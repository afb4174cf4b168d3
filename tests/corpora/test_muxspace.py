from tests.corpora.trees import place

from emoarc.corpora import CORPORA, read_corpora

MUXSPACE = CORPORA["muxspace"]


def test_the_legend_is_read(official):
    named, unnamed = MUXSPACE.read(official("muxspace")).clips
    assert (named.emotion, named.speaker) == ("neutral", "muxspace-Aaron_Eckhart")
    assert (unnamed.emotion, unnamed.speaker) == ("happiness", "")


def test_the_legend_may_lie_in_data_as_in_the_repository(official):
    root = official("muxspace")
    (root / "data").mkdir()
    (root / "legend.csv").rename(root / "data/legend.csv")
    assert MUXSPACE.recognise(root)
    assert len(MUXSPACE.read(root)) == 2


def test_strange_rows_are_told(official):
    root = official("muxspace")
    legend = "image,emotion\nAaron_Eckhart_0001.jpg,puzzled\nnobody.jpg,anger\n"
    manifest = MUXSPACE.read(place(root, "legend.csv", content=legend))
    assert manifest.clips == ()
    assert [problem.what for problem in manifest.problems] == [
        "row 1: 'puzzled' is no emotion that emoarc knows",
        "row 2: nobody.jpg is missing; fetch it, or remove the row",
    ]


def test_the_whole_corpus(shared):
    manifest = read_corpora(shared, ["muxspace"])
    assert len(manifest) == 7726
    assert manifest.problems == ()
