"""A small RAVDESS of tones: ten actors, four emotions, each of a pitch of its own."""

import wave
from pathlib import Path

import numpy as np
import pytest

_RATE = 16_000
_HERTZ = {"01": 200, "03": 600, "04": 1800, "05": 5000}
"""Pitch by the code of the emotion."""

RECIPE = """
name = "tones"
task = "system"
version = "1"
seed = 4
labels = ["happiness", "sadness", "anger", "neutral"]
corpora = ["ravdess"]
protocols = ["speaker-5fold", "leaky-random"]

[paper]
source = "Nobody 1900"
system = "Tuning forks"
corpora = ["ravdess"]
protocol = "by ear"
figure = 0.5

[inputs.mel]
kind = "mel"
seconds = 0.5
bands = 16
frames = 16

[members.net]
architecture = "hossain-voice"
inputs = ["mel"]
options = { channels = [4, 8], hidden = 8, dropout = 0.0 }

[schedule]
epochs = 10
batch_size = 8
learning_rate = 0.02
optimizer = "adamw"
average = 0.5
bfloat16 = false
threads = 1

[sound]
trim = false
"""


def write_tone(path: Path, hertz: float, seconds: float = 0.5, seed: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(round(seconds * _RATE)) / _RATE
    noise = np.random.default_rng(seed).normal(0, 0.01, len(time))
    samples = 0.3 * np.sin(2 * np.pi * hertz * time) + noise
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the corpus."""
    data = tmp_path_factory.mktemp("tones")
    for actor in range(1, 11):
        for code, hertz in _HERTZ.items():
            for repetition in ("01", "02"):
                name = f"03-01-{code}-01-01-{repetition}-{actor:02d}.wav"
                path = data / f"ravdess/Actor_{actor:02d}/{name}"
                # Everybody is a little out of tune.
                seed = actor * 1000 + int(code) * 10 + int(repetition)
                write_tone(path, hertz * (1 + actor / 100), seed=seed)
    return data


@pytest.fixture
def recipe_text() -> str:
    return RECIPE


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "tones.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path
