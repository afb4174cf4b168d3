"""Targets: classes, votes, weights, and altered copies."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.corpora import Clip
from emoarc.train.systems import read_system
from emoarc.train.systems._examples import make_examples

CLIPS = [
    Clip(Path("a"), "x", "audio", "happiness"),
    Clip(Path("b"), "x", "audio", "anger", votes={"anger": 3, "sad": 1, "disgust": 4}),
    Clip(Path("c"), "x", "audio", "anger"),
    Clip(Path("d"), "x", "audio", "anger", votes={"disgust": 4}),
]
ARRAY = np.arange(4 * 2 * 3, dtype=np.float32).reshape(4, 2, 3)


def test_a_target_is_the_class(recipe: Path) -> None:
    examples = make_examples(read_system(recipe), CLIPS, [0, 2], (ARRAY,))
    np.testing.assert_array_equal(examples.targets, [[1, 0, 0, 0], [0, 0, 1, 0]])
    np.testing.assert_array_equal(examples.all[0], ARRAY[[0, 2], 0])
    np.testing.assert_array_equal(examples.classes, [0, 2])


def test_votes_decide_their_share(recipe: Path) -> None:
    soft = replace(read_system(recipe), votes=0.5)
    targets = make_examples(soft, CLIPS, [1, 2, 3], (ARRAY,)).targets
    np.testing.assert_allclose(targets[0], [0, 0.125, 0.875, 0])
    np.testing.assert_allclose(targets[1:], [[0, 0, 1, 0]] * 2)  # nobody chose any of the labels


def test_smoothing_spreads_a_share(recipe: Path) -> None:
    smooth = replace(read_system(recipe), smoothing=0.2)
    targets = make_examples(smooth, CLIPS, [0], (ARRAY,)).targets
    np.testing.assert_allclose(targets, [[0.85, 0.05, 0.05, 0.05]])


def test_class_weights_make_classes_weigh_the_same(recipe: Path) -> None:
    weighted = replace(read_system(recipe), class_weights=True)
    targets = make_examples(weighted, CLIPS, [0, 1, 2, 3], (ARRAY,)).targets
    assert targets[:1].sum() == pytest.approx(targets[1:].sum())
    assert targets.sum() == pytest.approx(4)


def test_copies_join_with_the_same_targets_and_pictures_have_none(recipe: Path) -> None:
    pictures = np.arange(4, dtype=np.uint8).reshape(4, 1)
    examples = make_examples(read_system(recipe), CLIPS, [0, 2], (ARRAY, pictures), copies=1)
    assert len(examples) == 4
    sounds, seen = examples.all
    np.testing.assert_array_equal(sounds, ARRAY[[0, 2, 0, 2], [0, 0, 1, 1]])
    np.testing.assert_array_equal(seen, [0, 2, 0, 2])
    np.testing.assert_array_equal(examples.classes, [0, 2, 0, 2])
    assert examples.of([1]).all[0].tolist() == [0, 2, 0, 2]
