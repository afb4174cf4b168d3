import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from emoarc.cli import _train
from emoarc.cli._app import app
from emoarc.errors import OptionError


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
