import numpy as np
import onnxruntime as ort
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")
pytest.importorskip("onnx", reason="exporting needs the extra `train`")

from emoarc.errors import ModelError  # noqa: E402
from emoarc.evaluate import expected_calibration_error, softmax  # noqa: E402
from emoarc.nets import ResidualNet, ResidualOptions  # noqa: E402
from emoarc.train._export import export_onnx, fit_temperature  # noqa: E402
from emoarc.train._face_pack import FlipAveraged  # noqa: E402


def small_net() -> torch.nn.Module:
    torch.manual_seed(0)
    net = ResidualNet(15, ResidualOptions(4, (8,), (2,)))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return net


def test_any_number_of_pictures_runs_in_the_exported_net() -> None:
    net, names = FlipAveraged(small_net()), ["logits", "others"]
    session = ort.InferenceSession(export_onnx(net, torch.rand(2, 1, 48, 48), outputs=names))
    for n in (1, 5):
        pictures = torch.rand(n, 1, 48, 48)
        found = session.run(names, {"input": pictures.numpy()})
        with torch.inference_mode():
            for ours, theirs in zip(found, net(pictures), strict=True):
                np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-4)


def test_a_picture_and_its_mirror_image_get_the_same_logits() -> None:
    net = FlipAveraged(small_net()).eval()
    pictures = torch.rand(3, 1, 48, 48)
    with torch.inference_mode():
        torch.testing.assert_close(net(pictures), net(pictures.flip(-1)))


def test_lighting_does_not_matter() -> None:
    net = small_net().eval()
    pictures = torch.rand(3, 1, 48, 48)
    with torch.inference_mode():
        torch.testing.assert_close(net(pictures), net(0.4 * pictures + 0.2), atol=0.05, rtol=0)


def test_a_net_that_exports_wrongly_is_refused() -> None:
    class Frozen(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            # The tracer keeps this number, which depends on the pictures.
            return x.mean(dim=(1, 2, 3))[:, None] + float(x[-1].mean())

    with pytest.warns(), pytest.raises(ModelError, match="differ from torch's"):
        export_onnx(Frozen(), torch.tensor([1.0, 5.0]).view(2, 1, 1, 1).repeat(1, 1, 8, 8))


def test_temperature_undoes_overconfidence() -> None:
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(4000, 5)) * 1.5
    truth = np.array([generator.choice(5, p=row) for row in softmax(logits)])
    temperature = fit_temperature(truth, logits * 2.5)
    assert temperature == pytest.approx(2.5, rel=0.1)
    assert expected_calibration_error(truth, softmax(logits * 2.5 / temperature)) < 0.03
