"""Is speech given to who speaks? Clips of talking people tiled, so that the truth is known.

`python bench/attribution.py --data ../shared -o docs/results/attribution.json` puts clips of people
on whom nothing was fitted side by side, lets one after the other be heard, and analyses that. With
`--files --kinds "two, all mouths move" "three, all mouths move" --recordings 2 --seed 2027 -o
docs/results/attribution-files.json` it writes files and analyses them whole.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import av
import cv2
import numpy as np

from emoarc.analyzer import AnalysisOptions, Analyzer
from emoarc.audio import VoiceBranch, speech_span
from emoarc.evaluate import interval
from emoarc.fusion import Turn, attribute
from emoarc.media import MediaReader, ReadOptions, read_audio
from emoarc.models import (
    load_face_detector,
    load_face_expression,
    load_face_landmarks,
    load_overlap_detection,
    load_speaker_embedding,
    load_voice_expression,
)
from emoarc.stream import Stream
from emoarc.timeline import Timeline
from emoarc.types import (
    SAMPLING_RATE,
    AudioChunk,
    Box,
    Expression,
    FaceObservation,
    VideoFrame,
)
from emoarc.vision import FaceBranch

PROTOCOL = (
    "nine people talking (five of GRID, a portrait, three talking heads), none of whom anything "
    "was trained or fitted on, cut out to tiles of 240 pixels, one to three side by side at 25 "
    "frames a second; drawn with the seed, each has five turns, in drawn order, 0.7 s apart, and "
    "says in each his clip (of a longer one 6 s from a drawn moment on; a short clip is therefore "
    "heard five times), while the others rest (the six frames of their clip in which the lips move "
    "least, to and fro), are still (one of those frames) or go on moving their mouths as if they "
    "spoke (their clip, to and fro from a drawn moment on; nobody listens so: the hard case); "
    "`at once`: without a pause, clips cut from the first speech to the last, so that the voice "
    "activity does not part them; `one turn`: each has one; off screen is a voice whose face is "
    "not shown. Sound goes through the whole voice branch, which tells voices apart by itself; "
    "faces are seen by the face branch in each tile by itself and replayed in their places, at the "
    "stated frames a second; or, where `files` is true, recordings are written as H.264 and AAC in "
    "MP4 and analysed by the whole pipeline. Right is speech time, as found by the voice activity, "
    "whose voice row has the subject in the tile of who has the word (to the middle of pauses), or "
    "for a voice off screen no face's. Intervals draw recordings, of the same nine people, where "
    "there are eight or more. `lips alone` judges each part of an utterance by itself, `live` is "
    "what the stream said at the time, `end` the finished timeline, `less alike` the same had every"
    " part been another recording: noise in the speaker embeddings brings the likeness of a "
    "person's turns down to 0.65, as of recordings that the weight of voices was fitted on. The "
    "weights of lips and voices were fitted on others (attribution-fit.json); how lips are weighed "
    "against voices and how an utterance is parted were chosen on other recordings of these nine "
    "people (seeds 101 to 104; 201, in part with lips out of step with the voice); that a voice "
    "off screen is no less probable beforehand was decided after a look at these recordings, too"
)
FPS, TILE, LEAD, PAUSE, LONGEST = 25, 240, 0.4, 0.7, 6.0
ROUNDS = 5
"""Turns of each in a recording."""
REST = 6
"""Frames of a clip that a listener at rest shows, to and fro."""
CLIPS = (
    *(f"grid_{name}.mpg" for name in ("bbaf2n", "brbk7n", "lbax4n", "lbbc2a", "lrwp9a")),
    "portrait_hevc.mp4",
    *(f"talking_head_{number}.mp4" for number in (1, 2, 3)),
)
UNSEEN = -1
WAYS = "lips alone", "live", "end", "less alike"
ALIKE = 0.65
"""Likeness of turns that are the same recording, once each has something of its own."""


@dataclass(frozen=True)
class Clip:
    """One person, talking."""

    frames: np.ndarray
    """At `FPS`, shape (n, TILE, TILE, 3)."""
    faces: dict[int, FaceObservation]
    """What the face branch sees in each frame of the tile alone."""
    sound: np.ndarray
    rest: int
    """The first of the `REST` frames in which the lips move least."""
    spoken: slice
    """The frames from the first speech to the last."""

    def heard(self, cut: slice) -> np.ndarray:
        """Return the sound of some of its frames."""
        return self.sound[cut.start * SAMPLING_RATE // FPS : cut.stop * SAMPLING_RATE // FPS]


@dataclass(frozen=True)
class Kind:
    """What happens in a recording."""

    people: int
    mouths: str
    """What the mouths of listeners do: rest, move, or nothing at all (still)."""
    off_screen: bool = False
    silent: bool = False
    """Nobody who is seen speaks."""
    at_once: bool = False
    """Turns follow each other without a pause, by clips cut to their speech."""
    rounds: int = ROUNDS
    """Turns of each."""


KINDS = {
    "two, others rest": Kind(2, "rest"),
    "two, all mouths move": Kind(2, "move"),
    "three, others rest": Kind(3, "rest"),
    "three, all mouths move": Kind(3, "move"),
    "two and off screen, mouths rest": Kind(2, "rest", off_screen=True),
    "two and off screen, mouths move": Kind(2, "move", off_screen=True),
    "one, own voice": Kind(1, "rest"),
    "one at rest, off screen only": Kind(1, "rest", off_screen=True, silent=True),
    "one moving the mouth, off screen only": Kind(1, "move", off_screen=True, silent=True),
    "one, own voice, one turn": Kind(1, "rest", rounds=1),
    "two at once, others still": Kind(2, "still", at_once=True),
    "two at once, others rest": Kind(2, "rest", at_once=True),
    "two at once, all mouths move": Kind(2, "move", at_once=True),
    "three at once, others rest": Kind(3, "rest", at_once=True),
}


@dataclass(frozen=True)
class Recording:
    """A composed file and its truth."""

    turns: list[tuple[int, float, float]]
    """Tile (or `UNSEEN`), start and end."""
    shown: list[Clip]
    sources: list[np.ndarray]
    """Which frame of its clip each tile shows, frame by frame."""
    sound: np.ndarray

    def image(self, frame: int) -> np.ndarray:
        """Return the tiles side by side."""
        tiles = zip(self.shown, self.sources, strict=True)
        return np.hstack([clip.frames[source[frame]] for clip, source in tiles])


class Replay:
    """A face branch that saw each tile by itself before."""

    settled = 0.0

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def push(self, frame: VideoFrame) -> list[FaceObservation]:
        """Return the faces of all tiles, each in its place."""
        self.settled = frame.time
        r, n = self._recording, round(frame.time * FPS)
        seen = [clip.faces.get(int(s[n])) for clip, s in zip(r.shown, r.sources, strict=True)]
        return [placed(face, tile, frame.time) for tile, face in enumerate(seen) if face]

    def flush(self) -> list[FaceObservation]:
        """Return nothing: all has been given out."""
        return []


def placed(face: FaceObservation, tile: int, time: float) -> FaceObservation:
    """Return a face as that of a person in a tile."""
    box = replace(face.box, x=face.box.x + tile * TILE)
    return replace(face, box=box, time=time, person=tile + 1, track=tile + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with media/")
    parser.add_argument("--recordings", type=int, default=10, help="of each kind")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--fps", type=float, default=10.0)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--files", action="store_true", help="write and analyse files, slowly")
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    clips = [read_clip(arguments.data / "media" / name) for name in CLIPS]
    analyzer = Analyzer(AnalysisOptions(fps=arguments.fps))
    results: dict[str, Any] = {
        "protocol": PROTOCOL,
        "seed": arguments.seed,
        "fps": arguments.fps,
        "files": arguments.files,
        "kinds": {},
    }
    for name in arguments.kinds:
        kind = KINDS[name]
        generator = np.random.default_rng([arguments.seed, list(KINDS).index(name)])
        rows = []
        for _ in range(arguments.recordings):
            recording = compose(clips, kind, generator)
            rows.append(measure(recording, analyzer, arguments.files))
        results["kinds"][name] = {
            "people": kind.people,
            "recordings": len(rows),
            "seconds": round(sum(row["seconds"] for row in rows), 1),
            **{way: figure(rows, way) for way in WAYS},
        }
        print(name, results["kinds"][name], flush=True)
        if arguments.output:
            arguments.output.write_text(json.dumps(results, indent=2) + "\n")


def figure(rows: list[dict[str, float]], way: str) -> dict[str, float | None]:
    """Return the share of speech time that went to the right subject, drawing recordings."""
    right = np.array([row[way] for row in rows])
    seconds = np.array([row["seconds"] for row in rows])
    return interval(lambda drawn: right[drawn].sum() / seconds[drawn].sum(), np.arange(len(rows)))


# --- sources --------------------------------------------------------------------------------------


def read_clip(path: Path) -> Clip:
    """Read a clip, and cut the head out of it."""
    with MediaReader(path, ReadOptions(fps=60, audio=False)) as reader:
        items = [item for item in reader if isinstance(item, VideoFrame)]
    images = at_a_steady_rate(items)
    head = max(load_face_detector().detect(images[0]), key=lambda face: face.score)
    frames = np.stack([tile_of(image, head.box) for image in images])
    branch = FaceBranch(load_face_detector(), load_face_expression(), load_face_landmarks(looks=1))
    seen = [f for n, image in enumerate(frames) for f in branch.push(VideoFrame(n / FPS, image))]
    faces = {round(face.time * FPS): face for face in seen + branch.flush()}
    starts = [n for n in range(len(frames) - REST) if all(n + k in faces for k in range(REST))]
    calmest = min(starts, key=lambda n: np.std([opening(faces[n + k]) for k in range(REST)]))
    sound = read_audio(path)[: round(len(frames) / FPS * SAMPLING_RATE)]
    first, last = (sample * FPS // SAMPLING_RATE for sample in speech_span(sound, padding=0.0))
    return Clip(frames, faces, sound, calmest, slice(first, min(last + 1, len(frames))))


def at_a_steady_rate(items: list[VideoFrame]) -> list[np.ndarray]:
    """Return what is shown at each tick of `FPS`, whatever rate the clip has."""
    times = np.array([item.time for item in items])
    ticks = np.arange(0, times[-1] + 0.5 / FPS, 1 / FPS)
    shown = np.searchsorted(times, ticks + 1e-3, side="right") - 1
    return [items[max(n, 0)].image for n in shown]


def opening(face: FaceObservation) -> float:
    """Return how far the lips are apart."""
    assert face.geometry
    return face.geometry.mouth_opening


def tile_of(image: np.ndarray, box: Box) -> np.ndarray:
    """Cut out a square twice as long as the face."""
    x, y = box.center
    scale = TILE / (2 * max(box.width, box.height))
    matrix = np.array([[scale, 0, TILE / 2 - scale * x], [0, scale, TILE / 2 - scale * y]])
    return cv2.warpAffine(
        image, matrix, (TILE, TILE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )


def listening(clip: Clip, mouths: str, frames: int, generator: np.random.Generator) -> np.ndarray:
    """Return which frames of its clip a listener shows: to and fro through a part of it."""
    if mouths == "still":
        return np.full(frames, clip.rest)
    first, length = (clip.rest, REST) if mouths == "rest" else (0, len(clip.frames))
    steps = np.arange(frames) + generator.integers(2 * length)
    return first + np.abs((steps % (2 * length - 2)) - (length - 1))


def compose(clips: list[Clip], kind: Kind, generator: np.random.Generator) -> Recording:
    """Write one recording's frames and sound."""
    drawn = [clips[i] for i in generator.permutation(len(clips))[: kind.people + kind.off_screen]]
    shown = drawn[: kind.people]
    speakers = [] if kind.silent else list(range(kind.people))
    speakers += [UNSEEN] * kind.off_screen
    order = [tile for _ in range(kind.rounds) for tile in generator.permutation(speakers).tolist()]
    turns: list[tuple[int, float, float]] = []
    cuts, time = list[slice](), LEAD
    for tile in order:
        cuts.append(part_of(drawn[tile], kind.at_once, generator))
        seconds = (cuts[-1].stop - cuts[-1].start) / FPS
        turns.append((tile, time, time + seconds))
        time += seconds + (0.0 if kind.at_once else PAUSE)
    count = round(time * FPS)
    sound = np.zeros(round(time * SAMPLING_RATE), np.float32)
    sources = [listening(clip, kind.mouths, count, generator) for clip in shown]
    for (tile, start, _), cut in zip(turns, cuts, strict=True):
        heard, at = drawn[tile].heard(cut), round(start * SAMPLING_RATE)
        sound[at : at + len(heard)] = heard
        if tile != UNSEEN:
            sources[tile][round(start * FPS) :][: cut.stop - cut.start] = np.r_[cut]
    return Recording(turns, shown, sources, sound)


