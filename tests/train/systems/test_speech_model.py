"""Systems on frozen speech models: evaluated, probed, and made into packs."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("torch", reason="training needs the extra `train`")

import torch
from tests.train.speech_models import FORMS, HEARS, write_folder, write_onnx
from tests.train.systems.conftest import RECIPE, write_tone

from emoarc.audio import VoiceExpressionModel
from emoarc.cli._app import app
from emoarc.errors import ModelError, OptionError
from emoarc.evaluate import evaluate_pack, read_predictions
from emoarc.labels import EMOTIONS
from emoarc.media import read_audio
from emoarc.nets import LayerProbeNet, LayerProbeOptions
from emoarc.packs import load_pack
from emoarc.train import train
from emoarc.train._speech_encoder import open_encoder
from emoarc.train.systems import EvaluateOptions, evaluate_system, read_system
from emoarc.train.systems._join import join_onnx

HERTZ = {"01": 200, "03": 600, "04": 1800, "05": 5000, "06": 100, "07": 400, "08": 3000}
"""Pitch by the code of the emotion."""


def _recipe(folder: Path, model: Path, text: str = RECIPE) -> Path:
    start, end = text.index("[inputs.mel]"), text.index("[schedule]")
    system = f"""
[inputs.states]
kind = "speech-model"
path = "{model}"
frames = 4

[members.net]
architecture = "layer-probe"
inputs = ["states"]
options = {{ hidden = 16, attention = 4, dropout = 0.0 }}

"""
    path = folder / "speech.toml"
    path.write_text(text[:start] + system + text[end:], encoding="utf-8")
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_onnx(tmp_path / "model.onnx")


def test_the_layer_that_hears_weighs_most(tmp_path: Path, model: Path, tones: Path) -> None:
    report = evaluate_system(_recipe(tmp_path, model), tones, tmp_path / "out")
    assert report["accuracy"]["value"] > 0.9
    weights = report["layer_weights"]["net"]
    assert weights["layers"] == [0, 1, 2, 3]
    assert np.argmax(weights["mean"]) == HEARS
    assert sum(weights["mean"]) == pytest.approx(1, abs=1e-3)
    assert len(weights["std"]) == 4
    kept = json.loads((tmp_path / "out/evaluation.json").read_text())
    assert kept["layer_weights"] == report["layer_weights"]


def test_a_single_layer_is_probed(tmp_path: Path, model: Path, tones: Path) -> None:
    options, found = EvaluateOptions("leaky-random", cache=tmp_path / "inputs"), list[float]()
    for layer in (HEARS, 0):
        recipe = _recipe(tmp_path, model)
        text = recipe.read_text().replace("{ hidden", f"{{ only = [{layer}], hidden")
        recipe.write_text(text)
        report = evaluate_system(recipe, tones, tmp_path / f"out-{layer}", options)
        assert report["layer_weights"]["net"] == {"layers": [layer], "mean": [1.0], "std": [0.0]}
        found.append(report["accuracy"]["value"])
    assert found[0] > found[1] + 0.2
    assert len(list((tmp_path / "inputs").glob("states-*.npy"))) == 1  # computed once


def test_states_are_kept_in_half_precision_for_each_model(
    tmp_path: Path, model: Path, tones: Path
) -> None:
    options = EvaluateOptions("leaky-random", cache=tmp_path / "inputs")
    recipe = _recipe(tmp_path, model)
    recipe.write_text(recipe.read_text().replace("epochs = 10", "epochs = 1"))
    evaluate_system(recipe, tones, tmp_path / "one", options)
    (kept,) = (tmp_path / "inputs").glob("states-*.npy")
    array = np.load(kept)
    assert (array.shape, array.dtype) == ((80, 1, 4, 4, 8), np.float16)
    shutil.copy(model, tmp_path / "moved.onnx")
    write_onnx(model, "last layer")
    open_encoder.cache_clear()
    _forget_fingerprints()
    evaluate_system(recipe, tones, tmp_path / "two", options)
    shapes = {np.load(path).shape[2:] for path in (tmp_path / "inputs").glob("states-*.npy")}
    assert shapes == {(4, 4, 8), (1, 4, 8)}


def _forget_fingerprints() -> None:
    from emoarc.train._speech_encoder import fingerprint

    fingerprint.cache_clear()


def test_the_command_line_tells_the_weights(tmp_path: Path, model: Path, tones: Path) -> None:
    recipe = _recipe(tmp_path, model)
    recipe.write_text(recipe.read_text().replace("epochs = 10", "epochs = 1"))
    command = ["evaluate", "--model", str(recipe), "--data", str(tones), "-o", str(tmp_path / "o")]
    result = CliRunner().invoke(app, [*command, "--protocol", "leaky-random", "--jobs", "1"])
    assert result.exit_code == 0, result.output
    assert "net weighs hidden states by 0: 2" in result.output


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("model.onnx", "nothing.onnx", "nothing.onnx: no model can be read here"),
        ("{ hidden", "{ only = [4], hidden", "only: there are hidden states 0 to 3, not"),
        ('kind = "speech-model"', 'kind = "mel"', "inputs.states.path: no such key"),
        ("frames = 4", "frames = 0", "inputs.states.frames: must be positive"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    tmp_path: Path, model: Path, tones: Path, old: str, new: str, said: str
) -> None:
    recipe = _recipe(tmp_path, model)
    recipe.write_text(recipe.read_text().replace(old, new))
    with pytest.raises(OptionError, match=said) as caught:
        evaluate_system(recipe, tones, tmp_path / "out")
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="session")
def seven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven emotions, each with a tone of its own, of the sealed actors and of six others."""
    data = tmp_path_factory.mktemp("seven")
    for actor in (1, 2, 3, 4, 5, 6, 7, 8):
        for code, hertz in HERTZ.items():
            name = f"ravdess/Actor_{actor:02d}/03-01-{code}-01-01-01-{actor:02d}.wav"
            write_tone(data / name, hertz * (1 + actor / 200), seed=actor * 10 + int(code))
    return data


