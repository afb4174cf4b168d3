from tests.corpora.trees import place

from emoarc.corpora import CORPORA, read_corpora

LIBRISPEECH = CORPORA["librispeech"]


def test_readers_are_taken_as_neutral(official):
    clips = {clip.speaker: clip for clip in LIBRISPEECH.read(official("librispeech")).clips}
    assert clips["librispeech-367"].emotion == "neutral"
    assert clips["librispeech-367"].sentence == "130732-0001"
    assert clips["librispeech-367"].sex == "male"
    assert clips["librispeech-1688"].sex == ""


def test_speakers_may_lie_directly_below_the_root(tmp_path):
    place(tmp_path, "7/7-1-0001.wav")
    assert LIBRISPEECH.recognise(tmp_path)
    assert [clip.speaker for clip in LIBRISPEECH.read(tmp_path).clips] == ["librispeech-7"]


def test_the_part_at_hand(shared):
    manifest = read_corpora(shared, ["librispeech"])
    assert (len(manifest), len(manifest.speakers)) == (100, 10)
    assert manifest.problems == ()
