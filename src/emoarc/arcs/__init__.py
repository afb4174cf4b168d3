"""Emotional arcs: smoothed curves of expression over a recording, after Chu & Roy 2017.

    families = cluster_arcs(compare_arcs({name: build_arc("all", rows) for name, rows in ...}))

Chu & Roy 2017, "Audio-visual sentiment analysis for learning emotional arcs in movies", IEEE
International Conference on Data Mining.
"""

from emoarc.arcs._arc import MEASURES, Arc, ArcOptions, build_arc
from emoarc.arcs._cluster import Families, cluster_arcs, silhouettes
from emoarc.arcs._compare import DISTANCES, CompareOptions, Comparison, compare_arcs
from emoarc.arcs._turning import TurningPoint, find_turning_points

__all__ = [
    "DISTANCES",
    "MEASURES",
    "Arc",
    "ArcOptions",
    "CompareOptions",
    "Comparison",
    "Families",
    "TurningPoint",
    "build_arc",
    "cluster_arcs",
    "compare_arcs",
    "find_turning_points",
    "silhouettes",
]
