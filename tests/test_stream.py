"""A stream gives the same result however its items are cut and interleaved."""

import numpy as np
import pytest

from emoarc.analysis import FACE_SCHEMA, GEOMETRY_COLUMNS
from emoarc.analyzer import AnalysisOptions, Analyzer
from emoarc.errors import NothingToAnalyzeError, OptionError
from emoarc.media import MediaReader, ReadOptions
from emoarc.sample import SAMPLE
from emoarc.types import AudioChunk, VideoFrame


@pytest.fixture(scope="module")
def analyzer():
    return Analyzer(AnalysisOptions(fps=5))


@pytest.fixture(scope="module")
def items():
    with MediaReader(SAMPLE, ReadOptions(fps=5, end=12.0)) as reader:
        return list(reader)


@pytest.fixture(scope="module")
def reference(analyzer, items):
    return _run(analyzer, items)


def _run(analyzer, items):
    stream = analyzer.stream()
    live = [expression for item in items for expression in stream.push(item)]
    live += stream.flush()
    return stream.result().timeline, live


def _recut(chunks, rng):
    """The same samples in chunks of other lengths, some of one sample, some of seconds."""
    samples = np.concatenate([chunk.samples for chunk in chunks])
    start = chunks[0].time
    cuts = np.cumsum(rng.choice([1, 160, 511, 4000, 40_000], len(samples) // 2000))
    ends = [*cuts[cuts < len(samples)].tolist(), len(samples)]
    starts = [0, *ends[:-1]]
    return [AudioChunk(start + a / 16_000, samples[a:b]) for a, b in zip(starts, ends, strict=True)]


def _shuffle_together(frames, chunks, rng):
    """Keep the order within each kind, and mix the kinds at random."""
    kinds = rng.permutation([0] * len(frames) + [1] * len(chunks))
    queues = iter(frames), iter(chunks)
    return [next(queues[kind]) for kind in kinds]


def _assert_same(one, other, tolerance=1e-6):
    assert len(one) == len(other) > 0
    for a, b in zip(one, other, strict=True):
        assert (a.subject, a.modality, a.label) == (b.subject, b.modality, b.label)
        assert a.start == pytest.approx(b.start, abs=tolerance)
        assert a.end == pytest.approx(b.end, abs=tolerance)
        assert a.quality == pytest.approx(b.quality, abs=tolerance)
        np.testing.assert_allclose(a.probabilities, b.probabilities, atol=tolerance)


@pytest.mark.parametrize("seed", range(3))
def test_chunks_and_interleaving_do_not_matter(analyzer, items, reference, seed):
    rng = np.random.default_rng(seed)
    frames = [item for item in items if isinstance(item, VideoFrame)]
    chunks = _recut([item for item in items if isinstance(item, AudioChunk)], rng)
    timeline, live = _run(analyzer, _shuffle_together(frames, chunks, rng))
    _assert_same(timeline, reference[0])
    key = lambda e: (e.start, e.subject, e.modality, e.end)  # noqa: E731
    _assert_same(sorted(live, key=key), sorted(reference[1], key=key))


def test_a_file_is_a_stream_that_ends(items, reference):
    analysis = Analyzer(AnalysisOptions(fps=5, end=12.0)).analyze(SAMPLE)
    _assert_same(analysis.timeline, reference[0])


def test_every_face_is_in_the_table_of_faces(analyzer, items):
    stream = analyzer.stream(voice=False)
    for item in items:
        if isinstance(item, VideoFrame):
            stream.push(item)
    stream.flush()
    result = stream.result()
    assert result.faces.schema == FACE_SCHEMA
    rows = result.timeline.select(modality="face")
    seen = zip(*(result.faces[name].to_pylist() for name in ("time", "subject")), strict=True)
    assert sorted(seen) == sorted((row.start, row.subject) for row in rows)
    told = [result.faces[name].is_valid().to_pylist() for name in GEOMETRY_COLUMNS]
    assert all(each == told[0] for each in told)


def test_a_frame_that_comes_twice_is_seen_once(analyzer, items):
    frames = [item for item in items if isinstance(item, VideoFrame)][:15]
    once, again = (analyzer.stream(voice=False) for _ in range(2))
    for i, frame in enumerate(frames):
        once.push(frame)
        for item in (frame, frame, *frames[max(0, i - 2) : i]):
            again.push(item)
    for stream in (once, again):
        stream.flush()
    _assert_same(again.result().timeline, once.result().timeline)
    assert again.result().faces.equals(once.result().faces)


def test_expressions_come_while_the_stream_runs(analyzer, items):
    stream = analyzer.stream()
    before_the_end = [e for item in items for e in stream.push(item)]
    assert {e.modality for e in before_the_end} == {"face", "voice", "fused"}
    assert max(e.end for e in before_the_end) > items[-1].time - 6


def test_live_fused_rows_have_the_times_of_the_recording_s(reference):
    timeline, live = reference
    fused = sorted((e.start, e.end, e.subject) for e in live if e.modality == "fused")
    assert fused == sorted((e.start, e.end, e.subject) for e in timeline.select(modality="fused"))


def test_a_flushed_stream_takes_nothing_more(analyzer, items):
    stream = analyzer.stream()
    stream.flush()
    assert stream.flush() == []
    with pytest.raises(OptionError, match="flushed"):
        stream.push(items[0])


def test_a_stream_without_voices_takes_no_audio(analyzer):
    stream = analyzer.stream(voice=False)
    with pytest.raises(OptionError, match="without voices"):
        stream.push(AudioChunk(0.0, np.zeros(160, np.float32)))


@pytest.mark.parametrize(
    "item",
    [
        VideoFrame(0.0, np.zeros((48, 48), np.uint8)),
        VideoFrame(0.0, np.zeros((48, 48, 3), np.float32)),
        VideoFrame(float("nan"), np.zeros((48, 48, 3), np.uint8)),
        AudioChunk(0.0, np.zeros((2, 160), np.float32)),
        AudioChunk(0.0, np.zeros(160, np.int16)),
    ],
)
def test_an_item_of_another_kind_is_refused_in_one_line(analyzer, item):
    with pytest.raises(OptionError, match="stream: "):
        analyzer.stream().push(item)


def test_an_empty_stream_has_an_empty_timeline(analyzer):
    stream = analyzer.stream()
    assert stream.flush() == []
    result = stream.result()
    assert len(result.timeline) == 0
    assert result.faces.equals(FACE_SCHEMA.empty_table())


def test_a_stream_can_be_concluded_and_saved(analyzer, items, tmp_path):
    stream = analyzer.stream()
    for item in items:
        stream.push(item)
    analysis = analyzer.conclude(stream)
    assert analysis.file == "live"
    assert analysis.media is None
    files = analysis.save(tmp_path, ["html", "json", "csv", "vtt"])
    assert all(file.stat().st_size > 100 for file in files)


def test_a_stream_of_nothing_cannot_be_concluded(analyzer):
    with pytest.raises(NothingToAnalyzeError, match="live"):
        analyzer.conclude(analyzer.stream())
