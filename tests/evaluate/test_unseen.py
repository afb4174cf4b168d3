from pathlib import Path

import pytest

from emoarc.corpora import CORPORA, Clip
from emoarc.evaluate._unseen import trained_corpora, unseen, warning_of
from emoarc.packs import load_pack


def clip(corpus: str, speaker: str = "", split: str = "") -> Clip:
    return Clip(Path("a.wav"), corpus, "audio", speaker=speaker, split=split)


@pytest.mark.parametrize(
    ("pack", "trained"),
    [
        ("voice-expression", ["ravdess", "cremad", "emodb", "tess"]),
        ("face-expression", ["ferplus", "fer2013"]),
    ],
)
def test_corpora_are_told_by_their_names_in_the_pack(pack: str, trained: list[str]) -> None:
    names = ["ravdess", "savee", "cremad", "emodb", "tess", "ferplus", "fer2013", "ck-plus"]
    assert trained_corpora(load_pack(pack).manifest, names) == trained


def test_fresh_are_the_test_split_the_sealed_speakers_or_those_held_out() -> None:
    voices, faces = (load_pack(f"{kind}-expression").manifest for kind in ("voice", "face"))
    actors = [clip("ravdess", f"ravdess-{n:02}") for n in range(1, 25)]
    # Actors 03 and 10 were held out too, but the pack's temperature is fitted on them.
    assert unseen(voices, actors, "ravdess") == {0, 4}
    germans = [clip("emodb", f"emodb-{n}") for n in ("03", "08", "15", "16")]
    assert unseen(voices, [*actors, *germans], "emodb") == {25, 26}
    assert unseen(voices, [clip("tess", "tess-OAF")], "tess") is None
    pictures = [clip("ferplus", split=split) for split in ("train", "validation", "test")]
    assert unseen(faces, pictures, "ferplus") == {2}


def test_warnings_name_the_corpora() -> None:
    assert warning_of(["savee"], [], []) == ""
    said = warning_of(["savee", "tess", "ravdess"], ["tess", "ravdess"], ["ravdess"])
    learnt, kept = said.split("; ")
    assert ("tess" in learnt, "ravdess" in learnt) == (True, False)
    assert ("tess" in kept, "ravdess" in kept) == (False, True)


@pytest.mark.parametrize("layout", ["folders", "table"])
def test_of_clips_from_anywhere_it_says_that_nobody_knows(layout: str) -> None:
    assert layout in CORPORA
    said = warning_of(["savee", layout], [], [])
    assert f"read as {layout} may come from anywhere" in said
    assert "savee" not in said
