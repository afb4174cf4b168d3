"""Emotional arcs: smoothed curves of expression over a recording, after Chu & Roy 2017."""

from emoarc.arcs._arc import MEASURES, Arc, ArcOptions, build_arc

__all__ = ["MEASURES", "Arc", "ArcOptions", "build_arc"]
