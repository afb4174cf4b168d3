from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from emoarc.corpora import Clip  # noqa: E402
from emoarc.errors import OptionError  # noqa: E402
from emoarc.nets import OverlapNetOptions, SpeakerNetOptions, VoiceNetOptions  # noqa: E402
from emoarc.toml import parse, read_toml  # noqa: E402
from emoarc.train._loop import fit  # noqa: E402
from emoarc.train._recipe import Schedule  # noqa: E402
from emoarc.train._spectrograms import Spectrograms  # noqa: E402
from emoarc.train._voice_augment import VoiceAugmentation  # noqa: E402
from emoarc.train.speakers import OverlapRecipe, SpeakerEmbeddingRecipe  # noqa: E402
from emoarc.train.speakers._embedding import SpeakerJob, pair_figures  # noqa: E402
from emoarc.train.speakers._overlap import _FLOOR, OverlapJob, Scenes  # noqa: E402
from emoarc.train.speakers._sounds import SpeakerSounds, choose_clips  # noqa: E402

RECIPE = SpeakerEmbeddingRecipe(
    name="tiny",
    task="speaker-embedding",
    version="0",
    seed=1,
    schedule=Schedule(
        epochs=3, batch_size=16, learning_rate=0.01, optimizer="adamw", bfloat16=False, threads=1
    ),
    corpora={"one": 1.0, "two": 1.0},
    examples=160,
    fitting=("one-9",),
    measuring=("two-9",),
    frames=(20, 30),
    net=SpeakerNetOptions(
        size=8, trunk=VoiceNetOptions(bands=16, stem=4, channels=(8,), width=8, attention=4)
    ),
    augmentation=VoiceAugmentation(band_mask=1, time_mask=3),
)
RECIPES = Path(__file__).parents[3] / "recipes"


def sounds(seed: int, count: int = 48) -> SpeakerSounds:
    """Recordings of four speakers, two of each corpus, each of a timbre of their own."""
    random = np.random.default_rng(seed)
    timbres = 3 * np.random.default_rng(0).normal(0, 1, (4, 16))
    who = np.arange(count) % 4
    names = ["one-1", "one-2", "two-1", "two-2"]
    clips = tuple(
        Clip(Path(f"{n}.wav"), names[w].split("-")[0], "audio", speaker=names[w])
        for n, w in enumerate(who)
    )
    frames = [timbres[w] + random.normal(0, 2, (60, 16)) for w in who for _ in range(2)]
    lengths = np.full((count, 2), 60)
    return SpeakerSounds(clips, Spectrograms(np.concatenate(frames).astype(np.float16), lengths))


def test_it_learns_to_tell_speakers_apart(tmp_path: Path) -> None:
    noises = Spectrograms(np.zeros((40, 16), np.float16), np.array([[40]]))
    job = SpeakerJob(RECIPE, sounds(0), sounds(1), noises)
    before = job.validate(job.net.eval())["auc"]
    net = fit(job, RECIPE, tmp_path)
    figures = pair_figures(net.embedder, sounds(2))  # pyright: ignore[reportArgumentType]
    assert figures["auc"] > max(0.95, before)
    assert figures["eer"] < 0.1


def test_speakers_of_other_corpora_do_not_compete() -> None:
    noises = Spectrograms(np.zeros((40, 16), np.float16), np.array([[40]]))
    job = SpeakerJob(RECIPE, sounds(0), sounds(1), noises)
    cosines = torch.tensor([[0.5, 0.2, 0.9, 0.9]])
    own, whole = torch.tensor([0]), torch.tensor([0])
    low = job.loss(torch.tensor([[0.5, 0.2, -0.9, -0.9]]), own, whole)
    torch.testing.assert_close(job.loss(cosines, own, whole), low)
    assert job.loss(cosines, torch.tensor([2]), whole) > 0.5  # its rival is the fourth


def test_where_a_scene_is_silenced_nobody_is_said_to_speak() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(1, 4, (8, 30))
    scenes = Scenes(random.normal(0, 1, (8, 120, 16)).astype(np.float16), truth.copy())
    recipe = OverlapRecipe(
        name="tiny", task="overlap-detection", version="0", seed=1, schedule=RECIPE.schedule,
        corpora=("one",), scenes=8, fitting=(), measuring=(), steps=10,
        net=OverlapNetOptions(bands=16, channels=(4, 6), width=8, dilations=(1,)),
        augmentation=VoiceAugmentation(band_mask=0, time_mask=0),
    )  # fmt: skip
    job = OverlapJob(recipe, replace(scenes, log_mel=scenes.log_mel.repeat(8, 0),
                                     truth=scenes.truth.repeat(8, 0)), scenes)  # fmt: skip
    sounds, labels = (torch.cat(parts) for parts in zip(*job.batches(0), strict=True))
    silent = (sounds == _FLOOR).all(dim=2).reshape(*labels.shape, 4).all(dim=2)
    assert 0.1 < silent.any(dim=1).float().mean() < 0.3
    assert torch.equal(labels == 0, silent)
    assert np.array_equal(scenes.truth, truth)


def test_nobody_is_fitted_and_measured_on() -> None:
    with pytest.raises(OptionError, match="nobody"):
        replace(RECIPE, measuring=("one-9",))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("speaker-embedding", SpeakerEmbeddingRecipe), ("overlap-detection", OverlapRecipe)],
)
def test_the_shipped_recipes_keep_the_held_out_speakers_apart(name: str, kind: type) -> None:
    recipe = parse(kind, read_toml(RECIPES / f"{name}.toml"), name)
    voice = read_toml(RECIPES / "voice-expression.toml")
    assert {"ravdess-01", "ravdess-05"} <= set(recipe.measuring)
    assert set(voice["held_out"]) <= set(recipe.measuring)
    assert not set(recipe.fitting) & set(recipe.measuring)


def test_speakers_are_left_out_of_the_choice(shared: Path) -> None:
    clips = choose_clips(shared / "corpora", ["emodb"], 1, without=["emodb-08"])
    speakers = [clip.speaker for clip in clips]
    assert "emodb-08" not in speakers
    assert max(speakers.count(name) for name in set(speakers)) <= 60
