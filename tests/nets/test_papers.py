"""The networks at the papers' sizes: parameters counted by hand from the papers' numbers."""

import pytest

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")

from torch import nn  # noqa: E402

from emoarc.errors import OptionError  # noqa: E402
from emoarc.nets import (  # noqa: E402
    KottayamImageNet,
    KottayamImageOptions,
    KottayamVideoNet,
    KottayamVoiceNet,
    SinghFangNet,
    SinghFangOptions,
)


def count(net: nn.Module) -> int:
    return sum(x.numel() for x in net.parameters())


CONVOLUTIONS = (12 * 16 + 1) * 16 + (16 * 8 * 12 + 1) * 24 + (24 * 5 * 7 + 1) * 24
ROWS, COLUMNS = 19, 29
"""Of 200x300, once ((200 - 11) / 2 - 7) / 2 - 4) / 2 and so on is taken, rounded down."""


def test_singh_and_fang_cnn() -> None:
    net = SinghFangNet(4)
    assert count(net) == CONVOLUTIONS + (24 * ROWS * COLUMNS + 1) * 64 + 65 * 4
    assert net.eval()(torch.zeros(1, 200, 300)).shape == (1, 4)


@pytest.mark.parametrize(("recurrent", "gates"), [("rnn", 1), ("lstm", 4)])
def test_singh_and_fang_with_recurrence(recurrent: str, gates: int) -> None:
    net = SinghFangNet(3, SinghFangOptions(recurrent=recurrent))  # type: ignore[arg-type]
    first, second = (24 * ROWS + 128 + 2) * 128, (128 + 128 + 2) * 128
    assert count(net) == CONVOLUTIONS + gates * (first + second) + 129 * 64 + 65 * 3


def test_singh_and_fang_join_two_branches_of_64() -> None:
    net = SinghFangNet(4, SinghFangOptions(recurrent="rnn", video=True)).eval()
    assert net.embed(torch.rand(1, 200, 300), torch.rand(1, 20, 60, 100)).shape == (1, 128)
    with pytest.raises(OptionError, match="faces"):
        net(torch.rand(1, 200, 300))


@pytest.mark.parametrize(("side", "colours", "left"), [(48, 1, 6), (88, 3, 11)])
def test_kottayam_pictures(side: int, colours: int, left: int) -> None:
    net = KottayamImageNet(7, KottayamImageOptions(side=side, colours=colours))
    maps = (9 * colours + 1) * 64 + (9 * 64 + 1) * 128 + (9 * 128 + 1) * 256
    assert count(net) == maps + (256 * left**2 + 1) * 512 + 513 * 7


def test_kottayam_voices() -> None:
    lstm = 4 * 123 * (1 + 123 + 2)  # torch keeps two biases where one would do
    assert count(KottayamVoiceNet(7)) == lstm + 124 * 64 + 65 * 32 + 33 * 7


def test_grey_serves_where_rgb_is_expected() -> None:
    net = KottayamImageNet(7, KottayamImageOptions(side=16, colours=3, channels=(4,))).eval()
    grey = torch.rand(2, 16, 16)
    assert torch.equal(net(grey), net(grey.unsqueeze(1).repeat(1, 3, 1, 1)))


def test_a_video_of_one_picture_repeated_is_judged_as_that_picture() -> None:
    options = KottayamImageOptions(side=16, channels=(4,), hidden=8)
    picture_net, video_net = (
        KottayamImageNet(7, options).eval(),
        KottayamVideoNet(7, options).eval(),
    )
    video_net.load_state_dict(picture_net.state_dict())
    pictures = torch.rand(2, 16, 16)
    video = pictures.unsqueeze(1).repeat(1, 5, 1, 1)
    torch.testing.assert_close(video_net(video), picture_net(pictures))


def test_singh_and_fang_read_time_along_the_columns() -> None:
    """The last state has seen the end of the recording; a change there must reach it."""
    net = SinghFangNet(4, SinghFangOptions(rows=64, columns=96, recurrent="rnn")).eval()
    seen: list[tuple[int, ...]] = []
    assert net.audio.recurrence is not None
    net.audio.recurrence.register_forward_hook(lambda _, inputs, __: seen.append(inputs[0].shape))
    net(torch.rand(2, 64, 96))
    rows, columns = net.options.map_size
    assert seen == [(2, columns, 24 * rows)]
