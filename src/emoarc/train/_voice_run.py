"""From a voice recipe and the corpora to figures and, where the recipe makes one, a pack."""

from pathlib import Path
from typing import Any

from emoarc.audio import VoiceInput
from emoarc.errors import OptionError
from emoarc.train._loop import Progress
from emoarc.train._voice import NoiseBank, VoiceRecipe, VoiceSet
from emoarc.train._voice_corpora import read_clips
from emoarc.train._voice_features import FeatureOptions, Spectrograms, read_spectrograms
from emoarc.train._voice_folds import run_folds
from emoarc.train._voice_pack import train_voice_pack

__all__ = ["train_voice"]


def train_voice(
    recipe: VoiceRecipe, data: Path, out: Path, progress: Progress | None = None
) -> dict[str, Any]:
    """Carry a voice recipe out, and return its figures.

    Args:
        recipe: What to do.
        data: The folder that holds `corpora/` and `noise/`.
        out: Where checkpoints, spectrograms (about 1 GB) and the pack go.
        progress: Told the figures of each epoch.

    Raises:
        OptionError: A corpus is not there, or the recipe contradicts itself.
    """
    cache = out / "spectrograms"
    voice_input = VoiceInput(level=recipe.level, normalisation="none")
    clips = read_clips(data, recipe.corpora)
    options = FeatureOptions(voice_input, recipe.speeds)
    voices = VoiceSet.of(clips, read_spectrograms([c.path for c in clips], options, cache))
    noise = _read_noise(data / "noise", voice_input, cache) if recipe.augmentation.noise else None
    if recipe.protocol == "ravdess-folds":
        return run_folds(recipe, voices, noise, out, progress)
    return train_voice_pack(recipe, voices, noise, data, out, progress)


def _read_noise(folder: Path, voice_input: VoiceInput, cache: Path) -> NoiseBank:
    options = FeatureOptions(voice_input, trim=False)

    def read(name: str) -> Spectrograms:
        paths = sorted((folder / name).rglob("*.*"))
        if not paths:
            raise OptionError(f"{folder / name}: no noise here; give its place with --data")
        return read_spectrograms(paths, options, cache)

    return NoiseBank(read("esc10"), read("librispeech"))
