import json

import cv2
import numpy as np
import pytest
from tests.train.systems.conftest import RECIPE, write_tone

from emoarc.cli import _evaluate
from emoarc.corpora import Clip, Manifest
from emoarc.evaluate import Predictions


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def pictures(tmp_path):
    """Six pictures of nobody, in a folder for each of two words."""
    generator = np.random.default_rng(0)
    for word in ("happy", "sad"):
        (tmp_path / "pictures" / word).mkdir(parents=True)
        for number in range(3):
            picture = generator.integers(0, 256, (48, 48), np.uint8)
            cv2.imwrite(str(tmp_path / "pictures" / word / f"{number}.png"), picture)
    return tmp_path / "pictures"


def test_a_pack_is_measured_printed_and_written(emoarc, pictures, tmp_path):
    outcome = emoarc("evaluate", "--model", "face-expression", "--data", pictures, "-o", "first")
    assert outcome.code == 0, outcome.err
    report = json.loads((tmp_path / "first" / "evaluation.json").read_text())
    assert report["n"] == 6
    assert f"{100 * report['accuracy']['value']:.1f} %" in outcome.out
    assert "every-clip" in outcome.out
    assert [line.split()[0] for line in outcome.out.splitlines()[5:12]] == report["labels"]


def test_what_was_left_out_is_counted(emoarc, pictures, tmp_path):
    words = ("evaluate", "--model", "face-expression", "--data", pictures, "-o", "out")
    assert "left out" not in emoarc(*words).err
    (pictures / "sad" / "2.png").write_bytes(b"no picture")
    outcome = emoarc(*words)
    assert "1 file was left out" in outcome.err
    assert "emoarc corpora scan" in outcome.err
    assert json.loads((tmp_path / "out" / "evaluation.json").read_text())["left_out"] == 1
    found = emoarc("corpora", "scan", pictures, "--verbose")
    assert "2.png" in found.out + found.err


def test_results_are_compared_with_others(emoarc, pictures, tmp_path):
    base = ("evaluate", "--model", "face-expression", "--data", pictures)
    assert emoarc(*base, "-o", "first").code == 0
    outcome = emoarc(*base, "-o", "second", "--prior", "natural", "--against", "first")
    assert outcome.code == 0, outcome.err
    found = json.loads((tmp_path / "second" / "comparison.json").read_text())
    assert found["n"] == 6
    assert "compared on the 6 clips that both tested" in outcome.out
    assert "McNemar" in outcome.out
    assert "another protocol" not in outcome.err


@pytest.mark.parametrize(("speakers", "few"), [(10, True), (19, True), (20, False)])
def test_p_over_few_speakers_is_said_to_be_rough(emoarc, tmp_path, capsys, speakers, few):
    truth = np.arange(200) % 2
    clips = [
        Clip(tmp_path / f"{row}.wav", "mine", "audio", speaker=f"mine-{row % speakers}")
        for row in range(200)
    ]
    probabilities = np.eye(2)[np.where(np.arange(200) % 7, truth, 1 - truth)]
    found = Predictions.of(
        Manifest(tuple(clips)), ("anger", "fear"), truth, probabilities, np.full(200, "all")
    )
    found.write(tmp_path / "predictions.csv")
    _evaluate._compare(tmp_path, {"protocol": {"name": "mine"}}, found, "mine")
    told = capsys.readouterr().out
    assert (f"bootstrap over {speakers} speakers: rests on few" in told) == few
    assert told.index("McNemar") < told.index("accuracy")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--model", "no-pack"), 5, "no model pack here"),
        (("--model", "face-expression", "--protocol", "mine"), 2, "protocol 'mine': not known"),
        (("--model", "face-expression", "--prior", "flat"), 2, "neither balanced nor natural"),
        (("--model", "face-expression", "--paper"), 2, "goes with a recipe"),
        (("--model", "r.toml", "--prior", "natural"), 2, "go with a model pack"),
        (("--model", "face-expression", "--corpus", "nix"), 2, "corpus 'nix': not known"),
        (("--model", "face-expression", "--against", "nowhere"), 2, "cannot be read"),
    ],
)
def test_what_cannot_be_is_one_line_and_leaves_nothing(
    emoarc, pictures, tmp_path, words, code, said
):
    outcome = emoarc("evaluate", *words, "--data", pictures, "-o", "out")
    assert outcome.code == code
    assert said in outcome.err
    assert len(outcome.err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("verb", [("evaluate", "--model", "face-expression"), ("train", "r.toml")])
def test_a_folder_that_cannot_be_is_one_line(emoarc, pictures, tmp_path, verb):
    (tmp_path / "file").write_text("mine")
    for folder, said in (
        ("file", "-o: file is a file"),
        ("file/below", "file is a file, not a folder"),
        ("x" * 300, "cannot be made"),
    ):
        outcome = emoarc(*verb, "--data", pictures, "-o", folder)
        assert (outcome.code, len(outcome.err.strip().splitlines())) == (2, 1)
        assert said in outcome.err
    assert (tmp_path / "file").read_text() == "mine"


def test_recipes_need_torch(emoarc, tmp_path, monkeypatch):
    monkeypatch.setattr(_evaluate, "find_spec", lambda name: None)
    outcome = emoarc("evaluate", "--model", "r.toml", "--data", ".", "-o", "out")
    assert outcome.code == 2
    assert "evaluate: torch is missing; `make train-env` brings it" in outcome.err


@pytest.mark.parametrize("kind", ["face", "voice"])
def test_recipes_of_packs_are_sent_to_train(emoarc, tmp_path, kind):
    pytest.importorskip("torch", reason="training needs the extra `train`")
    (tmp_path / "r.toml").write_text(f'task = "{kind}-expression"\n')
    outcome = emoarc("evaluate", "--model", "r.toml", "--data", ".", "-o", "out")
    assert (outcome.code, len(outcome.err.strip().splitlines())) == (2, 1)
    assert "which `emoarc train` trains and measures" in outcome.err


def test_one_command_measures_a_recipe_as_its_paper_did(emoarc, tmp_path):
    pytest.importorskip("torch", reason="training needs the extra `train`")
    head, paper = RECIPE.split("[paper]")
    text = head.replace('"ravdess"', '"tess"') + "[paper]" + paper.replace("= 10", "= 2")
    (tmp_path / "r.toml").write_text(text)
    for actor in range(1, 6):
        for emotion, hertz in (("01", 200), ("03", 600), ("04", 1800), ("05", 5000)):
            name = f"03-01-{emotion}-01-01-01-{actor:02}.wav"
            write_tone(tmp_path / "data" / "Actor_01" / name, hertz, seed=actor)
    words = ("evaluate", "--model", "r.toml", "--data", "data", "--jobs", 1)
    stand_in = emoarc(*words, "-o", "out")
    assert stand_in.code == 2
    assert "tess is neither here" in stand_in.err
    outcome = emoarc(*words, "-o", "out", "--paper")
    assert outcome.code == 0, outcome.err
    report = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert report["corpora"] == ["ravdess"]
    assert report["protocol"]["name"] == "leaky-random"
    assert "leaky-random" in outcome.out
    assert emoarc("results", "out").code == 0
    assert "## tones, leaky-random" in (tmp_path / "out" / "README.md").read_text()
