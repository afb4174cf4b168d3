"""emoarc: emotional arcs from recordings. Who expresses what, when, from face and voice.

    import emoarc
    analysis = emoarc.analyze("talk.mp4")
    analysis.timeline.to_pandas()

Results speak of expression as perceived by an observer, never of what a person feels.
"""

from typing import TYPE_CHECKING, Any

from emoarc.labels import EMOTIONS

if TYPE_CHECKING:
    from emoarc import models
    from emoarc.analysis import Analysis
    from emoarc.analyzer import AnalysisOptions, Analyzer, analyze
    from emoarc.timeline import Timeline

__all__ = [
    "EMOTIONS",
    "Analysis",
    "AnalysisOptions",
    "Analyzer",
    "Timeline",
    "__version__",
    "analyze",
    "models",
]

__version__ = "0.1.0"

_HOMES = {
    "Analysis": "emoarc.analysis",
    "AnalysisOptions": "emoarc.analyzer",
    "Analyzer": "emoarc.analyzer",
    "Timeline": "emoarc.timeline",
    "analyze": "emoarc.analyzer",
}


def __getattr__(name: str) -> Any:
    """Import the heavy names when they are first used, so that `import emoarc` stays quick."""
    from importlib import import_module

    if name == "models":
        return import_module("emoarc.models")
    if name not in _HOMES:
        raise AttributeError(f"module 'emoarc' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
