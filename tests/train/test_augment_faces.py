from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.train._augment_faces import (  # noqa: E402
    FaceAugmentation,
    _compress,
    augment_faces,
)

STILL = FaceAugmentation(
    rotation=0, scale=0, shift=0, shear=0, contrast=0, blur=0, low_resolution=0, noise=0, erase=0
)


SHARES = ("blur", "low_resolution", "noise", "erase")
LATER = ("sharpen", "compress", "background", "mouth")
"""What came later, and draws no chance where it is not wanted."""


def pictures(n: int = 16) -> torch.Tensor:
    return torch.rand(n, 1, 48, 48, generator=torch.Generator().manual_seed(0))


def augment(options: FaceAugmentation, side: int = 48, seed: int = 1) -> torch.Tensor:
    return augment_faces(pictures(), options, torch.Generator().manual_seed(seed), side)


def smooth_pictures(n: int = 64) -> torch.Tensor:
    y, x = torch.meshgrid(torch.linspace(0, 6, 48), torch.linspace(0, 5, 48), indexing="ij")
    waves = [(x + k).sin() * (y - k).cos() for k in range(n)]
    return torch.stack(waves)[:, None] * 0.3 + 0.5


def changed_places(fault: str) -> torch.Tensor:
    """Mean change that one fault, and nothing else, does to each pixel, shape (48, 48)."""
    originals, options = smooth_pictures(), replace(STILL, **{fault: 1.0})
    draws = [torch.Generator().manual_seed(5) for _ in range(2)]
    changed = augment_faces(originals, options, draws[0], 48)
    plain = augment_faces(originals, STILL, draws[1], 48)
    return (changed - plain).abs().mean(dim=(0, 1))


def test_without_strength_a_picture_is_only_mirrored() -> None:
    changed, original = augment(STILL), pictures()
    same = (changed - original).abs().amax(dim=(1, 2, 3)) < 1e-3
    mirrored = (changed - original.flip(-1)).abs().amax(dim=(1, 2, 3)) < 1e-3
    assert (same ^ mirrored).all()
    assert 0 < same.sum() < len(same)


@pytest.mark.parametrize("side", [30, 32, 48])
def test_results_are_pictures_of_the_side_asked_for(side: int) -> None:
    everything = dict.fromkeys((*SHARES, *LATER), 1)
    changed = augment(FaceAugmentation(**everything), side)
    assert changed.shape == (16, 1, side, side)
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_the_same_seed_gives_the_same_pictures() -> None:
    options = FaceAugmentation()
    torch.testing.assert_close(augment(options), augment(options), rtol=0, atol=0)
    assert not torch.equal(augment(options), augment(options, seed=2))


@pytest.mark.parametrize("fault", LATER)
def test_each_fault_changes_pictures(fault: str) -> None:
    assert changed_places(fault).max() > 0.005


def test_the_background_is_around_the_face() -> None:
    change = changed_places("background")
    assert change[14:34, 14:34].max() < 1e-3
    assert change[[0, 0, -1, -1], [0, -1, 0, -1]].min() > 0.1


def test_the_mouth_is_low_in_the_middle() -> None:
    change = changed_places("mouth")
    assert change[:24].max() < 1e-3
    assert change[36, 24] > 0.1


def test_compression_is_coarser_for_what_is_fine() -> None:
    """A slow wave survives in blocks of cosines, a checkerboard of the same contrast does not."""
    fine = (torch.arange(48)[:, None] + torch.arange(48)) % 2 * 0.1 + 0.45
    slow = (torch.arange(48) * 2 * torch.pi / 48).sin().expand(48, 48) * 0.05 + 0.5
    images = torch.stack([fine, slow])[:, None].repeat(8, 1, 1, 1)
    packed = _compress(images, 1.0, torch.Generator().manual_seed(0))
    error = (packed - images).abs().mean(dim=(1, 2, 3)).view(8, 2).mean(dim=0)
    assert error[0] > 3 * error[1]


def test_frames_choose_what_is_shown() -> None:
    """A frame that shows the upper left quarter enlarges it."""
    images = smooth_pictures(4)
    quarter = torch.tensor([[0.5, 0.0, -0.5], [0.0, 0.5, -0.5]]).repeat(4, 1, 1)
    draws = torch.Generator().manual_seed(5)
    shown = augment_faces(images, STILL, draws, 24, quarter)
    expected = images[:, :, :24, :24]
    same = (shown - expected).abs().amax(dim=(1, 2, 3)) < 0.01
    mirrored = (shown - expected.flip(-1)).abs().amax(dim=(1, 2, 3)) < 0.01
    assert (same | mirrored).all()


def test_blur_and_low_resolution_smooth() -> None:
    def roughness(images: torch.Tensor) -> float:
        return float((images[..., 1:] - images[..., :-1]).abs().mean())

    plain = roughness(augment(STILL))
    blurred = FaceAugmentation(0, 0, 0, 0, 0, blur=1, low_resolution=0, noise=0, erase=0)
    coarse = FaceAugmentation(0, 0, 0, 0, 0, blur=0, low_resolution=1, noise=0, erase=0)
    assert roughness(augment(blurred)) < 0.8 * plain
    assert roughness(augment(coarse)) < 0.8 * plain
