import pytest

from emoarc.errors import OptionError

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")

from emoarc.nets import VoiceNet, VoiceNetOptions  # noqa: E402

SMALL = VoiceNetOptions(bands=16, stem=4, channels=(4, 6), width=8, attention=4)


@pytest.mark.parametrize("frames", [1, 7, 48, 401])
def test_speech_of_any_length_gives_logits(frames: int) -> None:
    net = VoiceNet(7, SMALL).eval()
    logits = net(torch.randn(3, frames, 16))
    assert logits.shape == (3, 7)
    assert logits.isfinite().all()


def test_the_level_of_a_recording_does_not_matter() -> None:
    net = VoiceNet(7, SMALL).eval()
    speech = torch.randn(1, 50, 16)
    with torch.inference_mode():
        difference = (net(speech) - net(speech + 6)).abs().max()
    assert difference < 1e-4


def test_a_clip_is_judged_alike_alone_and_in_a_batch() -> None:
    net = VoiceNet(7, SMALL).eval()
    speech = torch.randn(4, 50, 16)
    with torch.inference_mode():
        together, alone = net(speech), torch.cat([net(clip[None]) for clip in speech])
    assert (together - alone).abs().max() < 1e-5


def test_bands_that_cannot_be_halved_are_refused() -> None:
    with pytest.raises(OptionError, match="bands"):
        VoiceNetOptions(bands=20, channels=(4, 4, 4))


def test_the_default_stays_small() -> None:
    assert sum(p.numel() for p in VoiceNet(7).parameters()) < 1_000_000
