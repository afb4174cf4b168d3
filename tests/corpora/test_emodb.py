from collections import Counter

import pytest
from tests.corpora.trees import place

from emoarc.corpora import CORPORA, read_corpora

EMODB = CORPORA["emodb"]


def test_names_and_speakers_are_read(official):
    anger, boredom, sadness = EMODB.read(official("emodb")).clips
    assert (anger.emotion, anger.speaker, anger.sex, anger.age) == ("anger", "emodb-03", "male", 31)
    assert (boredom.emotion, boredom.label, boredom.sex) == ("boredom", None, "female")
    assert (sadness.sentence, sadness.language) == ("a05", "de")


def test_recognition_rates_are_read_as_they_were_published(official):
    rates = [clip.recognition for clip in EMODB.read(official("emodb")).clips]
    assert rates == [pytest.approx(0.95), pytest.approx(1.0), None]


@pytest.mark.parametrize(
    "content", ["Nr.\tDatei\n", "Nr.\tSatz\terkannt\n1\t03a01Wa.wav\tviel\n", ""]
)
def test_a_spoilt_table_costs_the_rates_alone(official, content):
    root = place(official("emodb"), "erkennung.txt", content=content)
    manifest = EMODB.read(root)
    assert [clip.recognition for clip in manifest.clips] == [None] * 3
    assert [problem.file.name for problem in manifest.problems] == ["erkennung.txt"]


@pytest.mark.parametrize("name", ["04a01Wa.wav", "03c01Wa.wav", "03a01Xa.wav"])
def test_strange_names_are_told(official, name):
    (problem,) = EMODB.read(place(official("emodb"), f"wav/{name}")).problems
    assert "not an EMO-DB name" in problem.what


def test_the_whole_corpus(shared):
    manifest = read_corpora(shared, ["emodb"])
    assert manifest.problems == ()
    assert Counter(clip.emotion for clip in manifest.clips) == {
        "anger": 127, "boredom": 81, "disgust": 46, "fear": 69, "happiness": 71, "sadness": 62,
        "neutral": 79,
    }  # fmt: skip
    assert Counter(c.sex for c in manifest.clips) == {"female": 302, "male": 233}
    # The corpus holds what at least eight in ten recognised; a few lie a little below.
    rates = [clip.recognition for clip in manifest.clips]
    assert None not in rates
    assert min(rate for rate in rates if rate is not None) > 0.6
