"""Model packs: a network, what it expects and how far to trust it, verified before use.

A pack is a folder `NAME/{model.onnx, model.json, CARD.md}`. `model.json` is the `Manifest`; its
sha256 must match the network's bytes, or the pack is not loaded. There is no pickle in a pack.
"""

from emoarc.packs._calibration import Prior, ProbabilityHead, resolve_prior
from emoarc.packs._pack import (
    Manifest,
    ModelPack,
    load_pack,
    open_network,
    shipped_packs,
    write_pack,
)

__all__ = [
    "Manifest",
    "ModelPack",
    "Prior",
    "ProbabilityHead",
    "load_pack",
    "open_network",
    "resolve_prior",
    "shipped_packs",
    "write_pack",
]