def _pack_recipe(folder: Path, model: Path) -> Path:
    text = RECIPE.replace('["happiness", "sadness", "anger", "neutral"]', json.dumps(EMOTIONS))
    text = text.replace(
        "\n[paper]", 'held_out = ["ravdess-01", "ravdess-02", "ravdess-03"]\n[paper]'
    )
    return _recipe(folder, model, text.replace("epochs = 10", "epochs = 20"))


def test_a_system_becomes_a_pack_that_hears(tmp_path: Path, model: Path, seven: Path) -> None:
    metrics = train(_pack_recipe(tmp_path, model), seven, tmp_path / "out")
    pack = load_pack(tmp_path / "out/tones", "voice-expression")
    assert pack.manifest.input["kind"] == "waveform"
    assert pack.manifest.input["normalisation"] == "window"
    assert "Held-out speakers: ravdess-01, ravdess-02, ravdess-03" in pack.card
    assert metrics["voice_pack"]["calibration"]["clips"] == 14  # of the sealed actor none
    voices = VoiceExpressionModel(pack)
    said = read_predictions(tmp_path / "out/predictions.csv")
    files = sorted(seven.glob("ravdess/Actor_0[123]/*.wav"))
    judged = [int(voices.predict_windows([read_audio(file)]).argmax()) for file in files]
    assert len(files) == len(said.truth) == 21
    agreement = np.mean(np.sort(judged) == np.sort(said.probabilities.argmax(axis=1)))
    assert agreement > 0.9
    truth = [list(HERTZ).index(file.stem.split("-")[2]) for file in files]
    order = ["neutral", "happiness", "sadness", "anger", "fear", "disgust", "surprise"]
    right = [EMOTIONS[j] == order[t] for j, t in zip(judged, truth, strict=True)]
    assert np.mean(right) > 0.9


