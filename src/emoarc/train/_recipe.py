"""What every recipe holds."""

from dataclasses import dataclass
from typing import Literal

from emoarc.errors import OptionError

__all__ = ["Recipe", "Schedule"]


@dataclass(frozen=True)
class Schedule:
    """How the training loop runs, whatever it trains."""

    epochs: int
    batch_size: int
    learning_rate: float
    """The peak, after warming up."""
    optimizer: Literal["sgd", "adamw", "adam"] = "sgd"
    """Nesterov momentum 0.9, AdamW, or Adam, to which weight decay is a part of the gradient."""
    schedule: Literal["cosine", "constant"] = "cosine"
    """After warming up the rate falls to zero along a half cosine, or stays as it is."""
    weight_decay: float = 5e-4
    """For matrices and kernels; biases and normalisations are not decayed."""
    warmup_epochs: float = 1.0
    average: float = 0.998
    """Decay per step of the moving average of the weights, which is what is kept; with 0 that is
    the weights themselves."""
    clip_norm: float = 5.0
    """The gradient's norm is cut to this."""
    bfloat16: bool = True
    """Multiply in bfloat16; about thrice as fast on CPUs that have it."""
    threads: int = 2

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "learning_rate", "threads", "clip_norm"):
            if getattr(self, name) <= 0:
                raise OptionError(f"{name}: must be positive")
        for name in ("weight_decay", "warmup_epochs"):
            if getattr(self, name) < 0:
                raise OptionError(f"{name}: must not be negative")
        if not 0 <= self.average < 1:
            raise OptionError("average: must lie in [0, 1)")


@dataclass(frozen=True)
class Recipe:
    """What every recipe holds; each task adds its own tables."""

    name: str
    """Of the pack it makes, or of the system."""
    task: str
    """What is trained, such as `voice-expression` or `system`."""
    version: str
    seed: int
    schedule: Schedule
