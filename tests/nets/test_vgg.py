from pathlib import Path

import pytest

from emoarc.errors import ModelError, OptionError

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")

from safetensors.torch import load_file, save_file  # noqa: E402

from emoarc.nets import VggTransferNet, VggTransferOptions  # noqa: E402

NARROW = VggTransferOptions(width=1 / 32, hidden=6)
TORCHVISION = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
"""Places of the convolutions in torchvision's `vgg16().features`."""


def test_the_whole_base_is_vgg16() -> None:
    base = VggTransferNet(7).features
    assert sum(x.numel() for x in base.parameters()) == 14_714_688  # Simonyan & Zisserman's D
    names = {f"{place}.{kind}" for place in TORCHVISION for kind in ("weight", "bias")}
    assert set(base.state_dict()) == names


def test_only_the_head_of_a_frozen_net_learns() -> None:
    net = VggTransferNet(7, NARROW).train()
    net(torch.rand(2, 32, 32)).sum().backward()
    assert all(x.grad is None for x in net.features.parameters())
    assert all(x.grad is not None for x in net.dense.parameters())
    net.freeze(False)
    net(torch.rand(2, 32, 32)).sum().backward()
    assert all(x.grad is not None for x in net.features.parameters())


def test_a_base_comes_back_from_its_file(tmp_path: Path) -> None:
    torch.manual_seed(1)
    giver, taker = VggTransferNet(7, NARROW), VggTransferNet(7, NARROW)
    giver.save_base(tmp_path / "base.safetensors")
    taker.load_base(tmp_path / "base.safetensors")
    pictures = torch.rand(2, 48, 40)
    assert torch.equal(giver.base(pictures), taker.base(pictures))
    assert not torch.equal(giver.embed(pictures), taker.embed(pictures))


def test_a_file_may_hold_the_old_head_too(tmp_path: Path) -> None:
    path = tmp_path / "base.safetensors"
    net = VggTransferNet(7, NARROW)
    net.save_base(path)
    save_file({**load_file(path), "classifier.6.weight": torch.zeros(1000, 8)}, path)
    net.load_base(path)


def test_files_that_do_not_serve_are_refused_in_one_line(tmp_path: Path) -> None:
    net, path = VggTransferNet(7, NARROW), tmp_path / "base.safetensors"
    with pytest.raises(ModelError, match=r"base\.safetensors"):
        net.load_base(path)
    path.write_bytes(b"no weights at all")
    with pytest.raises(ModelError, match="no weights"):
        net.load_base(path)
    save_file({"conv1.weight": torch.zeros(3)}, path)
    with pytest.raises(ModelError, match=r"lacks features\.0\.weight"):
        net.load_base(path)
    VggTransferNet(7, VggTransferOptions(width=1 / 16)).save_base(path)
    with pytest.raises(ModelError, match="width"):
        net.load_base(path)


def test_a_refused_file_changes_nothing(tmp_path: Path) -> None:
    net, path = VggTransferNet(7, NARROW), tmp_path / "base.safetensors"
    before = {name: x.clone() for name, x in net.state_dict().items()}
    stored = {f"features.{name}": x + 1 for name, x in net.features.state_dict().items()}
    del stored["features.28.bias"]
    save_file(stored, path)
    with pytest.raises(ModelError, match=r"features\.28\.bias"):
        net.load_base(path)
    assert all(torch.equal(x, before[name]) for name, x in net.state_dict().items())


def test_pictures_below_32_pixels_are_refused() -> None:
    with pytest.raises(OptionError, match="32 pixels"):
        VggTransferNet(7, NARROW)(torch.rand(1, 31, 48))
