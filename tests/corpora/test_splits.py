"""Protocols split without leaks, whatever the manifest."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.corpora import (
    CORPORA,
    Clip,
    Fold,
    Manifest,
    find_leaks,
    protocol_names,
    read_protocol,
    validation_split,
)
from emoarc.errors import OptionError

HONEST = [name for name in protocol_names() if not name.startswith("leaky")]


def _ravdess(actors=24):
    """The names of RAVDESS speech, without the files."""
    clips = [
        Clip(
            Path(f"03-01-0{emotion}-01-0{said}-0{again}-{actor:02d}.wav"),
            "ravdess",
            "audio",
            emotion=f"emotion-{emotion}",
            speaker=f"ravdess-{actor:02d}",
            sex="male" if actor % 2 else "female",
            take=f"ravdess-{emotion}-{said}-{again}-{actor}",
            sentence=f"0{said}",
        )
        for actor in range(1, actors + 1)
        for emotion in range(1, 9)
        for said in (1, 2)
        for again in (1, 2)
    ]
    return Manifest(tuple(clips))


def _speakers(manifest, rows):
    return {manifest.clips[row].speaker for row in rows}


@pytest.mark.parametrize("name", ["ravdess-5fold", "ravdess-emobox-6fold"])
def test_the_published_folds_of_ravdess_test_every_actor_once(name):
    manifest, protocol = _ravdess(), read_protocol(name)
    folds = protocol.folds(manifest)
    tested = [_speakers(manifest, fold.test) for fold in folds]
    assert sorted(s for group in tested for s in group) == manifest.speakers
    assert all(
        group.isdisjoint(_speakers(manifest, f.train))
        for group, f in zip(tested, folds, strict=True)
    )
    assert all(len(fold.train) + len(fold.test) == len(manifest) for fold in folds)


def test_the_first_fold_of_luna_jimenez_tests_their_actors():
    manifest = _ravdess()
    fold = read_protocol("ravdess-5fold").folds(manifest)[0]
    assert _speakers(manifest, fold.test) == {f"ravdess-{n}" for n in ("02", "05", 14, 15, 16)}


def test_leave_one_speaker_out_tests_each_clip_once():
    manifest = _ravdess(5)
    folds = read_protocol("leave-one-speaker-out").folds(manifest)
    assert [fold.name for fold in folds] == manifest.speakers
    assert sorted(row for fold in folds for row in fold.test) == list(range(len(manifest)))


def test_dealt_groups_are_even_in_size_corpus_and_sex():
    other = Manifest(
        tuple(
            Clip(Path(f"{i}-{j}"), "odd", "audio", speaker=f"odd-{i}")
            for i in range(12)
            for j in range(5 + 3 * i)
        )
    )
    manifest = _ravdess() + other
    for fold in read_protocol("speaker-5fold").folds(manifest):
        held = Counter(manifest.clips[row].corpus for row in fold.test)
        assert held["ravdess"] in (4 * 32, 5 * 32)
        assert abs(held["odd"] - len(other) / 5) < 12
        sexes = Counter(manifest.clips[row].sex for row in fold.test)
        assert abs(sexes["female"] - sexes["male"]) <= 32


def test_sentence_open_shares_neither_speaker_nor_sentence():
    manifest = _ravdess()
    folds = read_protocol("sentence-open").folds(manifest)
    assert sorted(row for fold in folds for row in fold.test) == list(range(len(manifest)))
    for fold in folds:
        assert find_leaks(manifest, fold, ["speaker", "sentence"]) == []
        assert fold.dropped == len(manifest) - len(fold.train) - len(fold.test)


def test_one_corpus_is_tested_and_others_join_training():
    other = Manifest((Clip(Path("a"), "tess", "audio", speaker=""),))
    manifest = _ravdess() + other
    for fold in read_protocol("ravdess-5fold").folds(manifest):
        assert len(manifest) - 1 in fold.train


def test_tess_is_trained_on_one_speaker_and_tested_on_the_other():
    clips = [Clip(Path(f"{s}{i}"), "tess", "audio", speaker=s) for s in "ab" for i in range(3)]
    folds = read_protocol("tess-cross-speaker").folds(Manifest(tuple(clips)))
    assert [(f.train, f.test) for f in folds] == [((3, 4, 5), (0, 1, 2)), ((0, 1, 2), (3, 4, 5))]


def test_official_trains_on_training_and_validation_and_drops_twins():
    clips = [
        Clip(Path(f"{i}"), "x", "image", split=split, digest=digest)
        for i, (split, digest) in enumerate(
            [("train", "a"), ("validation", "b"), ("test", "c"), ("train", "c"), ("", "d")]
        )
    ]
    (fold,) = read_protocol("official").folds(Manifest(tuple(clips)))
    assert (fold.train, fold.test, fold.dropped) == ((0, 1), (2,), 1)


def test_twins_in_take_or_content_leave_training():
    manifest = _ravdess(4)
    first = manifest.clips[0]
    twins = (
        Clip(Path("copy.wav"), "x", "audio", speaker="x-1", take=first.take),
        Clip(Path("copy.flac"), "x", "audio", speaker="x-2", digest="same"),
        Clip(Path("more.flac"), "x", "audio", speaker="x-3", digest="same"),
    )
    planted = manifest + Manifest(twins)
    folds = {f.name: f for f in read_protocol("leave-one-speaker-out").folds(planted)}
    n = len(manifest)
    assert n not in folds[first.speaker].train
    assert folds[first.speaker].dropped == 1
    assert n + 2 not in folds["x-2"].train
    assert n + 1 not in folds["x-3"].train


def test_leaky_random_leaks_by_name_and_draws_every_emotion_alike():
    manifest, protocol = _ravdess(), read_protocol("leaky-random")
    (fold,) = protocol.folds(manifest)
    assert find_leaks(manifest, fold)
    assert len(fold.test) == pytest.approx(0.2 * len(manifest), abs=4)
    drawn = Counter(manifest.clips[row].emotion for row in fold.test)
    assert len(set(drawn.values())) == 1
    assert sorted(fold.train + fold.test) == list(range(len(manifest)))
    assert protocol.folds(manifest) == [fold]


def test_a_protocol_by_speaker_refuses_clips_without_one():
    manifest = Manifest((Clip(Path("a.png"), "ferplus", "image"),))
    with pytest.raises(OptionError, match=r"a\.png: ferplus does not say its speaker"):
        read_protocol("speaker-5fold").folds(manifest)


@pytest.mark.parametrize("name", protocol_names())
def test_a_manifest_that_cannot_be_split_is_refused(name):
    one = Manifest(_ravdess(1).clips[:1])
    for manifest in (Manifest(()), one):
        with pytest.raises(OptionError, match=name):
            read_protocol(name).folds(manifest)


def _clips(known):
    """Manifests in which speakers and sentences are all known, or some are."""
    names = ["a", "b", "c"]
    people = ["ravdess-01", "ravdess-02", "x-1", "x-2", "x-3", "x-4", "x-5"]
    clip = st.builds(
        Clip,
        file=st.integers(0, 300).map(lambda i: Path(f"{i}.wav")),
        corpus=st.sampled_from(["ravdess", "tess", "x"]),
        kind=st.just("audio"),
        emotion=st.sampled_from(["anger", "fear"]),
        speaker=st.sampled_from(people if known else ["", *people]),
        take=st.sampled_from(["", "", "", "", *names]),
        sentence=st.sampled_from(names if known else ["", *names]),
        digest=st.sampled_from(["", "", "", "", *names]),
        split=st.sampled_from(["train", "validation", "test", ""]),
    )
    return st.lists(clip, max_size=40).map(lambda clips: Manifest(tuple(clips)))


manifests = st.booleans().flatmap(_clips)


@given(manifests, st.sampled_from(HONEST))
def test_folds_never_leak_and_test_no_clip_twice(manifest, name):
    protocol = read_protocol(name)
    try:
        folds = protocol.folds(manifest)
    except OptionError as error:
        if any(why in str(error) for why in ("nothing to test", "nothing is left", "not say")):
            return
        raise  # a leak
    tested = [row for fold in folds for row in fold.test]
    assert len(tested) == len(set(tested))
    eligible = [r for r, c in enumerate(manifest.clips) if protocol.corpus in ("", c.corpus)]
    if protocol.leave_one_out or protocol.groups:
        assert sorted(tested) == eligible
    for fold in folds:
        assert fold.train
        assert set(fold.train).isdisjoint(fold.test)
        assert find_leaks(manifest, fold, protocol.apart) == []
        for fact in ("speaker", "take", "digest", "file"):  # without the checker
            train, test = (
                {getattr(manifest.clips[r], fact) for r in rows} - {""}
                for rows in (fold.train, fold.test)
            )
            assert train.isdisjoint(test)


@given(manifests, st.integers(0, 5))
def test_validation_shares_nothing_with_training(manifest, seed):
    rows = range(len(manifest))
    try:
        train, validation = validation_split(manifest, rows, 0.2, seed)
    except OptionError:
        return
    assert set(train) | set(validation) <= set(rows)
    assert not find_leaks(manifest, Fold("", train, validation), ["take", "content"])
    people = _speakers(manifest, rows) - {""}
    if len(people) > 1:
        assert _speakers(manifest, train).isdisjoint(_speakers(manifest, validation) - {""})


def test_validation_takes_whole_speakers_up_to_the_share():
    manifest = _ravdess()
    train, validation = validation_split(manifest, range(len(manifest)), 0.2, seed=3)
    assert len(_speakers(manifest, validation)) == 5
    assert len(train) + len(validation) == len(manifest)
    assert validation_split(manifest, range(len(manifest)), 0.2, seed=3) == (train, validation)
    assert validation_split(manifest, range(len(manifest)), 0.2, seed=4) != (train, validation)


def test_one_speaker_is_validated_on_other_takes():
    manifest = _ravdess(1)
    train, validation = validation_split(manifest, range(len(manifest)), 0.25, seed=0)
    assert (len(train), len(validation)) == (24, 8)


def _written(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


MINE = 'name = "mine"\ndescription = "d"\nsource = "s"\nby = "speaker"\n'


def test_a_file_of_ones_own_is_read(tmp_path):
    path = _written(tmp_path, MINE + 'folds = [["ravdess-01"]]')
    assert read_protocol(path) == read_protocol(str(path))
    (fold,) = read_protocol(path).folds(_ravdess(2))
    assert len(fold.test) == 32


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ('folds = [["ravdess-01"], ["ravdess-2"]]', "folds: no clip of ravdess-2 is at hand"),
        ("groups = 50", "groups: 50 are more than the 10 speakers"),
    ],
)
def test_what_is_not_at_hand_is_a_typo_unless_the_protocol_may_be_partial(tmp_path, rule, says):
    with pytest.raises(OptionError, match=f"^protocol mine: {says}") as caught:
        read_protocol(_written(tmp_path, MINE + rule)).folds(_ravdess(10))
    assert "\n" not in str(caught.value)
    partial = read_protocol(_written(tmp_path, MINE + "partial = true\n" + rule))
    assert len(partial.folds(_ravdess(10))) == min(10, rule.count("ravdess-0") or 10)


def test_more_groups_than_sentences_are_refused(tmp_path):
    rule = MINE.replace("speaker", "sentence") + "groups = 2\nsentence_groups = 3"
    with pytest.raises(OptionError, match="sentence_groups: 3 are more than the 2 sentences"):
        read_protocol(_written(tmp_path, rule)).folds(_ravdess(4))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name", "not a TOML file"),
        (MINE, "give one of folds"),
        (MINE + "grups = 3", "grups: no such key"),
        (MINE + 'groups = "3"', "groups: '3' does not fit"),
        (MINE + "groups = true", "groups: True does not fit"),
        (MINE + 'folds = ["a"]', "folds: 'a' does not fit; expected a list"),
        (MINE + 'folds = [["a"], ["a"]]', "a is tested twice"),
        (MINE.replace("speaker", "colour"), "by: 'colour' does not fit; expected 'speaker' or"),
        (MINE.replace("speaker", "clip") + "test_share = 0.2", "named leaky-random"),
        (MINE.replace("speaker", "clip"), "needs test_share"),
        (MINE.replace("speaker", "sentence"), "needs groups"),
        (MINE.replace("mine", "leaky-random-2") + "groups = 2", "named leaky-random"),
        ('name = "x"', "description: missing"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_one_line(tmp_path, text, says):
    with pytest.raises(OptionError) as caught:
        read_protocol(_written(tmp_path, text))
    assert says in str(caught.value)
    assert "mine.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_protocol_is_refused_with_the_names_there_are():
    with pytest.raises(OptionError, match="ravdess-5fold"):
        read_protocol("ravdess-7fold")
    with pytest.raises(OptionError, match="cannot be read"):
        read_protocol("nowhere.toml")


def test_every_shipped_protocol_is_named_as_its_file():
    assert [read_protocol(name).name for name in protocol_names()] == protocol_names()


def test_real_ravdess_splits_into_the_counts_of_the_paper(shared):
    manifest = CORPORA["ravdess"].read(shared / "corpora/ravdess")
    folds = read_protocol("ravdess-5fold").folds(manifest)
    assert [len(fold.test) for fold in folds] == [300, 300, 300, 300, 240]
    assert [fold.dropped for fold in folds] == [0] * 5
