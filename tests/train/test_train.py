"""A whole training in seconds: from a recipe and a drawn corpus to a pack that runs."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")
pytest.importorskip("onnx", reason="exporting needs the extra `train`")

from emoarc.errors import ModelError, OptionError  # noqa: E402
from emoarc.packs import load_pack  # noqa: E402
from emoarc.train import train  # noqa: E402
from emoarc.train._checkpoint import best_weights  # noqa: E402
from emoarc.train._ferplus import read_ferplus  # noqa: E402
from emoarc.vision import FaceExpressionModel  # noqa: E402


class KilledError(Exception):
    pass


def test_a_recipe_becomes_a_pack(recipe: Path, ferplus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    metrics = train(recipe, ferplus.parent, out)
    assert json.loads((out / "metrics.json").read_text()) == json.loads(json.dumps(metrics))
    pack = load_pack(out / "tiny-face", "face-expression")
    assert pack.manifest.labels[-1] == "contempt"
    assert sum(pack.manifest.prior.values()) == pytest.approx(1, abs=1e-4)
    assert min(pack.manifest.prior.values()) > 0
    assert "Article 5(1)(f)" in pack.card
    assert f"{metrics['ferplus_test']['accuracy']['value']:.3f}" in pack.card
    assert metrics["ferplus_test"]["pictures"] == 39
    assert metrics["fer2013_private_test"]["pictures"] == 40
    assert metrics["robustness"]["none"]["accuracy"] == metrics["ferplus_test"]["accuracy"]["value"]
    assert sum(pack.manifest.input["logits_fer2013"]["prior"].values()) == pytest.approx(
        1, abs=1e-4
    )
    assert {output.name for output in pack.session().get_outputs()} == {"logits", "logits_fer2013"}
    probabilities = FaceExpressionModel(pack).predict(list(read_ferplus(ferplus, "Test").images))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    for picture in ("learning-curves.png", "confusion-ferplus-test.png"):
        assert (out / picture).read_bytes().startswith(b"\x89PNG")


def test_a_killed_training_ends_in_the_same_pack(
    recipe: Path, ferplus: Path, tmp_path: Path
) -> None:
    train(recipe, ferplus.parent, tmp_path / "whole")

    def kill(figures: dict[str, float]) -> None:
        if figures["epoch"] == 1:
            raise KilledError

    with pytest.raises(KilledError):
        train(recipe, ferplus.parent, tmp_path / "killed", kill)
    assert not (tmp_path / "killed" / "tiny-face").exists()
    train(recipe, ferplus.parent, tmp_path / "killed")
    packs = [load_pack(tmp_path / name / "tiny-face") for name in ("whole", "killed")]
    assert packs[0].manifest.sha256 == packs[1].manifest.sha256


def test_a_training_starts_from_another_and_learns_from_its_pack(
    recipe: Path, ferplus: Path, tmp_path: Path
) -> None:
    train(recipe, ferplus.parent, tmp_path / "first")
    text = recipe.read_text(encoding="utf-8").replace("0.05", "1e-9")
    further = text.replace("seed = 3", f'seed = 4\nstart = "{tmp_path}/first"')
    further += f'\n[targets]\nteachers = ["{tmp_path}/first/tiny-face"]\n'
    recipe.write_text(further, encoding="utf-8")
    train(recipe, ferplus.parent, tmp_path / "further")
    first, later = (
        best_weights(tmp_path / name / "checkpoint.safetensors") for name in ("first", "further")
    )
    torch.testing.assert_close(later["features.0.weight"], first["features.0.weight"])
    (kept,) = (tmp_path / "further").glob("taught-*.npy")
    taught = np.load(kept)
    np.testing.assert_allclose(taught[:, :8].sum(axis=1), 1, atol=1e-4)
    np.testing.assert_allclose(taught[:, 8:].sum(axis=1), 1, atol=1e-4)
    recipe.write_text(further.replace("/first", "/nowhere"), encoding="utf-8")
    with pytest.raises(ModelError, match="nowhere"):
        train(recipe, ferplus.parent, tmp_path / "lost")


def test_a_recipe_of_an_unknown_task_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text('task = "gait"')
    with pytest.raises(OptionError, match="'gait'"):
        train(path, tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_missing_corpus_is_one_line(recipe: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="FER\\+ is not here"):
        train(recipe, tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
