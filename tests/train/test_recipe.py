from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.errors import OptionError
from emoarc.toml import parse, read_toml
from emoarc.train._recipe import Schedule


def test_a_schedule_refuses_what_cannot_be() -> None:
    with pytest.raises(OptionError, match="epochs: must be positive"):
        parse(Schedule, {"epochs": 0, "batch_size": 1, "learning_rate": 0.1}, "r.toml")


def test_the_shipped_face_recipe_is_sound() -> None:
    from emoarc.train._face import FaceRecipe

    path = Path(__file__).parents[2] / "recipes" / "face-expression.toml"
    assert parse(FaceRecipe, read_toml(path), path.name).name == "face-expression"
