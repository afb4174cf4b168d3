import json

import numpy as np
import pytest

from emoarc.evaluate import interval, recall_by_class, rounded, rounded_list

TRUTH = np.array([0, 0, 0, 2] * 25)


@pytest.mark.parametrize(("speakers", "bracketed"), [(1, False), (7, False), (8, True)])
def test_few_speakers_give_no_interval(speakers: int, bracketed: bool) -> None:
    figures = interval(lambda items: float(np.mean(TRUTH[items] == 0)), np.arange(100) % speakers)
    assert figures["value"] == 0.75
    assert (figures["low"] is not None, figures["high"] is not None) == (bracketed, bracketed)


def test_what_was_not_measured_is_null() -> None:
    recall = recall_by_class(("calm", "fear", "anger"), TRUTH, np.zeros(100, np.int64))
    assert json.loads(json.dumps(recall)) == {"calm": 1.0, "fear": None, "anger": 0.0}
    assert rounded({"a": 0.12345, "b": float("nan")}) == {"a": 0.1235, "b": None}
    assert rounded_list(np.array([2 / 3, np.nan])) == [0.6667, None]
