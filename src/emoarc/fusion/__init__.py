"""Fusion: one estimate from face and voice, and one that holds steady over time.

Evidence enters as face and voice `Expression`s. Speech is attributed to a subject, the two
modalities are combined on a grid of cells, and the fused rows are smoothed over time. Beside them
stand segments, and how far face and voice differ.
"""

from emoarc.fusion._attribute import UNSEEN, Turn, attribute
from emoarc.fusion._cells import Cell, Cells
from emoarc.fusion._combine import (
    EXPERTS,
    Combiner,
    DecisionBayes,
    ExtremeLearning,
    FixedCombiner,
    FusionRule,
    Pool,
    Stacking,
    combine,
    expert_features,
)
from emoarc.fusion._express import SEVERAL_VOICES, express
from emoarc.fusion._fitted import RULES, Fitted, load_fitted
from emoarc.fusion._fuse import FusionOptions, FusionStage
from emoarc.fusion._hmm import ExpressionHMM, ForwardFilter, forward, forward_backward
from emoarc.fusion._incongruence import INCONGRUENCE_SCHEMA, divergence, incongruence
from emoarc.fusion._lips import NO_MOMENTS, lip_features, lip_moments, lip_score, voiced_opening
from emoarc.fusion._over_time import LiveSmoother, Segment, segments, smooth_rows
from emoarc.fusion._pool import log_linear_pool
from emoarc.fusion._rules import FixedRule, fuse
from emoarc.fusion._smooth import CausalSmoother, smooth

__all__ = [
    "EXPERTS",
    "INCONGRUENCE_SCHEMA",
    "NO_MOMENTS",
    "RULES",
    "SEVERAL_VOICES",
    "UNSEEN",
    "CausalSmoother",
    "Cell",
    "Cells",
    "Combiner",
    "DecisionBayes",
    "ExpressionHMM",
    "ExtremeLearning",
    "Fitted",
    "FixedCombiner",
    "FixedRule",
    "ForwardFilter",
    "FusionOptions",
    "FusionRule",
    "FusionStage",
    "LiveSmoother",
    "Pool",
    "Segment",
    "Stacking",
    "Turn",
    "attribute",
    "combine",
    "divergence",
    "expert_features",
    "express",
    "forward",
    "forward_backward",
    "fuse",
    "incongruence",
    "lip_features",
    "lip_moments",
    "lip_score",
    "load_fitted",
    "log_linear_pool",
    "segments",
    "smooth",
    "smooth_rows",
    "voiced_opening",
]
