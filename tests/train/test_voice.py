"""From tiny corpora of tones to folds and to a pack."""

import json
import wave
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emoarc.audio import VoiceExpressionModel, VoiceInput
from emoarc.corpora import RAVDESS_LABELS, SEALED
from emoarc.errors import OptionError
from emoarc.evaluate import read_predictions
from emoarc.labels import EMOTIONS
from emoarc.packs import load_pack

pytest.importorskip("torch", reason="the extra `train` is not installed")

import torch

from emoarc.toml import parse, read_toml
from emoarc.train import read_voice_clips, train
from emoarc.train._augment_signal import SignalAugmentation, SignalBank
from emoarc.train._voice import (
    JoinedNets,
    VoiceJob,
    VoiceRecipe,
    VoiceSet,
    read_voice_set,
    reading_loss,
)
from emoarc.train._voice_clips import noise_files
from emoarc.train._voice_features import FeatureOptions, read_features
from emoarc.train._voice_pack import _fit_share, cross_fitted, split_speakers
from emoarc.train._voice_protocol import relative_scores
from emoarc.train._voice_run import read_voices

RECIPES = Path(__file__).parents[2] / "recipes"

RECIPE = """
name = "tiny-voice"
task = "voice-expression"
version = "0.0.1"
seed = 3
protocol = "{protocol}"
labels = {labels}
members = 2
examples = 64
copies = 1
held_out = ["ravdess-02", "ravdess-03"]

[corpora]
ravdess = 1.0

[schedule]
epochs = 2
batch_size = 16
learning_rate = 0.01
optimizer = "adamw"
threads = 1
bfloat16 = false

[net]
stem = 4
channels = [4, 8]
width = 8
attention = 4
hidden = 8

[signal]
speed = [0.9, 1.1]
babble = 0.5

[augmentation]
frames = 40
noise = 0.5
"""


@pytest.fixture(scope="session")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """RAVDESS's layout, every actor with one clip of each emotion, and some noise."""
    data = tmp_path_factory.mktemp("shared")
    generator = np.random.default_rng(0)
    for actor in range(1, 25):
        for emotion in range(1, 9):
            name = f"Actor_{actor:02d}/03-01-{emotion:02d}-01-01-01-{actor:02d}.wav"
            _write(data / "corpora/ravdess" / name, 300 * emotion, generator)
    _write(data / "noise/esc10/rain/1.wav", 50, generator)
    _write(data / "noise/librispeech/7/7-1-0001.wav", 150, generator)
    return data


def _write(path: Path, pitch: float, generator: np.random.Generator) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    tone = np.sin(2 * np.pi * pitch * np.arange(9600) / 16_000)
    samples = 8000 * tone + generator.normal(0, 200, len(tone))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.astype("<i2").tobytes())


def _recipe(folder: Path, protocol: str, labels: tuple[str, ...]) -> Path:
    path = folder / "tiny.toml"
    text = RECIPE.format(protocol=protocol, labels=json.dumps(labels))
    path.write_text(text, encoding="utf-8")
    return path


def _tables(**changes: Any) -> dict[str, Any]:
    return {
        "name": "x",
        "task": "voice-expression",
        "version": "0",
        "seed": 0,
        "labels": list(EMOTIONS),
        "corpora": {"ravdess": 1.0},
        "examples": 700,
        "voices": 2,
        "schedule": {"epochs": 1, "batch_size": 10, "learning_rate": 0.1},
        **changes,
    }


PLAIN = FeatureOptions(VoiceInput(normalisation="none"), trim=False)


@pytest.fixture(scope="session")
def voice_set(voices: Path) -> VoiceSet:
    return read_voices(voices, ["ravdess"], PLAIN)


