"""From a voice recipe and the corpora to figures and, where the recipe makes one, a pack."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emoarc.audio import VoiceInput
from emoarc.corpora import RAVDESS_LABELS
from emoarc.media import read_audio
from emoarc.train._augment_signal import SignalBank
from emoarc.train._loop import Progress
from emoarc.train._voice import NoiseBank, VoiceRecipe, VoiceSet
from emoarc.train._voice_clips import noise_files, read_voice_clips
from emoarc.train._voice_features import FeatureOptions, VoiceFeatures, read_features
from emoarc.train._voice_pack import train_voice_pack
from emoarc.train._voice_protocol import run_protocol

__all__ = ["read_voices", "train_voice"]


def train_voice(
    recipe: VoiceRecipe, data: Path, out: Path, progress: Progress | None = None
) -> dict[str, Any]:
    """Carry a voice recipe out, and return its figures.

    Args:
        recipe: What to do.
        data: The folder that holds the corpora, and `noise/`.
        out: Where checkpoints, features (about 2 GB with four copies) and the pack go.
        progress: Told the figures of each epoch.

    Raises:
        OptionError: A corpus is not there, or the recipe contradicts itself.
    """
    voice_input = VoiceInput(level=recipe.level, normalisation="none")
    options = FeatureOptions(voice_input, recipe.copies, recipe.signal)
    bank = noise = None
    if recipe.augmentation.noise or recipe.signal.noise or recipe.signal.babble:
        noises, talkers = noise_files(data), _talkers(recipe, data)
        plain = FeatureOptions(voice_input, trim=False, statistics=False)
        noise = NoiseBank(read_features(noises, plain), read_features(talkers, plain))
        bank = SignalBank(*([read_audio(path) for path in paths] for paths in (noises, talkers)))
    cache = out / "features"
    voices = read_voices(data, tuple(recipe.corpora), options, recipe.labels, bank, cache)
    if recipe.protocol != "pack":
        return run_protocol(recipe, voices, noise, out, progress)
    return train_voice_pack(recipe, voices, noise, data, out, progress)


def read_voices(
    data: Path,
    corpora: Sequence[str],
    options: FeatureOptions,
    labels: Sequence[str] = RAVDESS_LABELS,
    bank: SignalBank | None = None,
    cache: Path | None = None,
) -> VoiceSet:
    """Read the clips of `corpora` and their features, which are kept corpus by corpus."""
    clips = {corpus: read_voice_clips(data, [corpus], labels) for corpus in corpora}
    parts = [
        read_features([clip.file for clip in part], options, bank, cache) for part in clips.values()
    ]
    return VoiceSet.of(
        [clip for part in clips.values() for clip in part], VoiceFeatures.join(parts)
    )


def _talkers(recipe: VoiceRecipe, data: Path) -> list[Path]:
    clips = read_voice_clips(data, ["librispeech"])
    return [clip.file for clip in clips if clip.speaker not in recipe.held_out]
