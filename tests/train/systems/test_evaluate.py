"""Whole runs on a corpus of tones."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra `train`")

from safetensors.numpy import load_file
from tests.train.systems.conftest import write_tone

from emoarc.corpora import read_protocol
from emoarc.errors import OptionError
from emoarc.evaluate import read_predictions
from emoarc.train import train
from emoarc.train.systems import EvaluateOptions, evaluate_system


def test_a_system_is_trained_and_tested_fold_by_fold(
    tmp_path: Path, recipe: Path, tones: Path
) -> None:
    report = evaluate_system(recipe, tones, tmp_path / "out")
    assert report["protocol"]["name"] == "speaker-5fold"
    assert (report["n"], report["speakers"], len(report["folds"])) == (80, 10, 5)
    assert report["accuracy"]["value"] > 0.9  # pitches are far apart
    assert report["parameters"] > 0
    assert report["paper"]["figure"] == 0.5
    assert json.loads((tmp_path / "out/evaluation.json").read_text())["n"] == 80
    assert (tmp_path / "out/confusion.png").stat().st_size > 1000
    assert (tmp_path / "out/fold-1/net/learning-curves.png").stat().st_size > 1000


def test_nobody_is_tested_who_was_trained_on(tmp_path: Path, recipe: Path, tones: Path) -> None:
    evaluate_system(recipe, tones, tmp_path / "out")
    predictions = read_predictions(tmp_path / "out/predictions.csv")
    for speaker in set(predictions.speaker.tolist()):
        assert len(set(predictions.folds[predictions.speaker == speaker].tolist())) == 1


def test_folds_at_once_give_what_folds_one_by_one_give(
    tmp_path: Path, recipe: Path, tones: Path
) -> None:
    alone = evaluate_system(recipe, tones, tmp_path / "one")
    together = evaluate_system(recipe, tones, tmp_path / "two", EvaluateOptions(jobs=2))
    same = [
        json.dumps({**r, "training_seconds_per_fold": 0}, default=str) for r in (alone, together)
    ]
    assert same[0] == same[1]


def test_a_finished_fold_is_not_trained_again(tmp_path: Path, recipe: Path, tones: Path) -> None:
    first = evaluate_system(recipe, tones, tmp_path / "out")
    epochs: list[float] = []
    again = evaluate_system(
        recipe, tones, tmp_path / "out", progress=lambda figures: epochs.append(figures["epoch"])
    )
    assert epochs == []
    assert again == first


def test_broken_clips_are_left_out_and_counted(tmp_path: Path, recipe: Path, tones: Path) -> None:
    shutil.copytree(tones, tmp_path / "data")
    broken = sorted((tmp_path / "data").rglob("*.wav"))[:2]
    for path in broken:
        path.write_bytes(b"no sound")
    report = evaluate_system(recipe, tmp_path / "data", tmp_path / "out")
    assert (report["left_out"], report["clips"]) == (2, 78)


def test_another_protocol_may_be_asked_for(tmp_path: Path, recipe: Path, tones: Path) -> None:
    options = EvaluateOptions(protocol="leaky-random")
    report = evaluate_system(recipe, tones, tmp_path / "out", options)
    assert report["protocol"]["name"] == "leaky-random"
    assert report["n"] == 16


def test_a_corpus_that_is_not_there_is_named(tmp_path: Path, recipe: Path, tones: Path) -> None:
    with pytest.raises(OptionError, match="tess"):
        evaluate_system(recipe, tones, tmp_path / "out", EvaluateOptions(corpora=("tess",)))


def test_learners_without_gradients_take_part(
    tmp_path: Path, recipe_text: str, tones: Path
) -> None:
    pytest.importorskip("lightgbm", reason="training needs the extra `train`")
    start, end = recipe_text.index("[members.net]"), recipe_text.index("[schedule]")
    trees = (
        '[members.trees]\narchitecture = "lightgbm"\ninputs = ["mel"]\n'
        "options = { trees = 20, leaves = 4, smallest_leaf = 3 }\n\n"
    )
    recipe = tmp_path / "trees.toml"
    recipe.write_text(recipe_text[:start] + trees + recipe_text[end:])
    report = evaluate_system(recipe, tones, tmp_path / "out")
    assert report["accuracy"]["value"] > 0.9
    assert report["parameters"] is None


@pytest.mark.parametrize("fusion", ["mean", "product", "elm-chain"])
def test_members_are_joined(tmp_path: Path, recipe_text: str, tones: Path, fusion: str) -> None:
    text = recipe_text.replace("\n[paper]", f'fusion = "{fusion}"\n\n[paper]')
    text = text.replace(
        "[schedule]",
        '[members.twin]\narchitecture = "hossain-voice"\ninputs = ["mel"]\n'
        "options = { channels = [4, 8], hidden = 8, dropout = 0.1 }\n\n[schedule]",
    )
    recipe = tmp_path / "joined.toml"
    recipe.write_text(text)
    report = evaluate_system(recipe, tones, tmp_path / "out", EvaluateOptions("leaky-random"))
    assert report["accuracy"]["value"] > 0.8
    assert {"net", "twin"} <= {p.name for p in (tmp_path / "out/draw-1").iterdir()}


def test_copies_are_trained_on_and_the_clips_themselves_tested(
    tmp_path: Path, recipe_text: str, tones: Path
) -> None:
    text = recipe_text.replace("trim = false", "trim = false\ncopies = 1")
    recipe = tmp_path / "copies.toml"
    recipe.write_text(text + "\n[signal]\nnoise = 0.0\nbabble = 0.0\nspeed = [0.97, 1.03]\n")
    options = EvaluateOptions("leaky-random", cache=tmp_path / "inputs")
    report = evaluate_system(recipe, tones, tmp_path / "out", options)
    (path,) = (tmp_path / "inputs").glob("mel-*.npy")
    assert np.load(path).shape == (80, 2, 16, 16)
    assert report["n"] == 16


def test_a_system_trained_once_is_tested_on_those_held_out(
    tmp_path: Path, recipe: Path, tones: Path
) -> None:
    report = train(recipe, tones, tmp_path / "out")
    assert report["n"] == 16  # of actors 01 and 05
    assert "ravdess-01, ravdess-05" in report["protocol"]["description"]
    assert (tmp_path / "out/held-out/net/net.safetensors").exists()
    assert (tmp_path / "out/metrics.json").exists()


@pytest.mark.parametrize(
    ("people", "said"),
    [
        (["emodb-03"], r"out emodb-03 .* nothing to test; .* there are ravdess-01, .*-04, \.\.\."),
        ([f"ravdess-{number:02}" for number in range(1, 11)], "leaves nothing to train on"),
    ],
)
def test_nobody_to_hold_out_is_said_before_inputs_are_computed(
    tmp_path: Path, recipe: Path, tones: Path, people: list[str], said: str
) -> None:
    recipe.write_text(f"held_out = {json.dumps(people)}\n{recipe.read_text()}")
    with pytest.raises(OptionError, match=said):
        train(recipe, tones, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.fixture
def based(tmp_path: Path, recipe_text: str, tones: Path) -> tuple[Path, Path]:
    """A recipe on a base, and the data: the base learns from another corpus."""
    data = tmp_path / "data"
    shutil.copytree(tones, data)
    for split in ("train", "test"):
        for number, emotion in enumerate(("happiness", "sadness", "anger", "neutral")):
            for take in range(4):
                path = data / f"own/{split}/{emotion}/{split}-{number}-{take}.wav"
                write_tone(path, 300 * 3**number, seed=100 * number + take + 10 * len(split))
    base = recipe_text.replace(
        'kind = "mel"\nseconds = 0.5\nbands = 16\nframes = 16',
        'kind = "spectrogram"\nseconds = 0.5\nrows = 32\ncolumns = 32',
    )
    base = base.replace('"hossain-voice"', '"kottayam-vgg16"')
    base = base.replace("{ channels = [4, 8], hidden = 8, dropout = 0.0 }",
                        "{ width = 0.03125, hidden = 8, frozen = false }")  # fmt: skip
    (tmp_path / "base.toml").write_text(base.replace('["ravdess"]\nprot', '["folders"]\nprot'))
    top = base.replace("frozen = false", "frozen = true")
    top = top.replace("\n[schedule]", 'base = "base.toml"\n\n[schedule]')
    recipe = tmp_path / "top.toml"
    recipe.write_text(top)
    return recipe, data


def test_a_base_is_trained_first_and_kept_frozen(tmp_path: Path, based: tuple[Path, Path]) -> None:
    evaluate_system(*based, tmp_path / "out", EvaluateOptions("leaky-random"))
    learnt = load_file(tmp_path / "out/base/net/held-out/net/net.safetensors")
    used = load_file(tmp_path / "out/draw-1/net/net.safetensors")
    names = [name for name in used if name.startswith("features.")]
    assert names
    assert all(np.array_equal(learnt[name], used[name]) for name in names)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('["folders"]', '["ravdess"]', "learns from ravdess, on which tones is tested"),
        ("\n[schedule]", 'base = "base.toml"\n\n[schedule]', "that no base of its own"),
    ],
)
def test_what_cannot_be_a_base_is_refused(
    tmp_path: Path, based: tuple[Path, Path], old: str, new: str, said: str
) -> None:
    path = tmp_path / "base.toml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(OptionError, match=said):
        evaluate_system(*based, tmp_path / "out")


def test_a_clip_of_the_test_split_that_was_learnt_is_not_tested(
    tmp_path: Path, based: tuple[Path, Path]
) -> None:
    _, data = based
    split = data / "own/test/anger"
    shutil.copy(data / "own/train/anger/train-2-0.wav", split / "the-same-again.wav")
    assert train(tmp_path / "base.toml", data, tmp_path / "out")["n"] == 16


@pytest.mark.parametrize(
    ("kind", "architecture"),
    [("functionals", "hossain-voice"), ("mel", "singh-fang"), ("functionals", "kottayam-voice")],
)
def test_a_net_that_cannot_take_its_inputs_says_so(
    tmp_path: Path, recipe: Path, tones: Path, kind: str, architecture: str
) -> None:
    text = recipe.read_text().replace('inputs = ["mel"]\noptions', 'inputs = ["mel"]\n# options')
    text = text.replace("hossain-voice", architecture)
    if kind == "functionals":
        text = re.sub(r'kind = "mel"\n(.*\n){3}', 'kind = "functionals"\n', text)
    recipe.write_text(text)
    with pytest.raises(OptionError, match=f"{architecture} cannot take inputs|rows: 16 is less"):
        evaluate_system(recipe, tones, tmp_path / "out")


def test_a_killed_run_ends_with_the_weights_of_an_unbroken_one(
    tmp_path: Path, recipe: Path, tones: Path
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    evaluate_system(recipe, tones, whole, EvaluateOptions("leaky-random"))
    code = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from emoarc.train.systems import EvaluateOptions, evaluate_system\n"
        "recipe, data, out = map(Path, sys.argv[1:])\n"
        "def stop(figures):\n"
        "    if figures['epoch'] == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
        "evaluate_system(recipe, data, out, EvaluateOptions('leaky-random'), progress=stop)\n"
    )
    command = [sys.executable, "-c", code, str(recipe), str(tones), str(killed)]
    assert subprocess.run(command, check=False).returncode == -9
    assert not list(killed.rglob("result-*"))
    evaluate_system(recipe, tones, killed, EvaluateOptions("leaky-random"))
    weights = [load_file(folder / "draw-1/net/net.safetensors") for folder in (whole, killed)]
    assert weights[0].keys() == weights[1].keys()
    assert all(np.array_equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_real_clips_give_folds_without_leaks(shared: Path, recipe: Path) -> None:
    from emoarc.corpora import find_leaks, read_corpora
    from emoarc.train.systems import read_system

    manifest = read_system(recipe).chosen(read_corpora(shared, ["ravdess"]))
    folds = read_protocol("ravdess-5fold").folds(manifest)
    assert [len(fold.test) for fold in folds] == [180, 180, 180, 180, 144]
    assert all(not find_leaks(manifest, fold) for fold in folds)
