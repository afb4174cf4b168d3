"""What the voice pack's card says."""

from collections.abc import Mapping
from typing import Any, Final

from emoarc.train._card import markdown_table, model_card
from emoarc.train._figures import calibration_text, recall_text, spread
from emoarc.train._voice import VoiceRecipe

__all__ = ["CORPORA_FACTS", "VOICE_LICENCE", "voice_card"]

CORPORA_FACTS: Final[dict[str, dict[str, str]]] = {
    "ravdess": {
        "name": "RAVDESS speech (Livingstone & Russo 2018), English, 24 actors",
        "licence": "CC BY-NC-SA 4.0",
        "left_out": "actors 01 and 05 (never trained on), and the held-out actors; song",
    },
    "cremad": {
        "name": "CREMA-D (Cao et al. 2014), English, 550 of 7442 clips, 14 of 91 actors",
        "licence": "ODbL 1.0",
        "left_out": "the held-out actors; the part used has no fear",
    },
    "emodb": {
        "name": "EMO-DB (Burkhardt et al. 2005), German, 10 speakers",
        "licence": "free to use, no licence text",
        "left_out": "boredom; the held-out speakers",
    },
    "tess": {
        "name": "TESS (Pichora-Fuller & Dupuis 2020), English, 2 speakers",
        "licence": "CC BY-NC-ND 4.0",
        "left_out": "nothing; weighted down, since it has two speakers",
    },
    "librispeech": {
        "name": "LibriSpeech test-other (Panayotov et al. 2015), English, 100 utterances of 10 "
        "readers, taken as neutral",
        "licence": "CC BY 4.0",
        "left_out": "the held-out readers",
    },
}

_INTENDED = """\
Following how the speech of consenting people sounds through a recording, in research, in media
work and for the speakers themselves. Give it one speaker's utterance, of half a second to four
seconds; longer ones are cut into windows. Its probabilities describe how a listener would call the
expression."""

VOICE_LICENCE: Final = """\
RAVDESS and TESS may be used for non-commercial purposes only, and TESS may not be changed. Whether
weights trained on such recordings inherit their terms is not settled. Nothing of the recordings is
in this pack, yet take it as unfit for commercial use unless you have cleared that for yourself, or
train a pack of your own from other recordings with the same recipe."""

_LIMITS = """\
- It learnt from actors who spoke a few set sentences in studios. Spontaneous speech is less clear,
  and other work finds about half the accuracy across corpora. {readers} Measure on your own
  material.
- English (North America) and German only. Other languages use pitch and loudness differently.
- It hears no words: irony, or bad news in a calm voice, escape it.
- Expressions of like arousal are mixed up most: anger with disgust, fear with surprise or
  happiness, neutral with sadness.
- Babble, music and far microphones make it worse; so do utterances under a second.
- Children and old speakers are absent but for one of TESS's two. Results by group are not known
  for want of speakers."""


def voice_card(recipe: VoiceRecipe, metrics: Mapping[str, Any], prior: Mapping[str, float]) -> str:
    """Write the card of a voice pack from its figures."""
    return model_card(
        recipe.name,
        recipe.version,
        recipe.task,
        f"Reads the expression a listener would hear in an utterance of 0.5 to 4 s: "
        f"{recipe.members} networks, each of a convolutional expert on the log-mel spectrogram and "
        "a perceptron on functionals of pitch, level, timbre and rhythm, which has "
        f"{metrics['prosodic_share']['absolute']:.0%} of the say; log-probabilities are averaged; "
        f"{metrics['parameters'] / 1e6:.2f} M parameters together. Its scores can be read relative "
        "to how a speaker usually sounds.",
        prior,
        {
            "Intended use": _INTENDED,
            "Training data": _data(recipe),
            "Licence": VOICE_LICENCE,
            "Results": _results(metrics),
            "Calibration": _calibration(metrics["calibration"]),
            "Limits": _LIMITS.format(readers=_readers(metrics["held_out_by_corpus"])),
        },
        licence="other",
    )


def _readers(by_corpus: Mapping[str, Any]) -> str:
    readers = by_corpus.get("librispeech", {})
    if "accuracy" not in readers:
        return ""
    return f"Of held-out people reading a book aloud it calls {readers['accuracy']:.0%} neutral."


def _data(recipe: VoiceRecipe) -> str:
    rows = [
        [facts["name"], facts["licence"], facts["left_out"], recipe.corpora[corpus]]
        for corpus, facts in CORPORA_FACTS.items()
        if corpus in recipe.corpora
    ]
    table = markdown_table(["corpus", "licence", "left out", "weight"], rows)
    votes = (
        f" Where listeners voted on the voice alone (CREMA-D), they decide "
        f"{recipe.votes:.0%} of the target, the actor's intention the rest."
        if recipe.votes
        else ""
    )
    return (
        f"Acted speech, and some read aloud. Speakers are drawn by the weights of their corpora, "
        f"of each every class alike, and what is rare counts for more."
        f"{votes} Noise (ESC-10 without its fifth fold, CC BY 3.0) and babble (LibriSpeech, CC BY "
        f"4.0) are mixed in, and copies sound in rooms and through codecs.\n\n"
        f"{table}\n\nHeld-out speakers: {', '.join(recipe.held_out)}."
    )


def _results(metrics: Mapping[str, Any]) -> str:
    rows = [_row("RAVDESS actors 01 and 05", metrics["sealed_speakers"])]
    rows.append(_row("held-out speakers", metrics["held_out_speakers"]))
    rows += [
        [f"of these, {corpus}", figures["uar"], "", figures["accuracy"], figures["clips"]]
        for corpus, figures in metrics["held_out_by_corpus"].items()
        if "uar" in figures
    ]
    notes = [metrics["sealed_speakers"]["protocol"]]
    if "ravdess_av" in metrics:
        takes = metrics["ravdess_av"]
        row = ["RAVDESS takes of actor 01", takes["uar"], "", spread(takes["accuracy"])]
        rows.append([*row, takes["takes"]])
        notes.append(takes["protocol"])
    recall = recall_text(metrics["held_out_speakers"]["recall"])
    notes.append(f"Recall on the held-out speakers: {recall}")
    table = markdown_table(["measured on", "UAR", "relative", "accuracy", "clips"], rows)
    return table + "\n\n" + "\n".join(f"- {note}." for note in notes)


def _row(name: str, figures: Mapping[str, Any]) -> list[Any]:
    relative = spread(figures["uar_relative"])
    return [name, spread(figures["uar"]), relative, figures["accuracy"], figures["clips"]]


def _calibration(figures: Mapping[str, Any]) -> str:
    return f"{calibration_text(figures)}, on {figures['clips']} clips: {figures['protocol']}."
