"""A network as a classifier: the job that the training loop runs, and prediction."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# torch's annotations are partial.

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn

from emoarc.errors import OptionError
from emoarc.evaluate import accuracy, negative_log_likelihood
from emoarc.train._augment_faces import augment_faces
from emoarc.train._checkpoint import save_tensors
from emoarc.train._loop import Batch, Progress, fit, soft_cross_entropy
from emoarc.train._voice_augment import VoiceAugmentation, mask
from emoarc.train.systems._architectures import ARCHITECTURES
from emoarc.train.systems._examples import Arrays, Examples
from emoarc.train.systems._recipe import Member, SystemRecipe

__all__ = ["NetClassifier"]


class NetClassifier:
    """A net that learns by gradient descent."""

    def __init__(
        self, recipe: SystemRecipe, member: Member, out: Path, progress: Progress | None = None
    ) -> None:
        schedule = member.schedule or recipe.schedule
        self._recipe, self._member = replace(recipe, schedule=schedule), member
        self._out, self._progress = out, progress
        self._net: nn.Module = nn.Identity()
        self.parameters = 0
        """How many numbers the net learns, once it has begun to."""
        self._scales: list[_Scale] = []

    def fit(self, examples: Examples, validation: Examples | None = None) -> None:
        """Train, going on from a checkpoint in the output folder if there is one."""
        self._scales = [_Scale.of(examples, i) for i in range(len(examples.arrays))]
        torch.manual_seed(self._recipe.seed)
        net = self._build(tuple(array.shape[2:] for array in examples.arrays))
        self.parameters = sum(p.numel() for p in net.parameters() if p.requires_grad)
        job = _Job(net, self._recipe, examples, validation, self)
        self._net = fit(job, self._recipe.learning, self._out, self._progress)
        save_tensors(dict(self._net.state_dict()), self._out / "net.safetensors")

    def _build(self, shapes: tuple[tuple[int, ...], ...]) -> nn.Module:
        name, labels = self._member.architecture, len(self._recipe.labels)
        build = ARCHITECTURES[name].net
        assert build is not None  # or this were no net
        try:
            net = build(self._member.learner, labels, shapes)
            _try(net, shapes, labels)
        except (IndexError, RuntimeError, TypeError, ValueError) as error:
            given = " and ".join(map(str, shapes))
            raise OptionError(
                f"members: {name} cannot take inputs of shape {given} ({error}); give it others, "
                "or change their sizes"
            ) from error
        if self._member.base:
            net.load_base(Path(self._member.base))  # pyright: ignore[reportCallIssue]
        return net

    def predict(self, inputs: Arrays) -> NDArray[np.float64]:
        """Return probabilities, shape (n, labels)."""
        return np.concatenate([p.double().softmax(1).numpy() for p in self._run(inputs, self._net)])

    def embed(self, inputs: Arrays) -> NDArray[np.float32]:
        """Return what the net's last layer takes in, shape (n, features)."""
        embed: Any = self._net.embed
        return np.concatenate([features.numpy() for features in self._run(inputs, embed)])

    def tensors(self, inputs: Arrays) -> tuple[Tensor, ...]:
        """Return inputs as the net takes them."""
        return tuple(scale(x) for scale, x in zip(self._scales, inputs, strict=True))

    @torch.inference_mode()
    def _run(self, inputs: Arrays, function: Any, batch: int = 64) -> Iterator[Tensor]:
        for start in range(0, len(inputs[0]), batch):
            rows = tuple(array[start : start + batch] for array in inputs)
            yield function(*self.tensors(rows)).float()


@torch.no_grad()
def _try(net: nn.Module, shapes: tuple[tuple[int, ...], ...], labels: int) -> None:
    """Run a net once, before it has learnt for hours what it cannot tell."""
    logits = net.eval()(*(torch.zeros(2, *shape) for shape in shapes))
    net.train()
    if logits.shape != (2, labels):
        raise ValueError(f"gives {tuple(logits.shape)} for (2, {labels})")


