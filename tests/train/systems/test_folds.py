"""Folds that are interrupted, damaged, or of another protocol."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.errors import OptionError
from emoarc.train.systems import EvaluateOptions, evaluate_system


@pytest.fixture
def quick(recipe: Path) -> Path:
    """A recipe whose folds take no time."""
    recipe.write_text(recipe.read_text().replace("epochs = 10", "epochs = 1"))
    return recipe


def test_a_net_of_another_protocol_is_not_taken_for_this_ones(
    tmp_path: Path, quick: Path, tones: Path
) -> None:
    # Both call their first fold fold-1, and test others in it.
    evaluate_system(quick, tones, tmp_path / "out", EvaluateOptions("speaker-5fold"))
    with pytest.raises(OptionError, match=r"fold-1: holds nets that learnt other clips"):
        evaluate_system(quick, tones, tmp_path / "out", EvaluateOptions("ravdess-5fold"))


def test_a_net_whose_result_was_lost_is_tested_without_training(
    tmp_path: Path, quick: Path, tones: Path
) -> None:
    options, epochs = EvaluateOptions("leaky-random"), list[float]()
    first = evaluate_system(quick, tones, tmp_path / "out", options)
    (result,) = (tmp_path / "out/draw-1").glob("result-*.npz")
    result.unlink()
    again = evaluate_system(
        quick, tones, tmp_path / "out", options, progress=lambda f: epochs.append(f["epoch"])
    )
    assert epochs == []
    assert again["confusion"] == first["confusion"]
    # The time is that of the training, though it was done before.
    before = first["training_seconds_per_fold"]
    assert again["training_seconds_per_fold"] == pytest.approx(before, abs=0.5)


@pytest.mark.parametrize(
    "spoilt",
    ["out/draw-1/result-*.npz", "out/inputs/mel-*.npy", "out/draw-1/net/checkpoint.safetensors"],
)
@pytest.mark.parametrize("left", [0, 100])
def test_what_is_damaged_is_named(
    tmp_path: Path, quick: Path, tones: Path, spoilt: str, left: int
) -> None:
    options = EvaluateOptions("leaky-random")
    evaluate_system(quick, tones, tmp_path / "out", options)
    if "result" not in spoilt:
        next(tmp_path.glob("out/draw-1/result-*.npz")).unlink()
    (path,) = tmp_path.glob(spoilt)
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(OptionError, match="damaged; delete it") as caught:
        evaluate_system(quick, tones, tmp_path / "out", options)
    assert str(caught.value).startswith(str(path))


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts are sent otherwise there")
def test_an_interrupt_ends_folds_trained_at_once(tmp_path: Path, recipe: Path, tones: Path) -> None:
    recipe.write_text(recipe.read_text().replace("epochs = 10", "epochs = 100000"))
    words = ["--model", recipe, "--data", tones, "-o", tmp_path / "out", "--jobs", 2]
    command = [sys.executable, "-m", "emoarc.cli", "evaluate", *map(str, words)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        started = time.monotonic()
        while len(list(tmp_path.glob("out/fold-*/net/progress.csv"))) < 2:
            assert process.poll() is None
            assert time.monotonic() < started + 120
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        # Only once the folds' processes have gone, too, nobody has this end of the pipe any more.
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.decode().splitlines()[-1].startswith("error: interrupted")
