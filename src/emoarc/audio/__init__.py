"""Sound: log-mel features, voice activity, utterances, and the expression heard in a voice."""

from emoarc.audio._features import LogMel, LogMelOptions

__all__ = ["LogMel", "LogMelOptions"]
