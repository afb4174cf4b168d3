import dataclasses

import numpy as np
import pytest

from emoarc.analysis import Analysis, of_one_voice, summarize
from emoarc.fusion import SEVERAL_VOICES, express
from emoarc.labels import EMOTIONS
from emoarc.timeline import Timeline

ANGRY = np.eye(7)[EMOTIONS.index("anger")]
FLAT = np.full(7, 1 / 7)


@pytest.fixture
def timeline() -> Timeline:
    """One speaker for 2 s, two for 3 s, a crowd for 5 s: by voice, and as if fused."""
    return Timeline.from_expressions(
        [
            row
            for modality in ("voice", "fused")
            for row in (
                express(0.0, 2.0, "V1", modality, ANGRY, 0.9),
                express(2.0, 5.0, "V1", modality, FLAT, 0.0, False, SEVERAL_VOICES["overlap"]),
                express(5.0, 10.0, "V1", modality, FLAT, 0.0, False, SEVERAL_VOICES["crowd"]),
            )
        ]
    )


def test_several_voices_count_for_nobody(timeline: Timeline) -> None:
    for row in summarize(timeline):
        assert (row.seconds, row.label, row.shares["anger"]) == (2.0, "anger", 1.0)
    assert of_one_voice(timeline).select(modality="voice").seconds == 2.0


def test_a_crowd_alone_is_no_subject(timeline: Timeline) -> None:
    crowd = Timeline(timeline.table.filter(timeline.table["start"].to_numpy() >= 5))
    assert summarize(crowd) == ()
    assert of_one_voice(crowd).subjects == ()


def test_the_analysis_says_for_how_long_several_were_heard(timeline: Timeline) -> None:
    analysis = Analysis("", None, (), timeline, None, (), (), None, (), {})  # type: ignore[arg-type]
    assert analysis.several_voices == {"overlap": 3.0, "crowd": 5.0}
    alone = dataclasses.replace(analysis, timeline=of_one_voice(timeline))
    assert alone.several_voices == {}
