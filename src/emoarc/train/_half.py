"""Weights kept in half precision: half the size of a pack, the same answers."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# onnx annotates itself in part only.

from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

__all__ = ["halve_weights"]

_FEWEST = 1000
"""Smaller tensors, such as biases, are left as they are."""


def halve_weights(network: bytes) -> bytes:
    """Store the large tensors of an ONNX file in float16, each cast up as it is loaded.

    ONNX Runtime does the casting once, when it opens the file; it computes in float32 as before.
    """
    model: Any = onnx.load_from_string(network)
    casts: list[Any] = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size >= _FEWEST:
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
            casts.append(
                helper.make_node("Cast", [f"{name}_half"], [name], to=onnx.TensorProto.FLOAT)
            )
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model.SerializeToString()
