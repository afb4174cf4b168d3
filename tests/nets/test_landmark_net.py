"""What the landmark network promises."""

import pytest

from emoarc.errors import OptionError

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.nets import LandmarkNet, LandmarkNetOptions  # noqa: E402

SMALL = LandmarkNetOptions(side=32, stem=4, channels=(6, 8), blocks=(1, 1), head=3, hidden=10)


def test_light_and_contrast_do_not_matter() -> None:
    torch.manual_seed(0)
    net, x = LandmarkNet(5, SMALL).eval(), torch.rand(3, 1, 32, 32)
    with torch.inference_mode():
        plain, dim = net(x), net(0.3 + 0.25 * x)
    assert plain.shape == (3, 16)
    torch.testing.assert_close(plain, dim, atol=2e-3, rtol=0)


def test_it_begins_at_the_answer_given() -> None:
    torch.manual_seed(0)
    net, answer = LandmarkNet(5, SMALL), torch.linspace(-0.5, 0.5, 16)
    net.begin_at(answer)
    spread = net(torch.rand(64, 1, 32, 32)) - answer
    assert spread[:, 1:].abs().mean() < 0.02


def test_the_shipped_size_is_small() -> None:
    options = LandmarkNetOptions(side=80)
    assert sum(p.numel() for p in LandmarkNet(82, options).parameters()) <= 350_000


def test_options_that_make_no_net_are_refused() -> None:
    with pytest.raises(OptionError, match="side: must be a multiple of 16"):
        LandmarkNetOptions(side=90)
    with pytest.raises(OptionError, match="one number for each"):
        LandmarkNetOptions(channels=(8, 8))
    with pytest.raises(OptionError, match="head"):
        LandmarkNetOptions(head=0)
