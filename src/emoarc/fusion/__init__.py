"""Fusion: one estimate from face and voice, and one that holds steady over time.

Evidence enters as face and voice `Expression`s. Speech is attributed to a subject, the two
modalities are pooled on a grid of cells, and the pooled distributions are smoothed.
"""

from emoarc.fusion._attribute import Attributor, SoleFaceAttributor
from emoarc.fusion._express import express
from emoarc.fusion._fuse import FusionOptions, FusionStage
from emoarc.fusion._pool import log_linear_pool
from emoarc.fusion._rules import FixedRule, fuse
from emoarc.fusion._smooth import CausalSmoother, smooth

__all__ = [
    "Attributor",
    "CausalSmoother",
    "FixedRule",
    "FusionOptions",
    "FusionStage",
    "SoleFaceAttributor",
    "express",
    "fuse",
    "log_linear_pool",
    "smooth",
]
