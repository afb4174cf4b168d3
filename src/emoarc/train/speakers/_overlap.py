"""The overlap detector: a network that learns how many people are heard, from composed scenes."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# torch annotates itself in part only.

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from emoarc.audio import FRAME, SCENES, LogMelOptions, VoiceInput
from emoarc.corpora import Clip
from emoarc.files import atomic
from emoarc.media import read_audio
from emoarc.nets import OverlapNet, OverlapNetOptions
from emoarc.train._loop import Batch, device_of
from emoarc.train._recipe import Recipe
from emoarc.train._voice_augment import VoiceAugmentation, mask, tilt
from emoarc.train.speakers._scenes import compose_scene, crowd, read_voices

__all__ = ["INPUT", "OverlapJob", "OverlapRecipe", "Scenes", "read_scenes", "scene_figures"]

INPUT: Final = VoiceInput(
    LogMelOptions(window=0.04, hop=0.016, n_fft=1024, bands=96), normalisation="none"
)
"""What the net takes in: windows and bands so narrow that harmonics of two pitches lie apart."""

_FRAMES: Final = 180
"""Frames of voice activity in a scene: 5.76 s."""
_CROWDS: Final = 100
"""Crowds that are composed, of which each scene with a crowd has one."""
_FLOOR: Final = float(np.log(INPUT.features.floor))
"""Log-mel of digital silence."""
_STEP: Final = 2
"""Frames of voice activity in a step of the network."""


@dataclass(frozen=True)
class OverlapRecipe(Recipe):
    """A recipe of the task `overlap-detection`."""

    corpora: tuple[str, ...]
    """Whose voices the scenes are made of."""
    scenes: int
    """Scenes composed for training."""
    fitting: tuple[str, ...]
    """Speakers kept from training, of whom the scenes are made on which the epoch is chosen."""
    measuring: tuple[str, ...]
    """Speakers kept from all of that."""
    steps: int = 45
    """Steps of the network in an example."""
    net: OverlapNetOptions = field(default_factory=OverlapNetOptions)
    augmentation: VoiceAugmentation = field(default_factory=VoiceAugmentation)


@dataclass(frozen=True)
class Scenes:
    """Composed scenes."""

    log_mel: NDArray[np.float16]
    """Shape (scenes, frames, bands)."""
    truth: NDArray[np.int64]
    """Which of `SCENES` each step is, shape (scenes, steps)."""


class OverlapJob:
    """What the loop must know: the net, the batches, and how well other scenes are told."""

    def __init__(self, recipe: OverlapRecipe, training: Scenes, validation: Scenes) -> None:
        torch.manual_seed(recipe.seed)
        self.net: nn.Module = OverlapNet(len(SCENES), recipe.net)
        self._recipe, self._training, self._validation = recipe, training, validation
        self.steps = 2 * len(training.truth) // recipe.schedule.batch_size

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield stretches of scenes, twice as many as scenes, with the truth of each step."""
        generator = np.random.default_rng([self._recipe.seed, epoch])
        steps, stride = self._recipe.steps, self._recipe.net.stride
        scenes, length = self._training.truth.shape
        for _ in range(self.steps):
            rows = generator.integers(scenes, size=self._recipe.schedule.batch_size)
            starts = generator.integers(length - steps + 1, size=len(rows))
            sounds: list[NDArray[np.float32]] = []
            for row, start in zip(rows, starts, strict=True):
                part = self._training.log_mel[row, start * stride : (start + steps) * stride]
                told = tilt(part.astype(np.float32), generator.normal(0, 4))
                sounds.append(mask(told, self._recipe.augmentation, generator))
            truth = self._training.truth[rows[:, None], starts[:, None] + np.arange(steps)]
            _silence(sounds, truth, stride, generator)
            yield torch.from_numpy(np.stack(sounds)), torch.from_numpy(truth)

    def loss(self, logits: Tensor, truth: Tensor, whole: Tensor) -> Tensor:
        """Cross-entropy of each step."""
        flat = logits.float().flatten(0, 1), truth.flatten()
        loss = functional.cross_entropy(*flat, label_smoothing=0.05, reduction="sum")
        return loss / whole.numel()

    def validate(self, net: nn.Module) -> dict[str, float]:
        """Measure the mean F1 of overlap and crowd."""
        figures = scene_figures(net, self._validation, self._recipe.steps)
        return {"score": (figures["overlap"] + figures["crowd"]) / 2, **figures}


def read_scenes(
    clips: Sequence[Clip], noises: Sequence[Path], count: int, seed: int, cache: Path
) -> Scenes:
    """Compose scenes of recordings, or read those composed before from the folder `cache`."""
    facts = (count, seed, *(file.name for file in (*(clip.file for clip in clips), *noises)))
    path = cache / f"scenes-{hashlib.sha256(repr(facts).encode()).hexdigest()[:16]}.npz"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        voices = read_voices([(clip.speaker, clip.file) for clip in clips])
        sounds, generator = [read_audio(file) for file in noises], np.random.default_rng(seed)
        crowds = [crowd(voices, _FRAMES * FRAME, generator) for _ in range(_CROWDS)]
        made: list[tuple[NDArray[np.float16], NDArray[np.int64]]] = []
        for _ in range(count):
            sound, truth = compose_scene(voices, crowds, sounds, _FRAMES, generator)
            frames = INPUT(np.pad(sound, (0, FRAME)))
            made.append((frames.astype(np.float16), _by_step(truth)))
        with atomic(path) as temporary:
            np.savez(
                temporary,
                log_mel=np.stack([frames for frames, _ in made]),
                truth=np.stack([truth for _, truth in made]),
            )
    with np.load(path) as arrays:
        return Scenes(arrays["log_mel"], arrays["truth"])


@torch.inference_mode()
def scene_figures(net: nn.Module, scenes: Scenes, steps: int) -> dict[str, float]:
    """Return the F1 of each of `SCENES` over the scenes, cut into stretches of `steps`."""
    length = scenes.truth.shape[1] // steps * steps
    stride = scenes.log_mel.shape[1] // scenes.truth.shape[1]
    sounds = torch.from_numpy(scenes.log_mel[:, : length * stride].astype(np.float32))
    sounds = sounds.reshape(-1, steps * stride, sounds.shape[2]).to(device_of(net))
    logits = torch.cat([net(part).float().cpu() for part in sounds.split(64)])
    found = logits.argmax(dim=2).numpy().ravel()
    truth = scenes.truth[:, :length].ravel()
    return {name: _f1(found == n, truth == n) for n, name in enumerate(SCENES)}


def _silence(
    sounds: list[NDArray[np.float32]], truth: NDArray[np.int64], stride: int, generator: Generator
) -> None:
    """Let a fifth of the examples begin with digital silence, as recordings do, or end so."""
    for sound, labels in zip(sounds, truth, strict=True):
        steps = int(generator.integers(1, len(labels) // 2)) if generator.random() < 0.2 else 0
        if generator.random() < 0.5:
            sound[: steps * stride], labels[:steps] = _FLOOR, 0
        elif steps:
            sound[-steps * stride :], labels[-steps:] = _FLOOR, 0


def _f1(found: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    return round(2 * float((found & truth).sum()) / max(int(found.sum() + truth.sum()), 1), 4)


def _by_step(truth: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what most frames of each step are."""
    counts = np.eye(len(SCENES), dtype=np.int64)[truth.reshape(-1, _STEP)].sum(axis=1)
    return len(SCENES) - 1 - counts[:, ::-1].argmax(axis=1)  # of two as many, the later one
