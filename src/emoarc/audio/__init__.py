"""Sound: its features, noise, voice activity, speakers, and the expression heard in a voice.

`VoiceBranch` is the stage that joins them: it takes `AudioChunk`s and gives `VoiceObservation`s.
"""

from emoarc.audio._baselines import SpeakerBaselineOptions, SpeakerBaselines
from emoarc.audio._branch import VoiceBranch, VoiceBranchOptions
from emoarc.audio._denoise import Denoiser, DenoiserMaker, Untouched
from emoarc.audio._expression import VoiceExpressionModel, VoiceReading
from emoarc.audio._features import LogMel, LogMelOptions
from emoarc.audio._functionals import DESCRIPTORS, FUNCTIONALS, descriptors, functionals
from emoarc.audio._gate import GateOptions, SpectralGate
from emoarc.audio._gtcrn import Gtcrn, open_gtcrn
from emoarc.audio._input import Normalisation, VoiceInput
from emoarc.audio._overlap_add import OverlapAdd
from emoarc.audio._quality import levels, voice_quality
from emoarc.audio._scenes import SCENES, OverlapDetector
from emoarc.audio._signal import as_mono, resample
from emoarc.audio._speakers import SpeakerEmbedder, SpeakerOptions, Speakers
from emoarc.audio._turns import TurnDetector, TurnOptions
from emoarc.audio._utterances import UtteranceOptions, UtteranceSegmenter, Window, cut_windows
from emoarc.audio._vad import FRAME, FRAME_SECONDS, VoiceActivity, speech_span
from emoarc.audio._waveform import WaveformInput, read_voice_input

__all__ = [
    "DESCRIPTORS",
    "FRAME",
    "FRAME_SECONDS",
    "FUNCTIONALS",
    "SCENES",
    "Denoiser",
    "DenoiserMaker",
    "GateOptions",
    "Gtcrn",
    "LogMel",
    "LogMelOptions",
    "Normalisation",
    "OverlapAdd",
    "OverlapDetector",
    "SpeakerBaselineOptions",
    "SpeakerBaselines",
    "SpeakerEmbedder",
    "SpeakerOptions",
    "Speakers",
    "SpectralGate",
    "TurnDetector",
    "TurnOptions",
    "Untouched",
    "UtteranceOptions",
    "UtteranceSegmenter",
    "VoiceActivity",
    "VoiceBranch",
    "VoiceBranchOptions",
    "VoiceExpressionModel",
    "VoiceInput",
    "VoiceReading",
    "WaveformInput",
    "Window",
    "as_mono",
    "cut_windows",
    "descriptors",
    "functionals",
    "levels",
    "open_gtcrn",
    "read_voice_input",
    "resample",
    "speech_span",
    "voice_quality",
]
