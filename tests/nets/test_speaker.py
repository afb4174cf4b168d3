import pytest

from emoarc.errors import OptionError

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")

from emoarc.nets import (  # noqa: E402
    OverlapNet,
    OverlapNetOptions,
    SpeakerNet,
    SpeakerNetOptions,
    VoiceNetOptions,
)

TRUNK = VoiceNetOptions(bands=16, stem=4, channels=(4, 6), width=8, attention=4)
SMALL = OverlapNetOptions(bands=16, channels=(4, 6, 6), width=8, dilations=(1, 2))


@pytest.mark.parametrize("frames", [7, 48, 401])
def test_an_embedding_has_length_one_for_speech_of_any_length(frames: int) -> None:
    net = SpeakerNet(SpeakerNetOptions(size=12, trunk=TRUNK)).eval()
    vectors = net(torch.randn(3, frames, 16))
    assert vectors.shape == (3, 12)
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(3))


def test_overlap_is_told_for_each_step() -> None:
    net = OverlapNet(4, SMALL).eval()
    assert net(torch.randn(2, 40, 16)).shape == (2, 40 // SMALL.stride, 4)
    speech = torch.randn(1, 40, 16)
    torch.testing.assert_close(net(speech), net(speech + 5), atol=1e-4, rtol=1e-4)


def test_shapes_that_cannot_be_are_refused() -> None:
    with pytest.raises(OptionError, match="halved"):
        OverlapNetOptions(bands=40)
    with pytest.raises(OptionError, match="size"):
        SpeakerNetOptions(size=0)