def test_a_recipe_becomes_a_pack_that_hears(voices: Path, tmp_path: Path) -> None:
    figures = train(_recipe(tmp_path, "pack", EMOTIONS), voices, tmp_path / "run")
    pack = load_pack(tmp_path / "run/tiny-voice", "voice-expression")
    tone = np.random.default_rng(0).normal(0, 0.1, 20_000)
    model = VoiceExpressionModel(pack)
    assert model.predict(tone, 16_000).sum() == pytest.approx(1)
    assert model.read([tone.astype(np.float32)]).scores.shape == (1, 7)
    assert all(0 <= share <= 1 for share in figures["prosodic_share"].values())
    assert figures["sealed_speakers"]["speakers"] == sorted(SEALED)
    assert figures["held_out_speakers"]["clips"] == 16
    assert pack.manifest.prior == pytest.approx(dict.fromkeys(EMOTIONS, 1 / 7), abs=1e-5)
    assert "CC BY-NC-SA 4.0" in pack.card
    assert json.loads((tmp_path / "run/metrics.json").read_text()) == figures


def test_an_expert_has_the_say_that_it_deserves() -> None:
    generator = np.random.default_rng(0)
    truth = generator.integers(7, size=400)
    knows, guesses = np.eye(7)[truth] * 3, generator.normal(0, 3, (400, 7))
    assert _fit_share(truth, knows, guesses)[0] < 0.2
    assert _fit_share(truth, guesses, knows)[0] > 0.8
    half = [np.where(np.arange(400)[:, None] % 2 == part, knows, 0) for part in (0, 1)]
    share, temperature = _fit_share(truth, *half)
    assert share == pytest.approx(0.5, abs=0.1)
    assert temperature < 1  # two who know half each are surer together


def test_joined_nets_weigh_their_experts(voice_set: VoiceSet) -> None:
    recipe = parse(VoiceRecipe, _tables(), "x")
    voice_set = voice_set.take(range(4))
    nets = [VoiceJob(replace(recipe, seed=seed), voice_set).net.eval() for seed in (0, 1)]
    joined = JoinedNets(nets).eval()
    logits, scores = read_voice_set(joined, recipe, voice_set)
    of_experts = read_voice_set(joined.experts, recipe, voice_set)
    for whole, parts in zip((logits, scores), of_experts, strict=True):
        np.testing.assert_allclose(whole, parts.mean(axis=1), atol=1e-5)
    joined.weights[:, 0] = torch.tensor([1.0, 0.0])
    np.testing.assert_allclose(
        read_voice_set(joined, recipe, voice_set)[0], of_experts[0][:, 0], atol=1e-5
    )


def test_a_recipe_is_measured_on_the_five_folds(voices: Path, tmp_path: Path) -> None:
    figures = train(_recipe(tmp_path, "ravdess-5fold", RAVDESS_LABELS), voices, tmp_path / "run")
    for reading in ("absolute", "relative"):
        found = figures[reading]
        assert len(found["uar_per_fold"]) == 5
        assert found["uar"]["low"] <= found["uar"]["value"] <= found["uar"]["high"]
        kept = read_predictions(tmp_path / f"run/predictions-{reading}.csv")
        assert len(kept) == found["n"] == 24 * 8
    assert not list((tmp_path / "run").rglob("model.onnx"))


def test_no_voice_is_measured_under_a_protocol_that_leaks(voices: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="leaks"):
        train(_recipe(tmp_path, "leaky-random", RAVDESS_LABELS), voices, tmp_path / "run")


def test_relative_scores_forget_what_a_speaker_always_does() -> None:
    scores = np.random.default_rng(0).normal(size=(6, 7)).astype(np.float32)
    speakers = np.array(["a", "b"] * 3)
    habits = np.where(speakers[:, None] == "a", np.float32(5), 0) * np.eye(7, dtype=np.float32)[3]
    assert relative_scores(scores + habits, speakers) == pytest.approx(
        relative_scores(scores, speakers), abs=1e-5
    )


def test_the_loss_of_the_relative_reading_forgets_habits_and_speakers_of_one_mood() -> None:
    outputs, targets = torch.randn(8, 2, 2, 7), torch.eye(7)[[0, 1, 2, 3, 4, 4, 4, 4]]
    habits = torch.zeros_like(outputs)
    habits[:4, :, 1] = torch.randn(7)
    before = reading_loss(outputs, targets, targets, speakers=2)
    assert reading_loss(outputs + habits, targets, targets, 2).item() == pytest.approx(
        before.item(), abs=1e-5
    )
    changed = outputs.clone()
    changed[4:, :, 1] = torch.randn(4, 2, 7)
    assert reading_loss(changed, targets, targets, 2).item() == pytest.approx(before.item())