def test_a_pack_is_measured_on_those_it_has_not_learnt(
    tmp_path: Path, model: Path, seven: Path
) -> None:
    train(_pack_recipe(tmp_path, model), seven, tmp_path / "out")
    report = evaluate_pack(tmp_path / "out/tones", seven, tmp_path / "measured")
    assert report["pack"]["name"] == "tones"
    assert report["n"] == 14  # actors 01 and 05, who are sealed
    assert "trained on ravdess" in report["warning"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"ravdess-02", "ravdess-03"', '"ravdess-05"'),  # nobody to fit a temperature on
        ('"neutral", "happiness"', '"neutral", "calm", "happiness"'),
        ('"fear", ', ""),
    ],
)
def test_other_systems_become_none(
    tmp_path: Path, model: Path, seven: Path, old: str, new: str
) -> None:
    recipe = _pack_recipe(tmp_path, model)
    assert old in recipe.read_text()
    text = recipe.read_text().replace(old, new).replace("epochs = 20", "epochs = 1")
    recipe.write_text(text)
    if "calm" in new:
        with pytest.raises(OptionError, match="labels: no clip to train on shows calm"):
            train(recipe, seven, tmp_path / "out")
    else:
        assert "voice_pack" not in train(recipe, seven, tmp_path / "out")
        assert not (tmp_path / "out/tones").exists()


def _probe(layers: int, features: int) -> LayerProbeNet:
    torch.manual_seed(2)
    options = LayerProbeOptions(layers=layers, features=features, hidden=8, attention=4)
    return LayerProbeNet(7, options).eval()


@pytest.mark.parametrize("form", FORMS)
def test_models_of_every_form_are_joined(tmp_path: Path, form: str) -> None:
    # `join_onnx` compares what comes out with what its parts compute, and raises.
    encoder = open_encoder(write_onnx(tmp_path / "model.onnx", form))
    assert join_onnx(encoder, _probe(1 if form == "last layer" else 4, 8), 5)


@pytest.mark.parametrize("opset", [15, 18, 21])
def test_models_of_other_operator_sets_are_joined(tmp_path: Path, opset: int) -> None:
    onnx = pytest.importorskip("onnx", reason="training needs the extra `train`")
    path = write_onnx(tmp_path / "model.onnx")
    onnx.save(onnx.version_converter.convert_version(onnx.load(path), opset), path)
    assert join_onnx(open_encoder(path), _probe(4, 8), 5)


def test_what_cannot_be_joined_is_said_in_one_line(tmp_path: Path) -> None:
    encoder = open_encoder(write_onnx(tmp_path / "model.onnx"))
    whole = encoder.to_onnx
    encoder.to_onnx = lambda: write_onnx(tmp_path / "model.onnx", "last layer") and whole()
    with pytest.raises(ModelError, match="cannot be joined in one ONNX file") as caught:
        join_onnx(encoder, _probe(4, 8), 5)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["Wav2Vec2", "Hubert", "WavLM"])
def test_folders_are_joined(tmp_path: Path, kind: str) -> None:
    pytest.importorskip("transformers", reason="needs the extra `ssl`")
    write_folder(tmp_path, kind)
    assert join_onnx(open_encoder(tmp_path), _probe(3, 16), 5)


def test_a_folder_is_evaluated(tmp_path: Path, tones: Path) -> None:
    pytest.importorskip("transformers", reason="needs the extra `ssl`")
    write_folder(tmp_path / "model")
    recipe = _recipe(tmp_path, tmp_path / "model")
    assert read_system(recipe).inputs["states"].kind == "speech-model"
    options = EvaluateOptions("leaky-random", cache=tmp_path / "inputs")
    report = evaluate_system(recipe, tones, tmp_path / "out", options)
    assert len(report["layer_weights"]["net"]["mean"]) == 3
