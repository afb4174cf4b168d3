"""From a voice recipe and the corpora to figures and, where the recipe makes one, a pack."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emoarc.audio import VoiceInput
from emoarc.errors import OptionError
from emoarc.train._loop import Progress
from emoarc.train._voice import NoiseBank, VoiceRecipe, VoiceSet
from emoarc.train._voice_clips import read_voice_clips
from emoarc.train._voice_features import FeatureOptions, Spectrograms, read_spectrograms
from emoarc.train._voice_folds import run_folds
from emoarc.train._voice_pack import train_voice_pack

__all__ = ["read_voices", "train_voice"]


def train_voice(
    recipe: VoiceRecipe, data: Path, out: Path, progress: Progress | None = None
) -> dict[str, Any]:
    """Carry a voice recipe out, and return its figures.

    Args:
        recipe: What to do.
        data: The folder that holds the corpora, and `noise/`.
        out: Where checkpoints, spectrograms (about 1 GB) and the pack go.
        progress: Told the figures of each epoch.

    Raises:
        OptionError: A corpus is not there, or the recipe contradicts itself.
    """
    voice_input = VoiceInput(level=recipe.level, normalisation="none")
    speech = FeatureOptions(voice_input, recipe.speeds)
    voices = read_voices(data, tuple(recipe.corpora), speech, out / "spectrograms")
    noise = None
    if recipe.augmentation.noise:
        noise = _read_noise(recipe, data, FeatureOptions(voice_input, trim=False))
    if recipe.protocol == "ravdess-folds":
        return run_folds(recipe, voices, noise, out, progress)
    return train_voice_pack(recipe, voices, noise, data, out, progress)


def read_voices(
    data: Path, corpora: Sequence[str], options: FeatureOptions, cache: Path | None = None
) -> VoiceSet:
    """Read the clips of `corpora` and their spectrograms, which are kept corpus by corpus."""
    clips = {corpus: read_voice_clips(data, [corpus]) for corpus in corpora}
    parts = [
        read_spectrograms([clip.file for clip in part], options, cache) for part in clips.values()
    ]
    return VoiceSet.of([clip for part in clips.values() for clip in part], Spectrograms.join(parts))


def _read_noise(recipe: VoiceRecipe, data: Path, options: FeatureOptions) -> NoiseBank:
    folder = data / "noise/esc10"
    noises = sorted(folder.rglob("*.*"))
    if not noises:
        raise OptionError(f"{folder}: no noise here; give its place with --data")
    talkers = [
        clip.file
        for clip in read_voice_clips(data, ["librispeech"])
        if clip.speaker not in recipe.held_out
    ]
    return NoiseBank(read_spectrograms(noises, options), read_spectrograms(talkers, options))