def test_the_shipped_recipe_never_trains_on_sealed_or_held_out_speakers(shared: Path) -> None:
    recipe = parse(
        VoiceRecipe, read_toml(RECIPES / "voice-expression.toml"), "voice-expression.toml"
    )
    clips = read_voice_clips(shared, recipe.corpora)
    parts = split_speakers(recipe, VoiceSet(tuple(clips), None, tuple(range(len(clips)))))  # pyright: ignore
    training, held_out, sealed = ({clip.speaker for clip in part.clips} for part in parts)
    assert sealed == {"ravdess-01", "ravdess-05"}
    assert held_out == set(recipe.held_out)
    assert not training & (sealed | held_out)
    assert sum(len(part.clips) for part in parts) == len(clips)


@pytest.mark.parametrize("held_out", [[], ["ravdess-01"], ["ravdess-99"]])
def test_speakers_that_cannot_be_held_out_are_refused(
    voice_set: VoiceSet, held_out: list[str]
) -> None:
    recipe = parse(VoiceRecipe, _tables(held_out=held_out), "x.toml")
    with pytest.raises(OptionError, match="held_out"):
        split_speakers(recipe, voice_set)


def test_every_class_counts_alike_and_epochs_repeat(voice_set: VoiceSet) -> None:
    recipe = parse(VoiceRecipe, _tables(smoothing=0.0, augmentation={"mixup": 0.0}), "x.toml")
    job = VoiceJob(recipe, voice_set)
    epoch = [targets.sum(dim=0).numpy() for _, targets in job.batches(0)]
    assert np.sum(epoch, axis=0) == pytest.approx(np.full(7, 100), abs=35)
    assert job.prior == pytest.approx(dict.fromkeys(EMOTIONS, 1 / 7))
    inputs = [next(iter(job.batches(n)))[0][0].numpy() for n in (0, 0, 1)]
    assert np.array_equal(inputs[0], inputs[1])
    assert not np.array_equal(inputs[0], inputs[2])


def test_listeners_have_a_say_among_the_labels_there_are(voice_set: VoiceSet) -> None:
    votes = {"anger": 3.0, "fear": 1.0, "surprise": 6.0}
    clips = tuple(replace(clip, votes=votes) for clip in voice_set.clips)
    asked = replace(voice_set, clips=clips).where(lambda clip: clip.emotion == "anger")
    labels = ["sadness", "fear", "anger"]
    recipe = parse(VoiceRecipe, _tables(labels=labels, votes=0.4, smoothing=0.0), "x.toml")
    job = VoiceJob(recipe, asked)
    assert job._targets[0].tolist() == pytest.approx([0, 0.1, 0.9])


def test_clips_of_a_speaker_are_next_to_each_other(voice_set: VoiceSet) -> None:
    recipe = parse(VoiceRecipe, _tables(), "x.toml")
    rows = VoiceJob(recipe, voice_set)._draw(12, np.random.default_rng(0))
    drawn = voice_set.speakers[rows].reshape(2, 6)
    assert (drawn == drawn[:, :1]).all()
    assert drawn[0, 0] != drawn[1, 0]


def test_a_net_may_be_told_what_the_corpus_states(voice_set: VoiceSet) -> None:
    recipe = parse(VoiceRecipe, _tables(told=["sex"]), "x.toml")
    job = VoiceJob(recipe, voice_set)
    (_, functionals), _ = next(iter(job.batches(0)))
    assert functionals.shape == (10, voice_set.features.statistics.shape[2] + 1)
    assert set(functionals[:, -1].abs().tolist()) == {1.0}


