"""Which clips the voice is trained on."""

from collections import Counter
from pathlib import Path

import pytest
from tests.corpora.trees import TREES, place

from emoarc.corpora import RAVDESS_LABELS, SEALED, read_corpora
from emoarc.errors import OptionError

pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.train import read_voice_clips
from emoarc.train._voice_clips import vote_shares


def test_only_speech_with_a_known_emotion_is_taken(tmp_path: Path) -> None:
    TREES["ravdess"](tmp_path / "corpora/ravdess")
    TREES["emodb"](tmp_path / "corpora/emodb")
    names = [clip.file.stem for clip in read_voice_clips(tmp_path, ["emodb", "ravdess"])]
    # Neither boredom nor songs nor videos.
    assert names == ["03a01Wa", "16a05Td", "03-01-01-01-01-01-01", "03-01-08-02-02-02-02"]


def test_a_take_in_two_formats_counts_once(tmp_path: Path) -> None:
    TREES["cremad"](tmp_path)
    clips = read_voice_clips(tmp_path, ["cremad"])
    assert [clip.file.name for clip in clips] == ["1001_IEO_HAP_LO.wav", "1040_ITH_SAD_X.wav"]


def test_votes_become_shares_over_the_seven_emotions(tmp_path: Path) -> None:
    TREES["cremad"](tmp_path)
    heard, unheard = read_voice_clips(tmp_path, ["cremad"])
    assert vote_shares(heard) == pytest.approx((0.6, 0.3, 0.1, 0, 0, 0, 0))
    assert vote_shares(unheard) is None


@pytest.mark.parametrize("corpus", ["tess", "no-such-corpus"])
def test_a_missing_or_unknown_corpus_is_named(tmp_path: Path, corpus: str) -> None:
    with pytest.raises(OptionError, match=corpus):
        read_voice_clips(tmp_path, [corpus])


def test_a_corpus_without_speech_is_named(tmp_path: Path) -> None:
    place(tmp_path, "Actor_01/01-01-01-01-01-01-01.mp4")
    with pytest.raises(OptionError, match="no speech of ravdess"):
        read_voice_clips(tmp_path, ["ravdess"])


def test_the_corpora_at_hand(shared: Path) -> None:
    clips = read_voice_clips(shared, ["ravdess", "tess", "emodb", "cremad"])
    assert Counter(clip.corpus for clip in clips) == {
        "ravdess": 1440, "tess": 2800, "emodb": 535 - 81, "cremad": 550,
    }  # fmt: skip
    assert {clip.emotion for clip in clips} == set(RAVDESS_LABELS)
    assert {clip.speaker for clip in clips} > SEALED
    assert len({clip.speaker for clip in clips}) == 24 + 2 + 10 + 14


def test_the_sealed_speakers_are_known(shared: Path) -> None:
    assert set(read_corpora(shared, ["ravdess"]).speakers) > SEALED
