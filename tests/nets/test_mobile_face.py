"""MobileFaceNet for expressions: shapes, light, and what it begins with."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra `train`")

import torch

from emoarc.errors import OptionError
from emoarc.nets import MobileFaceNet, MobileFaceOptions


@pytest.fixture(scope="module")
def net() -> MobileFaceNet:
    torch.manual_seed(0)
    return MobileFaceNet(15, MobileFaceOptions(dropout=0)).eval()


def pictures(count: int = 2, side: int = 64) -> torch.Tensor:
    return torch.rand(count, 1, side, side, generator=torch.Generator().manual_seed(1))


def test_pictures_become_logits(net: MobileFaceNet) -> None:
    assert net(pictures()).shape == (2, 15)
    assert MobileFaceNet(7, MobileFaceOptions(side=48))(pictures(1, 48)).shape == (1, 7)
    assert sum(p.numel() for p in net.parameters()) < 1e6


def test_light_does_not_matter(net: MobileFaceNet) -> None:
    x = pictures()
    torch.testing.assert_close(net(x), net(0.2 + 0.5 * x), atol=2e-2, rtol=1e-2)


def test_training_and_use_see_the_same(net: MobileFaceNet) -> None:
    x = pictures()
    expected = net(x)
    try:
        torch.testing.assert_close(net.train()(x), expected)
    finally:
        net.eval()


def test_a_colour_network_is_adopted_for_grey(net: MobileFaceNet) -> None:
    own = [m for m in net.features.modules() if isinstance(m, torch.nn.Conv2d)]
    kernels = [torch.full_like(layer.weight, 0.5) for layer in own]
    kernels[0] = torch.arange(64 * 3 * 9.0).reshape(64, 3, 3, 3)
    biases = [torch.full_like(layer.bias, 0.25) for layer in own]
    other = MobileFaceNet(15)
    other.adopt([*kernels, torch.zeros(1)], [*biases, torch.zeros(1)])
    first, *_, last = [m for m in other.features.modules() if isinstance(m, torch.nn.Conv2d)]
    np.testing.assert_allclose(first.weight[:, 0].detach(), kernels[0].sum(dim=1) / 2)
    assert (last.weight == 0.5).all()
    assert (last.bias == 0.25).all()


def test_what_does_not_fit_is_refused(net: MobileFaceNet) -> None:
    with pytest.raises(OptionError, match="start: convolution 0 has shape"):
        net.adopt([], [])
    with pytest.raises(OptionError, match="side: must be a multiple of 16"):
        MobileFaceOptions(side=60)
    with pytest.raises(OptionError, match="dropout"):
        MobileFaceOptions(dropout=1.0)
