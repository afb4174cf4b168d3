"""Fusion: one estimate from face and voice, and one that holds steady over time.

Evidence enters as face and voice `Expression`s. Speech is attributed to a subject, the two
modalities are pooled on a grid of cells, and the pooled distributions are smoothed.
"""

from emoarc.fusion._attribute import Turn, attribute
from emoarc.fusion._express import express
from emoarc.fusion._fuse import FusionOptions, FusionStage
from emoarc.fusion._lips import NO_MOMENTS, lip_features, lip_moments, lip_score, voiced_opening
from emoarc.fusion._pool import log_linear_pool
from emoarc.fusion._smooth import CausalSmoother, smooth

__all__ = [
    "NO_MOMENTS",
    "CausalSmoother",
    "FusionOptions",
    "FusionStage",
    "Turn",
    "attribute",
    "express",
    "lip_features",
    "lip_moments",
    "lip_score",
    "log_linear_pool",
    "smooth",
    "voiced_opening",
]
