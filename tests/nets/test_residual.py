import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.errors import OptionError  # noqa: E402
from emoarc.nets import ResidualNet, ResidualOptions  # noqa: E402

SMALL = {"stem": 4, "channels": (8, 8), "blocks": (1, 2)}


def net(**options: float) -> ResidualNet:
    torch.manual_seed(0)
    return ResidualNet(5, ResidualOptions(**SMALL, **options)).eval()


def faces() -> torch.Tensor:
    return torch.rand(3, 1, 32, 32, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("side", [24, 31, 40, 45])
@pytest.mark.parametrize("stride", [1, 2])
def test_any_side_will_do(side: int, stride: int) -> None:
    logits = net(stem_kernel=5, stem_stride=stride, focus=0.5)(torch.rand(2, 1, side, side))
    assert logits.shape == (2, 5)
    assert logits.isfinite().all()


@pytest.mark.parametrize("focus", [0.0, 0.6])
def test_light_does_not_matter(focus: float) -> None:
    small = net(focus=focus)
    with torch.inference_mode():
        same = small(faces() * 0.5 + 0.3) - small(faces())
    assert same.abs().max() < 0.05 * small(faces()).abs().max()


def test_with_focus_the_corners_hardly_set_the_light() -> None:
    """A white background changes what the net sees in the middle less."""
    framed = faces()
    framed[:, :, :4], framed[:, :, -4:] = 1, 1

    def middle(focus: float) -> float:
        seen = [_standardised(net(focus=focus), images) for images in (faces(), framed)]
        return float((seen[0] - seen[1])[:, :, 12:20, 12:20].abs().mean())

    assert middle(0.5) < 0.5 * middle(0.0)


def _standardised(small: ResidualNet, images: torch.Tensor) -> torch.Tensor:
    seen: list[torch.Tensor] = []
    small.features.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    with torch.inference_mode():
        small(images)
    return seen[0]


@pytest.mark.parametrize("options", [{"stem_kernel": 4}, {"stem_stride": 0}, {"focus": -1.0}])
def test_impossible_shapes_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(OptionError):
        net(**options)
