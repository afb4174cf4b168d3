"""Sound: log-mel features, voice activity, utterances, and the expression heard in a voice."""

from emoarc.audio._features import LogMel, LogMelOptions
from emoarc.audio._input import Normalisation, VoiceInput
from emoarc.audio._signal import as_mono, resample

__all__ = ["LogMel", "LogMelOptions", "Normalisation", "VoiceInput", "as_mono", "resample"]
