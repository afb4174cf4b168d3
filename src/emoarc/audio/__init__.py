"""Sound: log-mel features, voice activity, utterances, and the expression heard in a voice.

`VoiceBranch` is the stage that joins them: it takes `AudioChunk`s and gives `VoiceObservation`s.
"""

from emoarc.audio._branch import VoiceBranch, VoiceBranchOptions
from emoarc.audio._expression import VoiceExpressionModel
from emoarc.audio._features import LogMel, LogMelOptions
from emoarc.audio._input import Normalisation, VoiceInput
from emoarc.audio._quality import levels, voice_quality
from emoarc.audio._scenes import SCENES, OverlapDetector
from emoarc.audio._signal import as_mono, resample
from emoarc.audio._speakers import SpeakerEmbedder, SpeakerOptions, Speakers
from emoarc.audio._turns import TurnDetector, TurnOptions
from emoarc.audio._utterances import UtteranceOptions, UtteranceSegmenter, Window, cut_windows
from emoarc.audio._vad import FRAME, FRAME_SECONDS, VoiceActivity, speech_span

__all__ = [
    "FRAME",
    "FRAME_SECONDS",
    "SCENES",
    "LogMel",
    "LogMelOptions",
    "Normalisation",
    "OverlapDetector",
    "SpeakerEmbedder",
    "SpeakerOptions",
    "Speakers",
    "TurnDetector",
    "TurnOptions",
    "UtteranceOptions",
    "UtteranceSegmenter",
    "VoiceActivity",
    "VoiceBranch",
    "VoiceBranchOptions",
    "VoiceExpressionModel",
    "VoiceInput",
    "Window",
    "as_mono",
    "cut_windows",
    "levels",
    "resample",
    "speech_span",
    "voice_quality",
]
