import io

import numpy as np
import onnxruntime as ort
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")
pytest.importorskip("onnx", reason="exporting needs the extra `train`")

from emoarc.nets import ResidualNet, ResidualOptions  # noqa: E402
from emoarc.train._export import export_onnx  # noqa: E402
from emoarc.train._half import halve_weights  # noqa: E402


def answer(network: bytes, pictures: np.ndarray) -> np.ndarray:
    session = ort.InferenceSession(io.BytesIO(network).read(), providers=["CPUExecutionProvider"])
    return session.run(["logits"], {"input": pictures})[0]


def test_half_the_size_and_the_same_answer() -> None:
    torch.manual_seed(0)
    net = ResidualNet(8, ResidualOptions(16, (32, 64), (1, 1)))
    whole = export_onnx(net, torch.rand(2, 1, 32, 32))
    half = halve_weights(whole)
    assert len(half) < 0.6 * len(whole)
    pictures = np.random.default_rng(0).random((5, 1, 32, 32), np.float32)
    before, after = answer(whole, pictures), answer(half, pictures)
    assert np.abs(after - before).max() < 2e-3 * max(1, np.abs(before).max())
    assert (after != before).any()
