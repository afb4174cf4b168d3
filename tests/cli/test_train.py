import csv
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.train.systems.conftest import RECIPE as SYSTEM
from tests.train.systems.conftest import write_tone
from typer.testing import CliRunner

from emoarc.cli import _train
from emoarc.cli._app import app
from emoarc.errors import OptionError

_RECIPE = """
name = "tiny"
task = "face-expression"
version = "0.0.1"
seed = 3
schedule = { epochs = 2, batch_size = 4, learning_rate = 0.05, bfloat16 = false, threads = 1 }
net = { stem = 4, channels = [8], blocks = [1] }
pictures = { side = 24 }
"""


def _draw_ferplus(folder: Path) -> None:
    """Draw eight neutral faces a split, in the layout of FER+."""
    names = [f"fer{number:07d}.png" for number in range(8)]
    generator = np.random.default_rng(1)
    for split in ("Train", "Valid", "Test"):
        (folder / f"FER2013{split}").mkdir(parents=True)
        for name in names:
            picture = generator.integers(0, 255, (48, 48), np.uint8)
            cv2.imwrite(str(folder / f"FER2013{split}" / name), picture)
        with (folder / f"FER2013{split}" / "label.csv").open("w", newline="") as file:
            csv.writer(file).writerows([[name, "(0, 0, 48, 48)", 10, *[0] * 9] for name in names])
    with (folder / "fer2013_labels.csv").open("w", newline="") as file:
        rows = [["PrivateTest", name, "neutral"] for name in names]
        csv.writer(file).writerows([["usage", "image", "fer2013_emotion"], *rows])


def test_without_torch_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr(_train, "find_spec", lambda name: None)
    result = CliRunner().invoke(app, ["train", "r.toml", "--data", ".", "-o", str(tmp_path / "o")])
    assert isinstance(result.exception, OptionError)
    assert "torch is missing" in str(result.exception)
    assert not (tmp_path / "o").exists()


def test_a_broken_recipe_is_one_line(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="training needs the extra `train`")
    recipe = tmp_path / "r.toml"
    recipe.write_text('task = "face-expression"\nname = "x"\nversion = "1"\nseed = 1.5\n')
    result = CliRunner().invoke(app, ["train", str(recipe), "--data", ".", "-o", str(tmp_path)])
    assert isinstance(result.exception, OptionError)
    assert str(recipe) in str(result.exception)
    assert "\n" not in str(result.exception)


def test_a_trained_system_says_what_it_does_on_those_held_out(emoarc, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="training needs the extra `train`")
    (tmp_path / "r.toml").write_text(SYSTEM.replace("epochs = 10", "epochs = 2"))
    for actor in (1, 2):
        for emotion, hertz in (("01", 200), ("03", 600), ("04", 1800), ("05", 5000)):
            name = f"03-01-{emotion}-01-01-01-{actor:02}.wav"
            write_tone(tmp_path / "data" / "Actor_01" / name, hertz, seed=actor)
    done = emoarc("train", "r.toml", "--data", "data", "-o", "out")
    assert done.code == 0, done.err
    report = json.loads((tmp_path / "out/evaluation.json").read_text())
    told, place, last = done.out.splitlines()
    assert told.startswith("4 clips, tested on the speakers ravdess-01: ")
    for name, title in (("accuracy", "accuracy"), ("uar", "UAR")):
        assert f"{title} {100 * report[name]['value']:.1f} %" in told
    assert (place, last) == ("more of it: out/evaluation.json", "done: out")


def test_a_finished_training_is_told_line_by_line(emoarc, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="training needs the extra `train`")
    pytest.importorskip("onnx", reason="exporting needs the extra `train`")
    _draw_ferplus(tmp_path / "data/ferplus")
    (tmp_path / "r.toml").write_text(_RECIPE, encoding="utf-8")
    done = emoarc("train", "r.toml", "--data", "data", "-o", "out")
    assert (done.code, done.out) == (0, "done: out\n")
    lines = done.err.splitlines()
    assert [line.split()[:3] for line in lines] == [["epoch", n, "of"] for n in "12"]
    assert (tmp_path / "out/learning-curves.png").exists()
