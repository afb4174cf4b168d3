"""What a face net begins with."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs the extra `train`")

import onnxruntime as ort
import torch

from emoarc.errors import OptionError
from emoarc.nets import MobileFaceNet, ResidualNet
from emoarc.train._face_start import begin_with, convolutions

SHARED = Path(__file__).parents[3] / "shared"
FILE = "models/face_embedding_mobilefacenet.onnx"
published = pytest.mark.skipif(not (SHARED / FILE).exists(), reason=f"no {FILE} in ../shared")


@published
def test_the_published_network_is_taken_over() -> None:
    """Up to its last maps it answers to a grey picture as the published one does to it in RGB."""
    net = MobileFaceNet(15).eval()
    begin_with(net, FILE, SHARED)
    x = torch.randn(1, 1, 112, 112, generator=torch.Generator().manual_seed(0))
    session = ort.InferenceSession(SHARED / FILE)
    theirs = session.run(None, {session.get_inputs()[0].name: x.expand(-1, 3, -1, -1).numpy()})[0]
    maps = net.features(2 * x)
    kernels, biases = convolutions(SHARED / FILE)
    for kernel, bias in zip(kernels[-2:], biases[-2:], strict=True):
        groups = maps.shape[1] // kernel.shape[1]
        maps = torch.nn.functional.conv2d(maps, kernel, bias, groups=groups)
    torch.testing.assert_close(maps.flatten(), torch.tensor(theirs).flatten(), atol=1e-4, rtol=1e-4)


def test_what_is_not_there_or_does_not_suit_is_said(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="train that recipe first"):
        begin_with(MobileFaceNet(15), str(tmp_path), tmp_path)
    with pytest.raises(OptionError, match=r"none\.onnx is not there"):
        begin_with(MobileFaceNet(15), "none.onnx", tmp_path)
    with pytest.raises(OptionError, match="suits nets of the kind mobile-face alone"):
        begin_with(ResidualNet(15), FILE, tmp_path)
