"""Frozen speech models from this machine: a folder in the layout of Hugging Face, or an ONNX file.

Whatever takes 16 kHz sound serves: wav2vec 2.0, XLSR, HuBERT, WavLM, data2vec, emotion2vec, ...
Nothing is downloaded, and no code that lies in a folder is run.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false
# torch, onnx and transformers are annotated in part only.

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from emoarc.audio import WaveformInput
from emoarc.errors import ModelError, OptionError
from emoarc.packs import open_network
from emoarc.train._export import to_onnx
from emoarc.types import SAMPLING_RATE

__all__ = ["SpeechEncoder", "fingerprint", "open_encoder", "stack_states"]

_SHORTEST: Final = SAMPLING_RATE // 10
"""Samples; shorter sound is filled up, since these models need some frames."""
_STATES, _LAST = "hidden_states", "last_hidden_state"
"""What outputs are called in the ONNX files that Hugging Face's exporter writes."""


class SpeechEncoder(Protocol):
    """A frozen model of speech."""

    input: WaveformInput
    """How it wants its sound."""
    outputs: tuple[str, ...]
    """The names of what it answers."""

    def __call__(self, signal: NDArray[np.float32]) -> Tensor:
        """Return the hidden states of mono sound at 16 kHz, shape (layers, frames, features)."""
        ...

    def answer(self, signal: NDArray[np.float32]) -> list[Tensor]:
        """Return what `stack_states` makes the hidden states of."""
        ...

    def to_onnx(self) -> onnx.ModelProto:
        """Return the model as a graph from its `input` (1, samples) to its `outputs`."""
        ...


@cache
def open_encoder(path: Path, threads: int = 1) -> SpeechEncoder:
    """Open a model and try it on a second of noise.

    Args:
        path: A folder with `config.json` and weights, or an ONNX file.
        threads: Of the processor.

    Raises:
        OptionError: There is nothing at `path`, or a package is missing.
        ModelError: The model cannot be opened, or is no model of speech as they are taken here.
    """
    if path.is_dir():
        encoder: SpeechEncoder = _FolderEncoder(path, threads)
    elif path.is_file():
        encoder = _OnnxEncoder(path, threads)
    else:
        raise OptionError(
            f"{path}: no model is here; give the folder of a speech model in the layout of Hugging "
            "Face, or an ONNX file"
        )
    noise = np.random.default_rng(0).normal(0, 0.1, SAMPLING_RATE).astype(np.float32)
    if not encoder(noise).isfinite().all():
        raise ModelError(f"{path}: its hidden states are not finite for a second of noise")
    return encoder


@cache
def fingerprint(path: Path) -> str:
    """Return a hash of the model's files, so that what another one has said is not taken for its.

    Raises:
        OptionError: There are none.
    """
    files = sorted(file for file in path.glob("*") if file.is_file()) if path.is_dir() else [path]
    try:
        digests = [_sha256(file) for file in files]
    except OSError as error:
        raise OptionError(f"{path}: no model can be read here ({error.strerror})") from error
    return hashlib.sha256(b"".join(digests)).hexdigest()[:16]


def _sha256(file: Path) -> bytes:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def stack_states(outputs: Sequence[Tensor]) -> Tensor:
    """Bring a model's answer to one signal to shape (1, layers, frames, features).

    Args:
        outputs: One (1, frames, features) for each layer, or a single output of all layers, before
            or after the axis of the batch.
    """
    if outputs[0].ndim == 3:
        return torch.stack(list(outputs), dim=1)
    return outputs[0] if outputs[0].shape[0] == 1 else outputs[0].transpose(0, 1)


class _FolderEncoder:
    """A model in the layout of Hugging Face, run by torch, on a GPU where there is one."""

    def __init__(self, path: Path, threads: int) -> None:
        self.outputs: tuple[str, ...] = (_STATES,)
        self.input = _wanted_input(path)
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._net = _HiddenStates(_load(path)).eval().to(self._device)
        self._threads = threads
        if getattr(self._net.model, "main_input_name", "") != "input_values":
            raise ModelError(f"{path}: takes something else than the samples of sound")

    def __call__(self, signal: NDArray[np.float32]) -> Tensor:
        return self.answer(signal)[0][0]

    @torch.inference_mode()
    def answer(self, signal: NDArray[np.float32]) -> list[Tensor]:
        torch.set_num_threads(self._threads)
        samples = torch.from_numpy(self.input(_long_enough(signal)))[None]
        return [self._net.to(self._device)(samples.to(self._device)).cpu()]

    def to_onnx(self) -> onnx.ModelProto:
        example, free = torch.randn(1, SAMPLING_RATE), {"input": {1: "samples"}}
        return onnx.load_from_string(
            to_onnx(self._net.cpu(), [example], ["input"], self.outputs, free)
        )


