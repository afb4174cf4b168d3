from pathlib import Path

import pytest

from emoarc.errors import OptionError

pytest.importorskip("torch", reason="the extra `train` is not installed")

from emoarc.train._voice_corpora import (
    RAVDESS_FOLDS,
    RAVDESS_LABELS,
    SEALED,
    read_clips,
)


def _touch(data: Path, *names: str) -> Path:
    for name in names:
        path = data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return data


@pytest.mark.parametrize(
    ("corpus", "name", "speaker", "label"),
    [
        ("ravdess", "corpora/ravdess/Actor_07/03-01-02-01-01-02-07.wav", "ravdess-07", "calm"),
        ("ravdess", "corpora/ravdess/Actor_24/03-01-08-02-02-02-24.ogg", "ravdess-24", "surprise"),
        (
            "ravdess_av",
            "corpora/ravdess_av/Actor_01/01-01-04-01-01-02-01.mp4",
            "ravdess-01",
            "sadness",
        ),
        ("tess", "corpora/tess/OAF_Fear/OAF_back_fear.wav", "tess-OA", "fear"),
        ("tess", "corpora/tess/OAF_neutral/OA_bite_neutral.wav", "tess-OA", "neutral"),
        ("tess", "corpora/tess/YAF_pleasant_surprised/YAF_dog_ps.flac", "tess-YA", "surprise"),
        ("emodb", "corpora/emodb/wav/03a01Wa.wav", "emodb-03", "anger"),
        ("emodb", "corpora/emodb/wav/16b10Td.ogg", "emodb-16", "sadness"),
        ("librispeech", "noise/librispeech/367/367-130732-0001.flac", "librispeech-367", "neutral"),
    ],
)
def test_the_stem_tells_speaker_and_emotion(
    tmp_path: Path, corpus: str, name: str, speaker: str, label: str
) -> None:
    (clip,) = read_clips(_touch(tmp_path, name), [corpus])
    assert (clip.speaker, clip.label, clip.votes) == (speaker, label, None)


def test_cremad_comes_with_the_votes_on_the_voice(tmp_path: Path) -> None:
    data = _touch(tmp_path, "corpora/cremad/AudioWAV/1001_IEO_HAP_LO.wav")
    (data / "corpora/cremad/tabulatedVotes.csv").write_text(
        '"","A","D","F","H","N","S","fileName"\n'
        '"100002",0,0,0,3,6,1,"1001_IEO_HAP_LO"\n'
        '"200002",0,0,0,9,1,0,"1001_IEO_HAP_LO"\n'
    )
    (clip,) = read_clips(data, ["cremad"])
    assert (clip.speaker, clip.label) == ("cremad-1001", "happiness")
    assert clip.votes == pytest.approx((0.6, 0.3, 0.1, 0, 0, 0, 0))


def test_boredom_song_and_strange_files_are_left_out(tmp_path: Path) -> None:
    data = _touch(
        tmp_path,
        "corpora/emodb/wav/03a01Lb.wav",
        "corpora/emodb/wav/03a01Na.wav",
        "corpora/emodb/wav/readme.txt",
        "corpora/ravdess/Actor_01/03-02-01-01-01-01-01.wav",
        "corpora/ravdess/Actor_01/03-01-01-01-01-01-01.wav",
    )
    names = [clip.path.name for clip in read_clips(data, ["emodb", "ravdess"])]
    assert names == ["03a01Na.wav", "03-01-01-01-01-01-01.wav"]


@pytest.mark.parametrize("corpus", ["tess", "iemocap"])
def test_a_missing_or_unknown_corpus_is_named(tmp_path: Path, corpus: str) -> None:
    with pytest.raises(OptionError, match=corpus):
        read_clips(tmp_path, [corpus])


def test_the_folds_test_every_actor_once() -> None:
    actors = sorted(actor for fold in RAVDESS_FOLDS for actor in fold)
    assert actors == list(range(1, 25))


def test_the_whole_corpora_are_read(shared: Path) -> None:
    clips = read_clips(shared, ["ravdess", "tess", "emodb", "cremad"])
    counts = {c: sum(clip.corpus == c for clip in clips) for c in ("ravdess", "tess", "emodb")}
    assert counts == {"ravdess": 1440, "tess": 2800, "emodb": 535 - 81}
    assert {clip.label for clip in clips} == set(RAVDESS_LABELS)
    assert {clip.speaker for clip in clips} > SEALED
    assert len({clip.speaker for clip in clips}) == 24 + 2 + 10 + 14
