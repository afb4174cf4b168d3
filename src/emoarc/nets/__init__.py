"""Torch architectures, one module per architecture, and nothing else.

Training builds them from recipes; inference never imports this room, it runs their ONNX export.
"""

from emoarc.nets._residual import ResidualNet, ResidualOptions

__all__ = ["ResidualNet", "ResidualOptions"]
