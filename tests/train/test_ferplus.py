from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.errors import OptionError
from emoarc.labels import EMOTIONS
from emoarc.train._ferplus import (
    FERPLUS_LABELS,
    find_ferplus,
    read_fer2013_labels,
    read_ferplus,
)


def test_votes_become_shares_in_the_order_of_the_labels(ferplus: Path) -> None:
    faces = read_ferplus(ferplus, "Train")
    assert faces.images.shape == (40, 48, 48)
    neutral = dict(zip(FERPLUS_LABELS, faces.votes[1].tolist(), strict=True))
    assert neutral["neutral"] == pytest.approx(0.8)
    assert neutral["sadness"] == pytest.approx(0.2)
    assert FERPLUS_LABELS[faces.majority[1]] == "neutral"


def test_single_votes_are_dropped(ferplus: Path) -> None:
    happy = read_ferplus(ferplus, "Train").votes[0]
    assert happy[FERPLUS_LABELS.index("happiness")] == pytest.approx(7 / 9)
    assert happy.sum() == pytest.approx(1)


def test_no_face_has_no_votes_and_no_majority(ferplus: Path) -> None:
    faces = read_ferplus(ferplus, "Train")
    assert faces.majority[38] == -1
    assert not faces.votes[38].any()
    assert (np.delete(faces.majority, 38) >= 0).all()


def test_pictures_are_resampled(ferplus: Path) -> None:
    assert read_ferplus(ferplus, "Valid", side=24).images.shape == (40, 24, 24)


def test_original_labels(ferplus: Path) -> None:
    labels = read_fer2013_labels(ferplus, "PrivateTest")
    assert len(labels) == 40
    assert EMOTIONS[labels["fer0000000.png"]] == "happiness"


def test_the_corpus_is_found_in_its_usual_places(ferplus: Path) -> None:
    assert find_ferplus(ferplus) == find_ferplus(ferplus.parent) == ferplus
    with pytest.raises(OptionError, match="FER\\+ is not here"):
        find_ferplus(ferplus / "FER2013Train")


def test_the_shared_corpus(shared: Path) -> None:
    faces = read_ferplus(find_ferplus(shared), "Test")
    assert len(faces.names) == 3573
    # A majority of more than half of all votes; more pictures than that have some usable vote.
    assert 3100 < (faces.majority >= 0).sum() < faces.votes.any(axis=1).sum() < 3573