def test_a_temperature_is_never_fitted_on_the_speaker_it_serves() -> None:
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 7, 400)
    logits = (np.eye(7)[truth] * 4 + generator.normal(0, 2, (400, 7))).astype(np.float32)
    speakers = np.repeat([f"s{n}" for n in range(4)], 100)
    before = cross_fitted(truth, logits, speakers)
    spoilt = np.where(speakers == "s0", (truth + 1) % 7, truth)
    after = cross_fitted(spoilt, logits, speakers)
    served = np.isin(speakers, ["s0", "s2"])
    assert np.array_equal(before[served], after[served])
    assert not np.allclose(before[~served], after[~served])


def test_features_are_kept_and_read_again(voices: Path, tmp_path: Path) -> None:
    paths = sorted((voices / "corpora/ravdess/Actor_01").iterdir())
    faster = SignalAugmentation(speed=(1.25, 1.25))
    options = FeatureOptions(VoiceInput(level=-26.0, normalisation="none"), 1, faster)
    fresh = read_features(paths, options, cache=tmp_path)
    kept = read_features(paths, options, cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    assert np.array_equal(fresh.get(3, 1), kept.get(3, 1))
    assert np.array_equal(fresh.statistics, kept.statistics)
    assert len(kept.get(0, 1)) == pytest.approx(len(kept.get(0)) / 1.25, abs=3)
    other = FeatureOptions(VoiceInput(normalisation="none"), 1, faster)
    read_features(paths, other, cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_features_kept_with_other_talkers_are_not_taken(voices: Path, tmp_path: Path) -> None:
    paths = sorted((voices / "corpora/ravdess/Actor_01").iterdir())[:1]
    options = FeatureOptions(VoiceInput(), 1, SignalAugmentation(babble=1.0))
    talkers = np.random.default_rng(0).normal(0, 0.1, (2, 16_000)).astype(np.float32)
    with_one, with_another = (
        read_features(paths, options, SignalBank([], [talker]), tmp_path) for talker in talkers
    )
    assert not np.array_equal(with_one.get(0, 1), with_another.get(0, 1))


def test_a_recording_is_altered_alike_whatever_it_is_read_with(voices: Path) -> None:
    paths = sorted((voices / "corpora/ravdess/Actor_01").iterdir())
    options = FeatureOptions(VoiceInput(), 2, SignalAugmentation(speed=(0.8, 1.2)))
    together, alone = read_features(paths, options), read_features(paths[3:4], options)
    assert np.array_equal(together.get(3, 2), alone.get(0, 2))
    assert not np.array_equal(alone.get(0, 1), alone.get(0, 2))


def test_noise_is_for_training_or_for_measuring(tmp_path: Path) -> None:
    folder = tmp_path / "noise/esc10/rain"
    folder.mkdir(parents=True)
    for name in ("1-15.ogg", "4-55.ogg", "5-11.ogg"):
        (folder / name).touch()
    assert [file.name for file in noise_files(tmp_path)] == ["1-15.ogg", "4-55.ogg"]
    assert [file.name for file in noise_files(tmp_path, spared=True)] == ["5-11.ogg"]
    with pytest.raises(OptionError, match="no noise here"):
        noise_files(tmp_path / "noise")


def test_corpora_are_joined_clip_by_clip(voices: Path) -> None:
    joined = read_voices(voices, ["librispeech", "ravdess"], PLAIN)
    alone = read_voices(voices, ["ravdess"], PLAIN)
    assert [clip.speaker for clip in joined.clips[:2]] == ["librispeech-7", "ravdess-01"]
    assert np.array_equal(joined.get(30), alone.get(29))
    women = joined.where(lambda clip: clip.speaker == "ravdess-02")
    assert np.array_equal(women.get(3), alone.get(11))


@pytest.mark.parametrize(
    "changes", [{"smoothing": 1.0}, {"copies": -1}, {"voices": 3}, {"examples": 3}, {"votes": -0.1}]
)
def test_recipes_that_cannot_be_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=r"x\.toml"):
        parse(VoiceRecipe, _tables(**changes), "x.toml")


def test_the_recipes_in_the_repository_can_be_read() -> None:
    for name in ("expression", "ravdess", "ravdess-told", "emodb", "emodb-told", "tess", "corpora"):
        assert parse(VoiceRecipe, read_toml(RECIPES / f"voice-{name}.toml"), name).protocol
