"""A speech model and what was trained on its hidden states, joined in one ONNX file."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false
# pyright: reportPrivateImportUsage=false
# torch and onnx are annotated in part only.

import warnings

import numpy as np
import onnx
import onnx.compose
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from onnx import version_converter
from torch import Tensor, nn

from emoarc.errors import ModelError
from emoarc.nets import pool_frames
from emoarc.train._export import to_onnx
from emoarc.train._speech_encoder import SpeechEncoder, stack_states
from emoarc.types import SAMPLING_RATE

__all__ = ["join_onnx"]

_TOLERANCE = 1e-3
"""How far the graph's logits may lie from those of the parts it was joined from."""


def join_onnx(encoder: SpeechEncoder, probe: nn.Module, frames: int) -> bytes:
    """Return one ONNX file, from what `encoder.input` gives, (1, samples), to logits (1, labels).

    Args:
        encoder: The speech model.
        probe: What was trained on its hidden states.
        frames: The number of frames to which the states are brought before.

    Raises:
        ModelError: The two cannot be joined, or compute something else once they are.
    """
    head = _Head(probe, frames).eval()
    examples = encoder.answer(_noise(1.0))
    free = {name: {x.ndim - 2: "frames"} for name, x in zip(encoder.outputs, examples, strict=True)}
    with warnings.catch_warnings():
        # How the outputs are stacked is decided while tracing: it is the model's way for good.
        warnings.simplefilter("ignore", torch.jit.TracerWarning)
        traced = to_onnx(head, examples, encoder.outputs, ["logits"], free)
        first = encoder.to_onnx()
    try:
        second = onnx.compose.add_prefix(onnx.load_from_string(traced), "probe/")
        first, second = _alike(first, second)
        links = [(name, f"probe/{name}") for name in encoder.outputs]
        whole = onnx.compose.merge_models(first, second, links, outputs=["probe/logits"])
        graph = whole.SerializeToString()
        session = ort.InferenceSession(graph, providers=["CPUExecutionProvider"])
    except Exception as error:  # protobuf, onnx and onnxruntime raise a dozen types
        what = str(error).strip().splitlines()[0]
        raise ModelError(
            f"the speech model and what was trained on it cannot be joined in one ONNX file, which "
            f"holds 2 GB at the most: {what}"
        ) from error
    _check(session, encoder, head)
    return graph


def _alike(
    first: onnx.ModelProto, second: onnx.ModelProto
) -> tuple[onnx.ModelProto, onnx.ModelProto]:
    """Bring two graphs to the newer of their operator sets and formats."""
    version = max(_opset(first), _opset(second))
    first, second = (
        graph if _opset(graph) == version else version_converter.convert_version(graph, version)
        for graph in (first, second)
    )
    first.ir_version = second.ir_version = max(first.ir_version, second.ir_version)
    return first, second


def _opset(graph: onnx.ModelProto) -> int:
    return next(known.version for known in graph.opset_import if known.domain in ("", "ai.onnx"))


@torch.inference_mode()
def _check(session: ort.InferenceSession, encoder: SpeechEncoder, head: nn.Module) -> None:
    """See that the whole computes what its parts do, however long the sound is."""
    for seconds in (0.5, 2.37):
        signal = _noise(seconds)
        expected = head(*encoder.answer(signal)).numpy()
        (found,) = session.run(None, {session.get_inputs()[0].name: encoder.input(signal)[None]})
        error = float(np.abs(np.asarray(found) - expected).max())
        if not error <= _TOLERANCE:
            raise ModelError(f"export: logits of ONNX Runtime differ from torch's by {error:.2g}")


def _noise(seconds: float) -> NDArray[np.float32]:
    generator = np.random.default_rng(0)
    return generator.normal(0, 0.1, round(seconds * SAMPLING_RATE)).astype(np.float32)


class _Head(nn.Module):
    """All that follows the speech model, from whatever outputs it has to logits (1, labels)."""

    def __init__(self, probe: nn.Module, frames: int) -> None:
        super().__init__()
        self.probe, self.frames = probe, frames

    def forward(self, *outputs: Tensor) -> Tensor:
        return self.probe(pool_frames(stack_states(outputs), self.frames))