class _Scale:
    """Pictures become shares of white; numbers of unlike scales are standardised by training."""

    def __init__(self, mean: NDArray[np.float32], deviation: NDArray[np.float32]) -> None:
        self._mean, self._deviation = mean, deviation

    @classmethod
    def of(cls, examples: Examples, index: int) -> "_Scale":
        array = examples.arrays[index]
        if array.dtype == np.uint8:
            return cls(np.zeros(1, np.float32), np.full(1, 255, np.float32))
        if array.dtype == np.float16:  # standardised one by one, or by the net
            return cls(np.zeros(1, np.float32), np.ones(1, np.float32))
        (known,) = examples.of([index]).all
        return cls(known.mean(axis=0), np.maximum(known.std(axis=0), 1e-6))

    def __call__(self, array: NDArray[Any]) -> Tensor:
        return torch.from_numpy((array.astype(np.float32) - self._mean) / self._deviation)


class _Job:
    """What the loop must know."""

    loss = staticmethod(soft_cross_entropy)

    def __init__(
        self,
        net: nn.Module,
        recipe: SystemRecipe,
        examples: Examples,
        validation: Examples | None,
        classifier: NetClassifier,
    ) -> None:
        self.net = net
        self.steps = max(1, len(examples) // recipe.schedule.batch_size)
        self._recipe, self._examples, self._validation = recipe, examples, validation
        self._classifier = classifier

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield the examples in a new order, altered anew."""
        generator = np.random.default_rng([self._recipe.seed, epoch])
        order = generator.permutation(len(self._examples))
        for rows in np.array_split(order, self.steps):
            yield self._mixed(
                self._inputs(rows, generator), self._examples.targets[rows], generator
            )

    def validate(self, net: nn.Module) -> dict[str, float]:
        """Measure on the validation clips, if there are any; the score is their accuracy."""
        if self._validation is None:
            return {}
        logits = self._logits(net, self._validation)
        truth = self._validation.classes
        return {
            "score": accuracy(truth, logits.argmax(axis=1)),
            "nll": negative_log_likelihood(truth, logits),
        }

    @torch.inference_mode()
    def _logits(self, net: nn.Module, examples: Examples) -> NDArray[np.float32]:
        device = next(net.parameters()).device
        batches = np.array_split(np.arange(len(examples)), len(examples) // 64 + 1)
        tensors = (self._classifier.tensors(examples.get(rows)) for rows in batches)
        return torch.cat([net(*(x.to(device) for x in xs)).float() for xs in tensors]).cpu().numpy()

    def _inputs(self, rows: NDArray[np.int64], generator: Generator) -> tuple[Tensor, ...]:
        arrays = self._examples.get(rows)
        tensors = self._classifier.tensors(tuple(self._masked(x, generator) for x in arrays))
        return tuple(
            self._moved(x, generator) if a.dtype == np.uint8 else x
            for a, x in zip(arrays, tensors, strict=True)
        )

    def _masked(self, array: NDArray[Any], generator: Generator) -> NDArray[Any]:
        """Mask spectrograms, which are inputs in half precision of shape (n, rows, columns)."""
        if array.dtype != np.float16 or array.ndim != 3 or not any(self._recipe.mask):
            return array
        rows, columns = self._recipe.mask
        options = VoiceAugmentation(band_mask=rows, time_mask=columns)
        # `mask` takes frames first.
        return np.stack([mask(x.astype(np.float32).T, options, generator).T for x in array]).astype(
            np.float16
        )

    def _moved(self, pictures: Tensor, generator: Generator) -> Tensor:
        """Alter single pictures, shape (n, side, side); faces over time stay as they are."""
        if self._recipe.pictures is None or pictures.ndim != 3:
            return pictures
        drawn = torch.Generator().manual_seed(int(generator.integers(2**31)))
        side = pictures.shape[-1]
        return augment_faces(pictures[:, None], self._recipe.pictures, drawn, side)[:, 0]

    def _mixed(
        self, inputs: tuple[Tensor, ...], targets: NDArray[np.float32], generator: Generator
    ) -> Batch:
        goals = torch.from_numpy(targets)
        if not self._recipe.mixup:
            return inputs, goals
        share = float(generator.beta(self._recipe.mixup, self._recipe.mixup))
        order = torch.from_numpy(generator.permutation(len(goals)))
        mixed = tuple(share * x + (1 - share) * x[order] for x in inputs)
        return mixed, share * goals + (1 - share) * goals[order]
