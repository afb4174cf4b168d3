import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoarc.labels import CIRCUMPLEX, EMOTIONS, VIEWS, emotion_of, valence_arousal


def test_the_order_is_fixed():
    assert EMOTIONS == (
        "neutral", "happiness", "sadness", "anger", "fear", "disgust", "surprise"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("word", "emotion"),
    [("Calm", "neutral"), ("excited", "happiness"), (" ANG ", "anger"), ("ps", "surprise"),
     ("contempt", None), ("boredom", None), ("", None)],
)  # fmt: skip
def test_corpus_words_map_to_emotions(word, emotion):
    assert emotion_of(word) == emotion


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_every_emotion_names_itself(emotion):
    assert emotion_of(emotion) == emotion


def test_views_are_subsets():
    assert all(set(view) <= set(EMOTIONS) for view in VIEWS.values())


@given(st.lists(st.floats(0.01, 1), min_size=7, max_size=7))
def test_valence_and_arousal_stay_in_range(weights):
    position = valence_arousal(np.array(weights) / sum(weights))
    assert position.shape == (2,)
    assert np.all(np.abs(position) <= 1)


def test_certainty_lies_on_the_circumplex():
    np.testing.assert_allclose(valence_arousal(np.eye(7)), CIRCUMPLEX)