def part_of(clip: Clip, spoken: bool, generator: np.random.Generator) -> slice:
    """Draw which frames of a clip, or of the speech in it, are one turn."""
    whole = clip.spoken if spoken else slice(0, len(clip.frames))
    length = min(whole.stop - whole.start, round(LONGEST * FPS))
    start = int(generator.integers(whole.start, whole.stop - length + 1))
    return slice(start, start + length)


def write(recording: Recording, path: Path) -> None:
    """Encode a recording as H.264 and AAC in MP4."""
    frames = [recording.image(n) for n in range(len(recording.sources[0]))]
    height, width = frames[0].shape[:2]
    with av.open(str(path), "w") as output:
        video = output.add_stream("libx264", FPS, options={"crf": "20", "preset": "veryfast"})
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        audio = output.add_stream("aac", SAMPLING_RATE, layout="mono")
        for image in frames:
            output.mux(video.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        output.mux(video.encode())
        frame = av.AudioFrame.from_ndarray(recording.sound[None], "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLING_RATE, 0, Fraction(1, SAMPLING_RATE)
        output.mux(audio.encode(frame))
        output.mux(audio.encode())


# --- measuring ------------------------------------------------------------------------------------


def measure(recording: Recording, analyzer: Analyzer, files: bool) -> dict[str, float]:
    """Return the seconds of speech found, and how many of them went right in each way."""
    stream, live = (play_file if files else play)(recording, analyzer)
    result = stream.result()
    boxes = result.faces.to_pydict()
    tiles = {
        subject: int(np.median(_centers(boxes, subject)) // TILE)
        for subject in set(boxes["subject"])
    }
    rows = {
        "lips alone": rows_by(stream, lambda turns: [attribute([turn])[0] for turn in turns]),
        "live": list(live),
        "end": list(result.timeline.select(modality="voice")),
        "less alike": rows_by(stream, of_less_alike),
    }
    right = {
        way: sum(
            seconds_of(tiles.get(row.subject, UNSEEN), part, recording)
            for row, part in zip(given, fresh_parts(given), strict=True)
        )
        for way, given in rows.items()
    }
    return {"seconds": sum(end - start for start, end in fresh_parts(rows["end"])), **right}


def play(recording: Recording, analyzer: Analyzer) -> tuple[Stream, Timeline]:
    """Run a recording through a stream that replays the faces, the rest being as ever."""
    fps = analyzer.options.fps
    voices = VoiceBranch(
        load_voice_expression(),
        embedder=load_speaker_embedding(),
        detector=load_overlap_detection(),
    )
    stream = Stream(cast("FaceBranch", Replay(recording)), voices, fps=fps)
    rows = stream.push(AudioChunk(0.0, recording.sound))
    pixel = np.zeros((1, 1, 3), np.uint8)
    count = len(recording.sources[0])
    for frame in np.unique(np.arange(0, count, FPS / fps).round().astype(int)):
        if frame < count:
            rows += stream.push(VideoFrame(float(frame) / FPS, pixel))
    return stream, voice_rows(rows + stream.flush())


def play_file(recording: Recording, analyzer: Analyzer) -> tuple[Stream, Timeline]:
    """Write a recording and run the file through a stream."""
    stream = analyzer.stream()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tiled.mp4"
        write(recording, path)
        with MediaReader(path, ReadOptions(fps=analyzer.options.fps)) as reader:
            rows = [row for item in reader for row in stream.push(item)]
    return stream, voice_rows(rows + stream.flush())


def rows_by(stream: Stream, attributed: Callable[[Sequence[Turn]], list[str]]) -> list[Expression]:
    """Return the voice rows at the end, had turns been attributed in another way."""
    assert stream._voices
    with patch("emoarc.evidence.attribute", attributed):
        return stream._voice_evidence.revised(stream._voices.speakers())


def of_less_alike(turns: Sequence[Turn]) -> list[str]:
    """Attribute turns as if every one had been another recording."""
    generator = np.random.default_rng(0)
    return attribute([replace(turn, voice=own_way(turn.voice, generator)) for turn in turns])


def own_way(voice: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Mix a turn's voice with noise, so that cosines of two turns shrink to `ALIKE` of theirs."""
    noise = generator.normal(size=voice.shape)
    noise *= np.linalg.norm(voice) / max(float(np.linalg.norm(noise)), 1e-9)
    return np.sqrt(ALIKE) * voice + np.sqrt(1 - ALIKE) * noise


def voice_rows(rows: list[Expression]) -> Timeline:
    """Return the voice rows as they came."""
    return Timeline.from_expressions(row for row in rows if row.modality == "voice")


def seconds_of(tile: int, part: tuple[float, float], recording: Recording) -> float:
    """Return how long somebody has the word in a stretch: to the middle of pauses about a turn."""
    speakers, starts, ends = zip(*recording.turns, strict=True)
    edges = [-np.inf, *(np.add(starts[1:], ends[:-1]) / 2), np.inf]
    shared = np.minimum(part[1], edges[1:]) - np.maximum(part[0], edges[:-1])
    return float(np.maximum(shared, 0.0)[np.equal(speakers, tile)].sum())


def fresh_parts(rows: list[Expression]) -> list[tuple[float, float]]:
    """Return what each row adds to the time covered by those before it."""
    reached, parts = 0.0, []
    for row in rows:
        parts.append((max(row.start, reached), max(row.end, reached)))
        reached = max(reached, row.end)
    return parts


def _centers(boxes: dict[str, list[Any]], subject: str) -> list[float]:
    columns = zip(boxes["subject"], boxes["x"], boxes["width"], strict=True)
    return [x + width / 2 for name, x, width in columns if name == subject]


if __name__ == "__main__":
    main()
