"""What a face net begins with, where that is not chance."""

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from emoarc.errors import OptionError
from emoarc.nets import MobileFaceNet
from emoarc.train._checkpoint import best_weights

__all__ = ["begin_with", "convolutions"]


def begin_with(net: nn.Module, start: str, data: Path) -> None:
    """Put earlier weights into `net`.

    Args:
        net: Changed in place.
        start: The folder of a training of the same net, or an ONNX file below `data`.
        data: Where the corpora and published models are.

    Raises:
        OptionError: Nothing is there, or it does not fit the net.
    """
    if not start.endswith(".onnx"):
        net.load_state_dict(best_weights(Path(start) / "checkpoint.safetensors"))
        return
    if not isinstance(net, MobileFaceNet):
        raise OptionError(f"start: {start} suits nets of the kind mobile-face alone")
    if not (data / start).is_file():
        raise OptionError(f"start: {data / start} is not there")
    net.adopt(*convolutions(data / start))


def convolutions(file: Path) -> tuple[list[Tensor], list[Tensor]]:
    """Return the kernels and biases of a network's convolutions, in their order."""
    graph = onnx.load(file).graph  # pyright: ignore[reportUnknownMemberType]
    arrays = {each.name: torch.tensor(numpy_helper.to_array(each)) for each in graph.initializer}
    names = [node.input for node in graph.node if node.op_type == "Conv"]
    return [arrays[name[1]] for name in names], [arrays[name[2]] for name in names]
