"""Make the sample that emoarc ships: a talking portrait whose expressions are known.

    pip install scikit-image==0.26.0    # carries the portrait; emoarc's own needs bring the rest
    apt install espeak-ng               # speaks the sentences
    python tools/sample                 # writes src/emoarc/sample/{sample.mp4,truth.json}

The portrait is NASA's photograph of the astronaut Eileen Collins (public domain), warped along
hand-measured landmarks into neutral, smile, frown and surprise; jaw and lips follow the speech.
"""

import argparse
import json
from fractions import Fraction
from pathlib import Path

import av

from face import face_at
from picture import HEIGHT, WIDTH, Puppet, portrait
from script import DURATION, PARTS, SECONDS_PER_PART, TRANSITION
from sound import RATE, Sound, loudness, soundtrack

FPS = 25
HOME = Path(__file__).parents[2] / "src" / "emoarc" / "sample"


def main() -> None:
    """Write the clip and its truth."""
    parser = argparse.ArgumentParser(description="Make the sample that emoarc ships.")
    parser.add_argument("-o", "--output", type=Path, default=HOME, help="folder to write into")
    folder: Path = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    sound, spoken = soundtrack()
    write_clip(folder / "sample.mp4", sound)
    text = json.dumps(truth(spoken), indent=2) + "\n"
    (folder / "truth.json").write_text(text, encoding="utf-8")


def write_clip(path: Path, sound: Sound) -> None:
    """Encode pictures and sound as H.264 and AAC, playable before it is fully loaded."""
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        video = container.add_stream("libx264", FPS, options={"crf": "23", "preset": "slow"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = container.add_stream("aac", RATE, layout="mono")
        audio.bit_rate = 64_000
        puppet = Puppet(portrait())
        for number, loud in enumerate(loudness(sound, FPS)):
            image = puppet.render(face_at(number / FPS, loud), number / FPS)
            container.mux(video.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(video.encode(None))
        for first in range(0, len(sound), 1024):
            container.mux(audio.encode(audio_frame(sound, first)))
        container.mux(audio.encode(None))


def audio_frame(sound: Sound, first: int) -> av.AudioFrame:
    """The 1024 samples from `first` on, with their time."""
    frame = av.AudioFrame.from_ndarray(sound[None, first : first + 1024], "fltp", "mono")
    frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
    return frame


def truth(spoken: list[tuple[float, float]]) -> dict[str, object]:
    """What an analysis of the clip should find; times in seconds."""
    parts = [
        {
            "start": number * SECONDS_PER_PART,
            "end": (number + 1) * SECONDS_PER_PART,
            "expression": part.expression,
            "speech": [round(start, 3), round(end, 3)],
            "text": part.text,
        }
        for number, (part, (start, end)) in enumerate(zip(PARTS, spoken, strict=True))
    ]
    return {"duration": DURATION, "subjects": 1, "transition": TRANSITION, "parts": parts}


if __name__ == "__main__":
    main()
