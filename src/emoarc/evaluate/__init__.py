"""Figures of merit, and what they are taken of: predictions, kept in a table, and model packs.

The measures are pure functions of truth and prediction, without torch or scikit-learn.
"""

from emoarc.evaluate._bootstrap import (
    FEWEST_GROUPS,
    Interval,
    bootstrap_interval,
    count_speakers,
    sampling_units,
    speaker_interval,
)
from emoarc.evaluate._classes import (
    ClassScores,
    accuracy,
    class_scores,
    confusion_matrix,
    macro_f1,
    recalls,
    uar,
    weighted_f1,
)
from emoarc.evaluate._compare import Difference, McNemar, mcnemar, paired_bootstrap
from emoarc.evaluate._detection import match_boxes
from emoarc.evaluate._diarization import DiarizationFigures, diarization_figures
from emoarc.evaluate._dimensions import ccc
from emoarc.evaluate._figures import interval, recall_by_class, rounded, rounded_list
from emoarc.evaluate._groups import GroupRow, age_band, group_table
from emoarc.evaluate._pack import PackOptions, evaluate_pack, predict_clips
from emoarc.evaluate._predictions import Predictions, read_predictions
from emoarc.evaluate._probabilities import (
    Reliability,
    brier_score,
    expected_calibration_error,
    negative_log_likelihood,
    reliability,
    softmax,
)
from emoarc.evaluate._report import class_table, evaluation_figures
from emoarc.evaluate._tested import count_left_out
from emoarc.evaluate._tracking import Scene, TrackingFigures, tracking_figures
from emoarc.evaluate._versus import compare

__all__ = [
    "FEWEST_GROUPS",
    "ClassScores",
    "DiarizationFigures",
    "Difference",
    "GroupRow",
    "Interval",
    "McNemar",
    "PackOptions",
    "Predictions",
    "Reliability",
    "Scene",
    "TrackingFigures",
    "accuracy",
    "age_band",
    "bootstrap_interval",
    "brier_score",
    "ccc",
    "class_scores",
    "class_table",
    "compare",
    "confusion_matrix",
    "count_left_out",
    "count_speakers",
    "diarization_figures",
    "evaluate_pack",
    "evaluation_figures",
    "expected_calibration_error",
    "group_table",
    "interval",
    "macro_f1",
    "match_boxes",
    "mcnemar",
    "negative_log_likelihood",
    "paired_bootstrap",
    "predict_clips",
    "read_predictions",
    "recall_by_class",
    "recalls",
    "reliability",
    "rounded",
    "rounded_list",
    "sampling_units",
    "softmax",
    "speaker_interval",
    "tracking_figures",
    "uar",
    "weighted_f1",
]
