"""From a trained net to bytes, a temperature and a checked ONNX file."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# torch annotates itself in part only.

import io
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from torch import Tensor, nn

from emoarc.errors import ModelError
from emoarc.evaluate import negative_log_likelihood

__all__ = ["export_onnx", "fit_temperature", "to_onnx"]

_OPSET = 17


def export_onnx(
    net: nn.Module,
    example: Tensor | tuple[Tensor, ...],
    tolerance: float = 1e-4,
    free: Mapping[int, str] | None = None,
    outputs: Sequence[str] = ("logits",),
    inputs: Sequence[str] = ("input",),
) -> bytes:
    """Return `net` as an ONNX file whose inputs have a free first axis, after checking that ONNX
    Runtime computes what torch computes.

    Args:
        net: In evaluation mode.
        example: An input, or one for each of the net's, of at least two rows.
        tolerance: How far an output may differ.
        free: Further axes of the first input whose length may vary, and their names.
        outputs: What to call the net's output, or each of its tuple of them.
        inputs: What to call the inputs.

    Raises:
        ModelError: The exported network computes something else.
    """  # noqa: D205
    plain: nn.Module = net.eval().to(memory_format=torch.contiguous_format)  # pyright: ignore[reportCallIssue]
    examples = (example,) if isinstance(example, Tensor) else example
    axes = {name: {0: "n"} for name in (*inputs, *outputs)}
    axes[inputs[0]] |= free or {}
    onnx = to_onnx(plain, examples, inputs, outputs, axes)
    _check(plain, onnx, dict(zip(inputs, examples, strict=True)), tolerance, outputs)
    return onnx


def to_onnx(
    net: nn.Module,
    examples: Sequence[Tensor],
    inputs: Sequence[str],
    outputs: Sequence[str],
    free: Mapping[str, Mapping[int, str]],
) -> bytes:
    """Return `net` as an ONNX file, unchecked.

    Args:
        net: In evaluation mode, on the CPU.
        examples: One for each input.
        inputs: What to call the inputs.
        outputs: What to call the outputs.
        free: The axes whose length may vary, and their names, of each input and output.
    """
    file: Any = io.BytesIO()
    with warnings.catch_warnings():
        # The exporter that needs no further package warns that there is a newer one.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            net,
            tuple(examples),
            file,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes={name: dict(axes) for name, axes in free.items()},
            opset_version=_OPSET,
            dynamo=False,
        )
    return file.getvalue()


def fit_temperature(truth: NDArray[np.integer], logits: NDArray[np.floating]) -> float:
    """Return the temperature that makes the logits most likely (Guo et al. 2017, section 4.2)."""
    result = minimize_scalar(
        lambda log: negative_log_likelihood(truth, logits / np.exp(log)),
        bounds=(-3.0, 3.0),
        method="bounded",
    )
    return float(np.exp(result.x))


def _check(
    net: nn.Module,
    onnx: bytes,
    examples: Mapping[str, Tensor],
    tolerance: float,
    outputs: Sequence[str],
) -> None:
    session = ort.InferenceSession(onnx, providers=["CPUExecutionProvider"])
    for count in (None, 1):
        rows = {name: example[:count] for name, example in examples.items()}
        with torch.inference_mode():
            answer = net(*rows.values())
        expected: Sequence[Tensor] = (answer,) if isinstance(answer, Tensor) else answer
        found: list[Any] = session.run(list(outputs), {name: x.numpy() for name, x in rows.items()})
        for name, ours, theirs in zip(outputs, found, expected, strict=True):
            error = float(np.abs(ours - theirs.numpy()).max())
            if not error <= tolerance:
                raise ModelError(
                    f"export: {name} of ONNX Runtime differ from torch's by {error:.2g}"
                )
