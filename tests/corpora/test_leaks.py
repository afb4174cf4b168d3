"""The leak checker catches what is planted, and nothing else."""

from pathlib import Path

import pytest

from emoarc.corpora import Clip, Fold, Manifest, find_leaks


def _manifest(**shared):
    """Two clips that differ in everything but `shared`."""
    clips = []
    for i in range(2):
        own = {
            "file": Path(f"{i}.wav"),
            "speaker": f"x-{i}",
            "take": f"take-{i}",
            "sentence": f"s{i}",
            "digest": f"digest-{i}",
        }
        clips.append(Clip(**(own | shared), corpus="x", kind="audio"))
    return Manifest(tuple(clips))


FOLD = Fold("one", train=(0,), test=(1,))
PLANTED = {
    "speaker": ({"speaker": "x-7"}, "x-7"),
    "take": ({"take": "t"}, "t"),
    "content": ({"digest": "d"}, "0.wav"),
}


def test_clips_that_share_nothing_do_not_leak():
    assert find_leaks(_manifest(), FOLD) == []


@pytest.mark.parametrize("kind", PLANTED)
def test_each_kind_of_leak_is_caught_and_named_in_one_line(kind):
    shared, name = PLANTED[kind]
    (leak,) = find_leaks(_manifest(**shared), FOLD)
    assert (leak.kind, leak.names, leak.clips) == (kind, (name,), 1)
    assert str(leak) == f"{kind} in training and test: {name} (1 training clip)"


def test_one_file_is_its_own_content_even_before_it_is_read():
    manifest = _manifest(file=Path("same.wav"), digest="")
    assert [leak.kind for leak in find_leaks(manifest, FOLD)] == ["content"]
    both = Fold("both sides", train=(0,), test=(0,))
    kinds = [leak.kind for leak in find_leaks(_manifest(speaker="", take=""), both)]
    assert kinds == ["content"]


def test_what_is_not_known_is_not_shared():
    assert find_leaks(_manifest(speaker="", take="", digest="", sentence=""), FOLD) == []


def test_sentences_count_only_where_asked():
    manifest = _manifest(sentence="dogs are sitting by the door")
    assert find_leaks(manifest, FOLD) == []
    (leak,) = find_leaks(manifest, FOLD, ["sentence"])
    assert leak.kind == "sentence"


def test_channels_of_one_ravdess_take_leak_across_modalities(shared):
    from emoarc.corpora import CORPORA

    video = CORPORA["ravdess"].read(shared / "corpora/ravdess_av")
    sound = CORPORA["ravdess"].read(shared / "corpora/ravdess/Actor_01")
    manifest = video + sound
    names = {clip.file.stem[3:] for clip in video.clips}
    fold = Fold(
        "voice to face",
        tuple(range(len(video), len(manifest))),
        tuple(range(len(video))),
    )
    takes = {leak.kind: leak for leak in find_leaks(manifest, fold)}["take"]
    assert set(takes.names) == {f"ravdess-{name}" for name in names}


def test_many_names_are_shortened():
    clips = [Clip(Path(f"{i}"), "x", "audio", speaker=f"x-{i % 5}") for i in range(10)]
    fold = Fold("f", tuple(range(5)), tuple(range(5, 10)))
    (leak,) = find_leaks(Manifest(tuple(clips)), fold)
    assert str(leak).endswith("x-0, x-1, x-2, ... (5 training clips)")
