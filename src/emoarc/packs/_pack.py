"""Reading, verifying and writing model packs."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Any

import onnxruntime as ort

from emoarc.errors import ModelError
from emoarc.files import write_bytes, write_text
from emoarc.labels import EMOTIONS

__all__ = ["Manifest", "ModelPack", "load_pack", "open_network", "shipped_packs", "write_pack"]

_SHIPPED = Path(__file__).parent / "shipped"


@dataclass(frozen=True)
class Manifest:
    """What `model.json` says of a network."""

    name: str
    version: str
    task: str
    """The job: one of `face-detection`, `face-landmarks`, `face-embedding`, `face-expression`,
    `voice-expression`, `speaker-embedding`, `overlap-detection`."""
    sha256: str
    """Of `model.onnx`, in hexadecimal."""
    input: dict[str, Any]
    """Shape, rate, normalisation: what the wrapper must do before the network."""
    labels: tuple[str, ...] = ()
    """What a classifier's outputs mean, in order."""
    temperature: float = 1.0
    """Divides a classifier's logits; fitted on validation data."""
    prior: dict[str, float] = field(default_factory=dict[str, float])
    """How often each label occurred in training; what a classifier takes for granted."""
    corpora: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    """Training data: name, licence, what was left out."""
    metrics: dict[str, Any] = field(default_factory=dict[str, Any])
    """Each with the protocol it was measured under."""
    recipe: str = ""
    """The recipe that made it."""


@dataclass(frozen=True)
class ModelPack:
    """A verified pack."""

    folder: Path
    manifest: Manifest

    @cached_property
    def card(self) -> str:
        """The model card, Markdown."""
        return (self.folder / "CARD.md").read_text(encoding="utf-8")

    def side(self) -> int:
        """Return the side in pixels of the square grey pictures that the network takes.

        Raises:
            ModelError: It takes something else.
        """
        match self.manifest.input.get("shape"):
            case [1, int(height), int(width)] if height == width > 0:
                return height
            case shape:
                raise ModelError(f"{self.folder}: expected square grey pictures, not {shape}")

    def session(self, threads: int = 1) -> ort.InferenceSession:
        """Open the network for inference on the CPU with a fixed number of threads."""
        return open_network(self.folder / "model.onnx", threads)


def open_network(file: Path, threads: int = 1) -> ort.InferenceSession:
    """Open an ONNX file for inference on the CPU with a fixed number of threads.

    Raises:
        ModelError: The file is missing or no network.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen types for a bad file
        what = str(error).strip().splitlines()[0]
        raise ModelError(f"{file}: the network cannot be opened: {what}") from error


def load_pack(folder: str | Path, task: str | None = None) -> ModelPack:
    """Read a pack and verify it.

    Args:
        folder: The name of a shipped pack, or a pack's folder (`./NAME` where both exist).
        task: The job the pack must be for, where it matters.

    Raises:
        ModelError: The pack is missing, damaged, or made for another job.
    """
    # A shipped name means the shipped pack, whatever lies in the current folder.
    path = _SHIPPED / folder if str(folder) in shipped_packs() else Path(folder)
    manifest = _read_manifest(path)
    if _sha256(path / "model.onnx") != manifest.sha256:
        raise ModelError(f"{path}: model.onnx is not the file model.json describes; reinstall it")
    if task is not None and manifest.task != task:
        raise ModelError(f"{path}: this pack is for {manifest.task}, not for {task}")
    return ModelPack(path, manifest)


def shipped_packs() -> tuple[str, ...]:
    """Return the names of the packs inside the package."""
    return tuple(sorted(p.parent.name for p in _SHIPPED.glob("*/model.json")))


def write_pack(folder: Path, onnx: bytes, card: str, **facts: Any) -> ModelPack:
    """Write a pack from a network's bytes, its card and the other fields of `Manifest`.

    Raises:
        OutputError: The pack cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    manifest = Manifest(sha256=hashlib.sha256(onnx).hexdigest(), **facts)
    write_bytes(folder / "model.onnx", onnx)
    text = json.dumps(asdict(manifest), indent=2, ensure_ascii=False)
    write_text(folder / "model.json", text + "\n")
    write_text(folder / "CARD.md", card)
    return load_pack(folder)


def _read_manifest(folder: Path) -> Manifest:
    try:
        facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        manifest = Manifest(**(facts | {"labels": tuple(facts.get("labels", ()))}))
        sound = _is_sound(manifest)
    except OSError as error:
        raise ModelError(f"{folder}: no model pack here; see `emoarc models list`") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(f"{folder}: model.json is damaged; reinstall the pack") from error
    if not sound:
        raise ModelError(f"{folder}: model.json contradicts itself; reinstall the pack")
    return manifest


def _is_sound(manifest: Manifest) -> bool:
    """Tell whether the fields can be worked with; raises what a wrong type raises."""
    manifest.input.items()
    shares = [manifest.prior[label] for label in manifest.labels]
    needed = EMOTIONS if manifest.task.endswith("-expression") else ()
    return (
        set(needed) <= set(manifest.labels)
        and len(manifest.prior) == len(manifest.labels)
        and all(0 < share <= 1 for share in shares)
        and 0 < manifest.temperature < inf
    )


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path}: the network is missing; reinstall the pack") from error
