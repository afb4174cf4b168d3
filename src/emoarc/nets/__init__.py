"""Torch architectures, one module per architecture, and nothing else.

Training builds them from recipes; inference never imports this room, it runs their ONNX export.
"""

from emoarc.nets._residual import ResidualNet, ResidualOptions
from emoarc.nets._voice import VoiceNet, VoiceNetOptions

__all__ = ["ResidualNet", "ResidualOptions", "VoiceNet", "VoiceNetOptions"]
