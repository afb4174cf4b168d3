"""Torch architectures, one module per architecture or paper, and nothing else.

Training builds them from recipes; inference never imports this room, it runs their ONNX export.
Every network is built as `Net(labels, options)`, and its `forward` returns logits (n, labels). Of
the papers' networks, `embed` returns the features that the last layer classifies.
"""

from emoarc.nets._face_detector import FaceDetectorNet, FaceDetectorOptions
from emoarc.nets._face_embedder import FaceEmbedder, FaceEmbedderOptions
from emoarc.nets._hossain_muhammad import (
    HossainVideoNet,
    HossainVideoOptions,
    HossainVoiceNet,
    HossainVoiceOptions,
)
from emoarc.nets._keropyan import (
    KeropyanAudioNet,
    KeropyanAudioOptions,
    KeropyanHybridNet,
    KeropyanHybridOptions,
)
from emoarc.nets._kottayam import (
    KottayamCkNet,
    KottayamCkOptions,
    KottayamImageNet,
    KottayamImageOptions,
    KottayamVideoNet,
    KottayamVoiceNet,
    KottayamVoiceOptions,
)
from emoarc.nets._landmark_net import LandmarkNet, LandmarkNetOptions
from emoarc.nets._layer_probe import LayerProbeNet, LayerProbeOptions, pool_frames
from emoarc.nets._overlap import OverlapNet, OverlapNetOptions
from emoarc.nets._residual import ResidualNet, ResidualOptions
from emoarc.nets._singh_fang import SinghFangNet, SinghFangOptions
from emoarc.nets._speaker import SpeakerNet, SpeakerNetOptions
from emoarc.nets._vgg import VggTransferNet, VggTransferOptions
from emoarc.nets._voice import VoiceNet, VoiceNetOptions

__all__ = [
    "FaceDetectorNet",
    "FaceDetectorOptions",
    "FaceEmbedder",
    "FaceEmbedderOptions",
    "HossainVideoNet",
    "HossainVideoOptions",
    "HossainVoiceNet",
    "HossainVoiceOptions",
    "KeropyanAudioNet",
    "KeropyanAudioOptions",
    "KeropyanHybridNet",
    "KeropyanHybridOptions",
    "KottayamCkNet",
    "KottayamCkOptions",
    "KottayamImageNet",
    "KottayamImageOptions",
    "KottayamVideoNet",
    "KottayamVoiceNet",
    "KottayamVoiceOptions",
    "LandmarkNet",
    "LandmarkNetOptions",
    "LayerProbeNet",
    "LayerProbeOptions",
    "OverlapNet",
    "OverlapNetOptions",
    "ResidualNet",
    "ResidualOptions",
    "SinghFangNet",
    "SinghFangOptions",
    "SpeakerNet",
    "SpeakerNetOptions",
    "VggTransferNet",
    "VggTransferOptions",
    "VoiceNet",
    "VoiceNetOptions",
    "pool_frames",
]
