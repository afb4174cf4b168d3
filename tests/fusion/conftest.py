import numpy as np
import pytest

from emoarc.fusion import express
from emoarc.labels import EMOTIONS


@pytest.fixture
def make():
    """Make an expression of one emotion."""

    def make(start, end, modality="face", subject="P1", emotion="happiness", quality=0.8):
        probabilities = np.full(7, 0.05)
        probabilities[EMOTIONS.index(emotion)] = 0.7
        return express(start, end, subject, modality, probabilities, quality, quality >= 0.2)

    return make
