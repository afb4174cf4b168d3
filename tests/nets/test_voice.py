import pytest

from emoarc.errors import OptionError

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")

from emoarc.nets import VoiceNet, VoiceNetOptions  # noqa: E402

SMALL = VoiceNetOptions(bands=16, stem=4, channels=(4, 6), width=8, attention=4, hidden=6)


@pytest.mark.parametrize("frames", [1, 7, 48, 401])
def test_speech_of_any_length_gives_two_readings_of_two_experts(frames: int) -> None:
    net = VoiceNet(7, SMALL, functionals=5).eval()
    logits = net(torch.randn(3, frames, 16), torch.randn(3, 5))
    assert logits.shape == (3, 2, 2, 7)
    assert logits.isfinite().all()


def test_the_level_of_a_recording_does_not_matter_to_the_spectral_expert() -> None:
    net = VoiceNet(7, SMALL, functionals=5).eval()
    speech, functionals = torch.randn(1, 50, 16), torch.randn(1, 5)
    with torch.inference_mode():
        difference = (net(speech, functionals) - net(speech + 6, functionals)).abs().max()
    assert difference < 1e-4


def test_a_clip_is_judged_alike_alone_and_in_a_batch() -> None:
    net = VoiceNet(7, SMALL, functionals=5).eval()
    speech, functionals = torch.randn(4, 50, 16), torch.randn(4, 5)
    with torch.inference_mode():
        together = net(speech, functionals)
        alone = torch.cat([net(speech[i : i + 1], functionals[i : i + 1]) for i in range(4)])
    assert (together - alone).abs().max() < 1e-5


def test_functionals_are_judged_on_the_scale_they_had_in_training() -> None:
    net = VoiceNet(7, SMALL, functionals=5).eval()
    speech, functionals = torch.randn(8, 20, 16), torch.randn(8, 5)
    scaled = functionals * torch.tensor([1.0, 10, 100, 0.1, 5]) + 3
    with torch.inference_mode():
        net.standardise(functionals)
        before = net(speech, functionals)
        net.standardise(scaled)
        assert (net(speech, scaled) - before).abs().max() < 1e-3


def test_conditions_are_known_to_both_experts() -> None:
    net = VoiceNet(7, VoiceNetOptions(16, 4, (4, 6), 8, 4, hidden=6, conditions=1), 5).eval()
    speech, functionals = torch.randn(1, 20, 16), torch.randn(1, 5)
    with torch.inference_mode():
        read = [net(speech, torch.cat([functionals, torch.tensor([[c]])], 1)) for c in (0.0, 1.0)]
    assert ((read[0] - read[1]).abs().amax(dim=(0, 2, 3)) > 1e-4).all()


def test_bands_that_cannot_be_halved_are_refused() -> None:
    with pytest.raises(OptionError, match="bands"):
        VoiceNetOptions(bands=20, channels=(4, 4, 4))


def test_the_default_stays_small() -> None:
    assert sum(p.numel() for p in VoiceNet(7).parameters()) < 1_000_000
