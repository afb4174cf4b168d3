from collections import Counter

from tests.corpora.trees import place

from emoarc.corpora import CORPORA, read_corpora

TESS = CORPORA["tess"]


def test_names_are_read_with_the_official_typo(official):
    older, typo, younger = TESS.read(official("tess")).clips
    assert (older.emotion, older.speaker, older.sentence) == ("fear", "tess-OAF", "back")
    assert (typo.emotion, typo.speaker, typo.age) == ("neutral", "tess-OAF", 64)
    assert (younger.emotion, younger.age, younger.sex) == ("surprise", 26, "female")


def test_a_copy_within_the_copy_is_told(official):
    # As one widely used archive has it.
    root = place(official("tess"), "TESS/OAF_Fear/OAF_back_fear.wav")
    manifest = TESS.read(root)
    assert len(manifest) == 3
    assert ["the same name" in problem.what for problem in manifest.problems] == [True]


def test_the_whole_corpus(shared):
    manifest = read_corpora(shared, ["tess"])
    assert len(manifest) == 2800
    assert manifest.problems == ()
    assert set(Counter(clip.emotion for clip in manifest.clips).values()) == {400}
    assert Counter(clip.speaker for clip in manifest.clips) == {"tess-OAF": 1400, "tess-YAF": 1400}
    assert len({clip.sentence for clip in manifest.clips}) == 200
