"""Recipes of systems: those that come with emoarc, and what is said of broken ones."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.corpora import CORPORA, Clip, Manifest, protocol_names
from emoarc.errors import OptionError
from emoarc.train.systems import read_system
from emoarc.train.systems._sound import Mel

SHIPPED = sorted((Path(__file__).parents[3] / "recipes/systems").glob("*.toml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_recipes_that_come_with_emoarc_can_be_read(path: Path) -> None:
    recipe = read_system(path)
    assert recipe.name == path.stem
    assert {*recipe.corpora, *recipe.paper.corpora} <= set(CORPORA)
    assert {*recipe.protocols, recipe.paper.reproduce} <= set(protocol_names())
    assert f"--model recipes/systems/{path.name}" in path.read_text(encoding="utf-8")
    assert all((path.parent / m.base).exists() for m in recipe.members.values() if m.base)


def test_there_is_a_recipe_for_every_source() -> None:
    sources = {read_system(path).paper.source for path in SHIPPED}
    assert sources == {
        "Singh & Fang 2020",
        "Keropyan 2021",
        "Laasya Sri et al. 2023",
        "Hossain & Muhammad 2019",
        "Singh & Gupta 2023",
    }


def test_an_input_is_of_its_kind(recipe: Path) -> None:
    assert read_system(recipe).inputs["mel"] == Mel("mel", seconds=0.5, bands=16, frames=16)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "mel"', 'kind = "smell"', "inputs.mel.kind: 'smell' is none; there are spectro"),
        ("bands = 16", "bonds = 16", "inputs.mel.bonds: no such key"),
        ("hossain-voice", "hossein", "members.net.architecture: 'hossein' is none"),
        ('inputs = ["mel"]', 'inputs = ["male"]', r"members.net.inputs: \['male'\] are not among"),
        ("hidden = 8", "hidden = 0", "members.net.options.hidden"),
        ("hidden = 8", "hiden = 8", "members.net.options.hiden: no such key"),
        ("trim = false", "copies = 1", r"sound.copies: goes with a table \[signal\]"),
        ('"happiness", "sad', '"joy", "sad', r"labels: .*\['joy'\]"),
        ('"sadness", "anger"', '"anger", "anger"', r"labels: .*\('happiness', 'anger', 'anger'"),
        ('corpora = ["ravdess"]', "corpora = []", "corpora: name one at least"),
        ('"speaker-5fold", "leaky-random"', "", "protocols: name one at least"),
        ("seed = 4", "seed = -4", "seed: must be 0 or more"),
        ("bands = 16", "bands = 0", "inputs.mel.bands: must be positive"),
        ("seconds = 0.5", "seconds = inf", "inputs.mel.seconds: must be positive"),
        ("\n[paper]", "mixup = -1\n[paper]", "mixup: must be 0 or more"),
        ("\n[paper]", "mask = [0, -1]\n[paper]", "mask: must be 0 or more"),
        ("\n[paper]", "smoothing = 1.1\n[paper]", "smoothing: is a share"),
        ("\n[paper]", 'fusion = "elm-chain"\n[paper]', "fusion: 'elm-chain' joins two"),
        ("\n[paper]", 'kind = ["image"]\n[paper]', "inputs.mel: mel takes audio and audio-vis"),
        ("figure = 0.5", "figure = 50", "paper.figure: is a share"),
        ("members.net", 'members."../net"', "members.../net: name it with letters"),
        ("\n[schedule]", 'base = "x.toml"\n[schedule]', "members.net.base: hossain-voice takes no"),
        ("trim = false", "offset = -1.0", "sound.offset: must be 0 or more"),
        ('task = "system"', 'task = "face-expression"', "task: 'face-expression' is not system"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(recipe: Path, old: str, new: str, said: str) -> None:
    text = recipe.read_text()
    assert old in text
    recipe.write_text(text.replace(old, new, 1))
    with pytest.raises(OptionError, match=said) as caught:
        read_system(recipe)
    assert str(caught.value).startswith(str(recipe))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("word", "label"),
    [("happiness", 0), ("excitement", 0), ("calm", 3), ("neutral", 3), ("fear", -1), ("", -1)],
)
def test_a_clip_counts_as_its_word_or_as_what_that_counts_as(
    recipe: Path, word: str, label: int
) -> None:
    assert read_system(recipe).class_of(Clip(Path("a.wav"), "x", "audio", word)) == label


def test_only_clips_of_the_kinds_and_labels_are_chosen(recipe: Path) -> None:
    clips = [
        Clip(Path("a.wav"), "x", "audio", "anger"),
        Clip(Path("b.wav"), "x", "audio", "disgust"),
        Clip(Path("c.mp4"), "x", "video", "anger"),
    ]
    assert read_system(recipe).chosen(Manifest(tuple(clips))).clips == (clips[0],)
    with pytest.raises(OptionError, match="no audio clips that show any of"):
        read_system(recipe).chosen(Manifest(tuple(clips[1:])))
