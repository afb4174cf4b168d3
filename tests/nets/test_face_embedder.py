import pytest

from emoarc.errors import OptionError

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.nets import FaceEmbedder, FaceEmbedderOptions  # noqa: E402


@pytest.fixture
def net() -> FaceEmbedder:
    torch.manual_seed(0)
    return FaceEmbedder().eval()


def test_answers_are_unit_vectors(net: FaceEmbedder) -> None:
    answers = net(torch.rand(3, 1, 48, 48))
    assert answers.shape == (3, 128)
    assert torch.allclose(answers.norm(dim=1), torch.ones(3))


def test_light_does_not_matter(net: FaceEmbedder) -> None:
    faces = torch.rand(2, 1, 48, 48)
    assert torch.allclose(net(faces), net(0.3 * faces + 0.5), atol=0.02)


def test_it_is_small() -> None:
    assert sum(p.numel() for p in FaceEmbedder().parameters()) <= 400_000


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"channels": (8, 16)}, "channels"),
        ({"blocks": (1, 0, 1, 1)}, "blocks"),
        ({"side": 50}, "side"),
        ({"size": 0}, "size"),
    ],
)
def test_impossible_shapes_are_refused(options: dict[str, int], named: str) -> None:
    with pytest.raises(OptionError, match=named):
        FaceEmbedderOptions(**options)
