"""Tiny speech models, made on the fly: ONNX files of every form that serves, and folders."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from emoarc.train._export import to_onnx

HOP, FEATURES = 320, 8
HERTZ = torch.tensor([100, 200, 400, 600, 900, 1800, 3000, 5000])
"""Of the filters in the layer that hears."""
HEARS = 2
"""The one of four layers in which something is heard; the others hold what tells nothing."""
FORMS = ("layers first", "batch first", "an output for each layer", "last layer")


class TinyEncoder(nn.Module):
    """Sound (1, samples) to hidden states, (4, 1, frames, 8) or in another form."""

    def __init__(self, form: str = "layers first") -> None:
        super().__init__()
        self.form = form
        angles = 2 * torch.pi * HERTZ[:, None] * torch.arange(HOP) / 16_000
        self.register_buffer("waves", torch.cat([angles.sin(), angles.cos()])[:, None])

    def forward(self, samples: Tensor) -> Tensor | tuple[Tensor, ...]:
        found = nn.functional.conv1d(samples[:, None], self.waves, stride=HOP)
        power = found[:, :FEATURES].square() + found[:, FEATURES:].square()
        heard = (power + 1e-3).log().transpose(1, 2)
        # The loudness folded many times: like noise, yet the same for the same sound.
        dull = [torch.sin(50 * (number + 1) * heard) for number in range(3)]
        layers = (*dull[:HEARS], heard, *dull[HEARS:])
        match self.form:
            case "layers first":
                return torch.stack(layers)
            case "batch first":
                return torch.stack(layers, dim=1)
            case "last layer":
                return heard
            case _:
                return layers


def write_onnx(path: Path, form: str = "layers first") -> Path:
    """Write a model as Hugging Face's exporter names things."""
    frames = {"last layer": 1, "an output for each layer": 1}.get(form, 2)
    names = {
        "last layer": ["last_hidden_state"],
        "an output for each layer": [f"hidden_states.{layer}" for layer in range(4)],
    }.get(form, ["hidden_states"])
    free = {"input_values": {1: "samples"}, **{name: {frames: "frames"} for name in names}}
    net = TinyEncoder(form).eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(to_onnx(net, [torch.randn(1, 16_000)], ["input_values"], names, free))
    return path


def write_folder(path: Path, kind: str = "Wav2Vec2") -> Any:
    """Write a model of two blocks, drawn at random, and return it."""
    import transformers

    torch.manual_seed(1)
    config = getattr(transformers, f"{kind}Config")(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        conv_dim=(8,) * 7,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=4,
    )
    model = getattr(transformers, f"{kind}Model")(config).eval()
    transformers.utils.logging.disable_progress_bar()
    model.save_pretrained(path)
    return model