class _HiddenStates(nn.Module):
    """A model of transformers, from sound (n, samples) to (n, layers, frames, features)."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, samples: Tensor) -> Tensor:
        return torch.stack(self.model(samples, output_hidden_states=True).hidden_states, dim=1)


def _load(path: Path) -> Any:
    """Read a model, refusing what would leave weights as they are drawn at random."""
    try:
        from transformers import AutoModel  # pyright: ignore[reportMissingImports]
        from transformers.utils import logging  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise OptionError(
            f"{path}: transformers is missing; pip install 'emoarc[ssl]' brings it, or give an "
            "ONNX file"
        ) from error
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        model, found = AutoModel.from_pretrained(
            path,
            local_files_only=True,
            trust_remote_code=False,
            weights_only=True,
            output_loading_info=True,
            dtype=torch.float32,
        )
    except Exception as error:  # transformers raises a dozen types for a bad folder
        what = str(error).strip().splitlines()[0]
        raise ModelError(f"{path}: no model of transformers can be read here: {what}") from error
    # Only training masks, so that some publish their weights without the mask.
    lacking = sorted(name for name in found["missing_keys"] if "masked_spec_embed" not in name)
    if lacking:
        raise ModelError(
            f"{path}: the weights lack {len(lacking)} that the model needs, such as {lacking[0]}; "
            "fetch the folder anew"
        )
    return model


class _OnnxEncoder:
    """A model from an ONNX file, run by onnxruntime."""

    def __init__(self, path: Path, threads: int) -> None:
        self.input = _wanted_input(path.parent)
        self._path = path
        self._session = open_network(path, threads)
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if [i.type for i in inputs] != ["tensor(float)"]:
            found = ", ".join(f"{i.name} {i.type}" for i in inputs)
            raise ModelError(f"{path}: needs one input, float32 (batch, samples), not {found}")
        names = [output.name for output in outputs]
        self.outputs = tuple(
            [name for name in names if _STATES in name]
            or [name for name in names if name == _LAST]
            or names
        )
        self._check()

    def __call__(self, signal: NDArray[np.float32]) -> Tensor:
        return stack_states(self.answer(signal))[0]

    def answer(self, signal: NDArray[np.float32]) -> list[Tensor]:
        return [torch.from_numpy(array) for array in self._run(_long_enough(signal))]

    def to_onnx(self) -> onnx.ModelProto:
        return onnx.load(self._path)

    def _run(self, signal: NDArray[np.float32]) -> list[NDArray[Any]]:
        name = self._session.get_inputs()[0].name
        try:
            answer: list[Any] = self._session.run(
                list(self.outputs), {name: self.input(signal)[None]}
            )
        except Exception as error:  # onnxruntime raises a dozen types for what does not fit
            what = str(error).strip().splitlines()[0]
            raise ModelError(f"{self._path}: cannot take sound (batch, samples): {what}") from error
        return answer

    def _check(self) -> None:
        answer = self._run(np.zeros(SAMPLING_RATE, np.float32))
        shapes = [array.shape for array in answer]
        layers = {len(shape) for shape in shapes} == {3} and len(set(shapes)) == 1
        whole = len(shapes) == 1 and len(shapes[0]) == 4 and 1 in shapes[0][:2]
        if not (layers or whole) or any(array.dtype != np.float32 for array in answer):
            found = ", ".join(
                f"{name} {array.dtype} {array.shape}"
                for name, array in zip(self.outputs, answer, strict=True)
            )
            raise ModelError(
                f"{self._path}: must give float32 hidden states (1, frames, features), one output "
                f"for each layer, or (1, layers, frames, features) in one; for a second of sound "
                f"it gives {found}"
            )


def _wanted_input(folder: Path) -> WaveformInput:
    """Read how a model wants its sound; zero mean and unit variance where nothing is said."""
    facts: Mapping[str, Any] = {}
    with suppress(OSError):
        text = (folder / "preprocessor_config.json").read_text(encoding="utf-8")
        try:
            facts = dict(json.loads(text))
        except (ValueError, TypeError) as error:
            raise ModelError(f"{folder}: preprocessor_config.json is damaged") from error
    rate = facts.get("sampling_rate", SAMPLING_RATE)
    if rate != SAMPLING_RATE:
        raise ModelError(f"{folder}: wants sound at {rate} Hz; models for {SAMPLING_RATE} Hz serve")
    return WaveformInput(normalisation="window" if facts.get("do_normalize", True) else "none")


def _long_enough(signal: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.pad(signal, (0, max(_SHORTEST - len(signal), 0)))
