"""A corpus in the layout of FER+, drawn on the fly, and a recipe that trains on it in seconds."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

RECIPE = """
name = "tiny-face"
task = "face-expression"
version = "0.0.1"
seed = 3

[schedule]
epochs = 4
batch_size = 16
learning_rate = 0.05
warmup_epochs = 0.1
average = 0.5
bfloat16 = false
threads = 1

[net]
stem = 4
channels = [8]
blocks = [1]

[pictures]
side = 24
early_side = 16
early_epochs = 1
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def ferplus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Happy faces are bright above, neutral ones bright below; one picture is no face."""
    folder = tmp_path_factory.mktemp("data") / "ferplus"
    generator = np.random.default_rng(0)
    usages = {"Train": "Training", "Valid": "PublicTest", "Test": "PrivateTest"}
    originals = [["usage", "image", "fer2013_emotion"]]
    for split, usage in usages.items():
        rows = [_draw(folder / f"FER2013{split}", n, generator) for n in range(40)]
        with (folder / f"FER2013{split}" / "label.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows)
        originals += [[usage, row[0], "neutral" if row[2] else "happy"] for row in rows]
    with (folder / "fer2013_labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows(originals)
    return folder


def _draw(folder: Path, number: int, generator: np.random.Generator) -> list[str | int]:
    folder.mkdir(parents=True, exist_ok=True)
    image = generator.normal(100, 10, (48, 48))
    neutral = number % 2
    image[24 * neutral :][:24] += 80
    name = f"fer{number:07d}.png"
    cv2.imwrite(str(folder / name), image.clip(0, 255).astype(np.uint8))
    # neutral happiness surprise sadness anger disgust fear contempt unknown NF
    votes = [8, 0, 0, 2, 0, 0, 0, 0, 0, 0] if neutral else [0, 7, 2, 0, 0, 0, 0, 0, 1, 0]
    if number == 38:
        votes = [0, 1, 0, 0, 0, 0, 0, 0, 0, 9]
    return [name, "(0, 0, 48, 48)", *votes]
