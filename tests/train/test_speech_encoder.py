"""Speech models from ONNX files and folders, and what is said of those that will not do."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra `train`")

import torch
from tests.train.speech_models import FORMS, HEARS, TinyEncoder, write_folder, write_onnx

from emoarc.errors import ModelError, OptionError
from emoarc.train._export import to_onnx
from emoarc.train._speech_encoder import fingerprint, open_encoder

SOUND = np.random.default_rng(3).normal(0.05, 0.1, 24_000).astype(np.float32)
KINDS = ("Wav2Vec2", "Hubert", "WavLM")


@pytest.mark.parametrize("form", FORMS)
def test_onnx_files_of_every_form_give_layers_by_frames_by_features(
    tmp_path: Path, form: str
) -> None:
    encoder = open_encoder(write_onnx(tmp_path / "model.onnx", form))
    standard = (SOUND - SOUND.mean()) / SOUND.std()
    expected = TinyEncoder()(torch.from_numpy(standard)[None])[:, 0]
    found = encoder(SOUND)
    assert found.shape == ((1 if form == "last layer" else 4), 75, 8)
    heard = found[0 if form == "last layer" else HEARS]
    torch.testing.assert_close(heard, expected[HEARS], atol=1e-3, rtol=1e-3)


def test_sound_is_given_as_the_model_wants_it(tmp_path: Path) -> None:
    path = write_onnx(tmp_path / "model.onnx")
    (tmp_path / "preprocessor_config.json").write_text('{"do_normalize": false}')
    expected = TinyEncoder()(torch.from_numpy(SOUND)[None])[HEARS, 0]
    torch.testing.assert_close(open_encoder(path)(SOUND)[HEARS], expected, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("samples", [0, 1, 399])
def test_hardly_any_sound_gives_frames_all_the_same(tmp_path: Path, samples: int) -> None:
    states = open_encoder(write_onnx(tmp_path / "model.onnx"))(SOUND[:samples])
    assert states.shape[1] > 0
    assert states.isfinite().all()


class _Other(torch.nn.Module):
    """What is no speech model."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, *inputs: Any) -> Any:
        return self.answer(*inputs)


@pytest.mark.parametrize(
    ("answer", "inputs", "said"),
    [
        (lambda x: x.mean(1, keepdim=True), 1, r"a second of sound it gives a0 float32 \(1, 1\)"),
        (lambda x: (x[:, :, None], x[:, :5, None]), 1, r"a0 .*\(1, 16000, 1\), a1 .*\(1, 5, 1\)"),
        (lambda x: x[:, :, None].double(), 1, "a0 float64"),
        (lambda x, y: (x + y)[:, :, None], 2, r"needs one input, .* not i0 tensor\(float\), i1 te"),
        (lambda x: x.reshape(1, 10, -1)[:, :, :7] / 0, 1, "not finite"),
    ],
)
def test_networks_that_are_no_speech_models_are_named(
    tmp_path: Path, answer: Any, inputs: int, said: str
) -> None:
    names = [f"i{number}" for number in range(inputs)]
    outputs = ["a0", "a1"] if said.startswith("a0 .*") else ["a0"]
    path = tmp_path / "model.onnx"
    examples = [torch.randn(1, 16_000) for _ in names]
    path.write_bytes(to_onnx(_Other(answer).eval(), examples, names, outputs, {}))
    _is_refused(path, ModelError, said)


def test_a_path_without_a_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("hello")
    (tmp_path / "rate").mkdir()
    write_onnx(tmp_path / "rate/model.onnx")
    (tmp_path / "rate/preprocessor_config.json").write_text('{"sampling_rate": 8000}')
    (tmp_path / "bad").mkdir()
    write_onnx(tmp_path / "bad/model.onnx")
    (tmp_path / "bad/preprocessor_config.json").write_text("[")
    _is_refused(tmp_path / "nothing", OptionError, "no model is here; give the folder")
    _is_refused(tmp_path / "text.onnx", ModelError, "the network cannot be opened")
    _is_refused(tmp_path / "rate/model.onnx", ModelError, "wants sound at 8000 Hz")
    _is_refused(tmp_path / "bad/model.onnx", ModelError, "preprocessor_config.json is damaged")


def _is_refused(path: Path, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said) as caught:
        open_encoder(path)
    assert "\n" not in str(caught.value)
    assert str(path.parent) in str(caught.value)


def test_the_fingerprint_tells_models_apart_wherever_they_lie(tmp_path: Path) -> None:
    one = write_onnx(tmp_path / "model.onnx")
    (tmp_path / "copy").mkdir()
    same = Path(shutil.copy(one, tmp_path / "copy"))
    other = write_onnx(tmp_path / "other/model.onnx", "last layer")
    assert fingerprint(one) == fingerprint(same) != fingerprint(other)
    with pytest.raises(OptionError, match="no model can be read here"):
        fingerprint(tmp_path / "nothing")


def test_folders_need_transformers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(OptionError, match=r"transformers is missing; pip install 'emoarc\[ssl\]'"):
        open_encoder(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("normalise", [True, False])
def test_folders_give_what_transformers_gives(tmp_path: Path, kind: str, normalise: bool) -> None:
    transformers = pytest.importorskip("transformers", reason="needs the extra `ssl`")
    model = write_folder(tmp_path, kind)
    extractor = transformers.Wav2Vec2FeatureExtractor(do_normalize=normalise)
    extractor.save_pretrained(tmp_path)
    with torch.inference_mode():
        given = extractor(SOUND, sampling_rate=16_000, return_tensors="pt")["input_values"]
        expected = torch.cat(model(given, output_hidden_states=True).hidden_states)
    assert expected.shape == (3, 74, 16)
    torch.testing.assert_close(open_encoder(tmp_path)(SOUND), expected, atol=1e-4, rtol=1e-4)


def test_a_folder_whose_weights_do_not_fit_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="needs the extra `ssl`")
    write_folder(tmp_path / "whole")
    for name, change in (("deeper", {"num_hidden_layers": 3}), ("alien", {"model_type": "bert"})):
        shutil.copytree(tmp_path / "whole", tmp_path / name)
        config = tmp_path / name / "config.json"
        config.write_text(json.dumps(json.loads(config.read_text()) | change))
    (tmp_path / "empty").mkdir()
    _is_refused(tmp_path / "deeper", ModelError, r"the weights lack \d+ .* encoder.layers.2")
    _is_refused(tmp_path / "alien", ModelError, "cannot be read here|the weights lack")
    _is_refused(tmp_path / "empty", ModelError, "no model of transformers can be read here")
