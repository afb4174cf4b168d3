import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.train._augment_faces import FaceAugmentation, augment_faces  # noqa: E402

STILL = FaceAugmentation(
    rotation=0, scale=0, shift=0, shear=0, contrast=0, blur=0, low_resolution=0, noise=0, erase=0
)


def pictures(n: int = 16) -> torch.Tensor:
    return torch.rand(n, 1, 48, 48, generator=torch.Generator().manual_seed(0))


def augment(options: FaceAugmentation, side: int = 48, seed: int = 1) -> torch.Tensor:
    return augment_faces(pictures(), options, torch.Generator().manual_seed(seed), side)


def test_without_strength_a_picture_is_only_mirrored() -> None:
    changed, original = augment(STILL), pictures()
    same = (changed - original).abs().amax(dim=(1, 2, 3)) < 1e-3
    mirrored = (changed - original.flip(-1)).abs().amax(dim=(1, 2, 3)) < 1e-3
    assert (same ^ mirrored).all()
    assert 0 < same.sum() < len(same)


@pytest.mark.parametrize("side", [32, 48])
def test_results_are_pictures_of_the_side_asked_for(side: int) -> None:
    changed = augment(FaceAugmentation(blur=1, low_resolution=1, noise=1, erase=1), side)
    assert changed.shape == (16, 1, side, side)
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_the_same_seed_gives_the_same_pictures() -> None:
    options = FaceAugmentation()
    torch.testing.assert_close(augment(options), augment(options), rtol=0, atol=0)
    assert not torch.equal(augment(options), augment(options, seed=2))


def test_blur_and_low_resolution_smooth() -> None:
    def roughness(images: torch.Tensor) -> float:
        return float((images[..., 1:] - images[..., :-1]).abs().mean())

    plain = roughness(augment(STILL))
    blurred = FaceAugmentation(0, 0, 0, 0, 0, blur=1, low_resolution=0, noise=0, erase=0)
    coarse = FaceAugmentation(0, 0, 0, 0, 0, blur=0, low_resolution=1, noise=0, erase=0)
    assert roughness(augment(blurred)) < 0.8 * plain
    assert roughness(augment(coarse)) < 0.8 * plain
