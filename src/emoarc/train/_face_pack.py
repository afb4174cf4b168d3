"""Training, measuring and packing the face model."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from emoarc.evaluate import softmax
from emoarc.labels import EMOTIONS
from emoarc.packs import ModelPack, ProbabilityHead, load_pack, write_pack
from emoarc.train._card import markdown_table, model_card
from emoarc.train._export import export_onnx, fit_temperature
from emoarc.train._face import (
    KINDS,
    VOTES,
    FaceJob,
    FaceRecipe,
    FramedFaces,
    framed_pictures,
)
from emoarc.train._ferplus import (
    FERPLUS_LABELS,
    FaceSet,
    copied,
    find_ferplus,
    read_ferplus,
    without_copies,
)
from emoarc.train._ferplus_report import (
    balanced_figures,
    calibration_figures,
    copy_figures,
    fer2013_figures,
    ferplus_figures,
    whole_figures,
)
from emoarc.train._figures import calibration_text, recall_text, spread, without_tables
from emoarc.train._frames import face_frames, find_detector, kept
from emoarc.train._half import halve_weights
from emoarc.train._loop import Progress, fit
from emoarc.train._processes import is_main
from emoarc.train._robustness import robustness
from emoarc.train._takes import TAKES, Take, read_takes, take_figures
from emoarc.vision import FaceDetector, HaarDetector

__all__ = ["FaceCorpus", "FlipAveraged", "pack_face", "train_face"]

_SPLITS = ("Train", "Valid", "Test")
_OUTPUTS = ("logits", "logits_fer2013")

_CORPORA = [
    {
        "name": "FER+ (Barsoum et al. 2016) on FER2013 pictures (Goodfellow et al. 2013)",
        "licence": "labels MIT; pictures collected from the web for a public challenge",
        "left_out": "the Valid split (selection, calibration), the Test split, which is FER2013's "
        "PrivateTest, and every training picture that is pixel by pixel one of them",
    }
]

_INTENDED = """\
Following the expression of faces through recordings whose subjects agreed to it, in research, in
media work and for the people shown. Give it faces cropped from brows to chin, or let it find them
in looser crops. Its probabilities describe how observers would call the expression."""

_DATA = """\
FER+ (Barsoum et al. 2016, labels under the MIT licence): ten people's votes on each of the FER2013
pictures (Goodfellow et al. 2013), which were collected from the web for a public challenge and are
not part of this pack. Trained on the votes as soft labels, single votes dropped, and by a second
output on the original labels of FER2013, both of the Train split only, without the pictures that
are copies of one in the other splits; beside the votes and labels, what earlier models of ours say
of the same pictures was learnt. The Valid split chose the epoch and the temperatures; the Test
split (FER2013's PrivateTest) was only measured on. Nobody in the pictures was asked; who they are
was not recorded, so results by sex, age or origin cannot be given."""

_LIMITS = """\
- Pictures from the web differ from video of people who talk: see the figures on RAVDESS above. Of a
  take alone it tells little but neutral, happy and disgusted faces; anger, sadness, fear and
  surprise, restrained and with moving lips, are told by what differs from the person's own rest.
  Measure on your own material before relying on it.
- Fear, disgust and contempt are rare in the training data; their recall is low.
- Faces turned away, covered, smaller than about 20 pixels or very blurred are read poorly; so are
  children, the old and make-up, as far as FER2013 lacks them.
- Contempt is an output of the network, and no emotion of emoarc: its share is left out.
- One picture says little. emoarc pools many, and abstains where the quality is low."""


@dataclass(frozen=True)
class FaceCorpus:
    """The splits of FER+ and where their faces lie."""

    training: FramedFaces
    validation: FramedFaces
    test: FramedFaces
    known: NDArray[np.bool_]
    """Which pictures of the Test split the Train split held too, before they were left out."""


class FlipAveraged(nn.Module):
    """A net that looks at each picture and its mirror image and averages the logits."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map (n, 1, h, w) to logits (n, 8) from votes and (n, 7) as FER2013 labels."""
        plain, mirrored = self.net(torch.cat([x, x.flip(-1)])).chunk(2)
        logits = (plain + mirrored) / 2
        return logits[:, :VOTES], logits[:, VOTES:]


def train_face(
    recipe: FaceRecipe, data: Path, out: Path, progress: Progress | None = None
) -> dict[str, Any]:
    """Train by `recipe` on the FER+ below `data`; write the pack `out/NAME`, return its figures.

    Of several processes the main one writes and measures; the others return nothing.
    """
    corpus = _read(data, out)
    teachers = [load_pack(name, recipe.task) for name in recipe.targets.teachers]
    # By whom they are kept: other teachers say other things.
    names = hashlib.sha256(" ".join(pack.manifest.sha256 for pack in teachers).encode())
    file = out / f"taught-{names.hexdigest()[:12]}.npy"
    taught = kept(file, lambda: _taught(teachers, corpus.training))
    net = fit(FaceJob(recipe, corpus.training, corpus.validation, taught), recipe, out, progress)
    return pack_face(net, recipe, corpus, data, out / recipe.name) if is_main() else {}


def pack_face(
    net: nn.Module, recipe: FaceRecipe, corpus: FaceCorpus, data: Path, folder: Path
) -> dict[str, Any]:
    """Export, calibrate and measure a trained net; write its pack, return its figures."""
    side = recipe.pictures.side
    example = torch.rand(4, 1, side, side)
    onnx = halve_weights(export_onnx(FlipAveraged(net), example, outputs=_OUTPUTS))
    answer = _Network(onnx)
    facts = _facts(recipe, corpus.training.faces, _temperatures(answer, corpus.validation, side))
    pack = write_pack(folder, onnx, "", **facts)
    metrics = {
        "name": recipe.name,
        "seed": recipe.seed,
        "parameters": sum(p.numel() for p in net.parameters()),
        **_measure(pack, answer, corpus, side),
    }
    detector = find_detector(data)
    for name, takes in _takes(data, detector).items():
        metrics[f"{name}_av"] = take_figures(pack, takes)
    card = _card(recipe, facts["prior"], metrics)
    write_pack(folder, onnx, card, **facts, metrics=without_tables(metrics))
    return metrics | {"robustness": _robustness(answer, corpus.test, side)}


def _read(data: Path, out: Path) -> FaceCorpus:
    """Read the splits; where their faces lie is kept in `out`, as the search takes minutes."""
    folder = find_ferplus(data)
    training, validation, test = (read_ferplus(folder, split) for split in _SPLITS)
    splits = without_copies(training, validation, test), validation, test
    out.mkdir(parents=True, exist_ok=True)
    detector = find_detector(data)
    return FaceCorpus(
        *(
            FramedFaces(faces, _frames(out / f"frames-{split}.npy", faces, detector))
            for split, faces in zip(_SPLITS, splits, strict=True)
        ),
        known=copied(test, training),
    )


def _frames(file: Path, faces: FaceSet, detector: FaceDetector | None) -> NDArray[np.float32]:
    return kept(file, lambda: face_frames(faces.images, detector))


def _taught(packs: Sequence[ModelPack], training: FramedFaces) -> NDArray[np.float32]:
    """Ask the teachers about the training pictures, framed and otherwise unchanged."""
    teachers = [_Network((pack.folder / "model.onnx").read_bytes()) for pack in packs]
    answers = [teacher(framed_pictures(training, teacher.side)) for teacher in teachers]
    taught = np.zeros((len(training.frames), VOTES + len(EMOTIONS)), np.float32)
    for kind, column in enumerate(KINDS):
        known = [softmax(answer[kind]) for answer in answers if len(answer) > kind]
        if known:
            taught[:, column] = np.mean(known, axis=0)
    return taught


def _temperatures(answer: "_Network", validation: FramedFaces, side: int) -> tuple[float, float]:
    """Fit the temperature of either kind of outputs on the validation split."""
    faces = validation.faces
    votes, original = answer(framed_pictures(validation, side))
    judged, labelled = faces.majority >= 0, faces.original >= 0
    return (
        fit_temperature(faces.majority[judged], votes[judged]),
        fit_temperature(faces.original[labelled], original[labelled]),
    )


def _measure(pack: ModelPack, answer: "_Network", corpus: FaceCorpus, side: int) -> dict[str, Any]:
    faces, (logits, original) = corpus.test.faces, answer(framed_pictures(corpus.test, side))
    balanced = ProbabilityHead(pack.manifest, "balanced")(logits)
    unframed = FramedFaces(faces, face_frames(faces.images, None))
    return {
        "ferplus_test": ferplus_figures(faces, logits),
        "ferplus_test_balanced": balanced_figures(faces, balanced),
        "fer2013_private_test": fer2013_figures(faces, logits, original, balanced),
        "fer2013_copies": copy_figures(faces, original, corpus.known),
        "whole_pictures": whole_figures(faces, *answer(framed_pictures(unframed, side))),
        "calibration": calibration_figures(faces, logits, pack.manifest.temperature),
    }


def _robustness(answer: "_Network", test: FramedFaces, side: int) -> dict[str, Any]:
    judged = test.faces.majority >= 0
    pictures = framed_pictures(test, side)[judged]
    return robustness(lambda worse: answer(worse)[0], pictures, test.faces.majority[judged])


def _takes(data: Path, detector: FaceDetector | None) -> dict[str, list[Take]]:
    """Return the takes of each corpus, its video clips, where there are any."""
    takes = read_takes(data, detector or HaarDetector())
    grouped = {name: [take for take in takes if take.corpus == name] for name in TAKES}
    return {name: group for name, group in grouped.items() if group}


class _Network:
    """Runs an exported network over many pictures."""

    def __init__(self, onnx: bytes) -> None:
        self._session = ort.InferenceSession(onnx, providers=["CPUExecutionProvider"])
        self.side = int(self._session.get_inputs()[0].shape[-1])
        self._outputs = [output.name for output in self._session.get_outputs()]

    def __call__(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        """Map grey pictures (n, side, side) to both kinds of logits, or the one kind it has."""
        batches = np.array_split(images, max(1, len(images) // 64))
        values = (batch[:, None].astype(np.float32) / 255 for batch in batches)
        parts = [self._session.run(self._outputs, {"input": x}) for x in values]
        return tuple(np.concatenate(each) for each in zip(*parts, strict=True))


def _facts(
    recipe: FaceRecipe, training: FaceSet, temperatures: tuple[float, float]
) -> dict[str, Any]:
    known = training.original[training.original >= 0]
    return {
        "name": recipe.name,
        "version": recipe.version,
        "task": recipe.task,
        "labels": FERPLUS_LABELS,
        "input": {
            "shape": [1, recipe.pictures.side, recipe.pictures.side],
            "values": "grey levels in [0, 1]",
            "framing": "a square from brows to chin: five points where they lie on average in "
            "FER2013, or as Haar cascades box a face",
            "logits_fer2013": {
                "labels": EMOTIONS,
                "temperature": temperatures[1],
                "prior": _prior(EMOTIONS, np.eye(len(EMOTIONS))[known]),
            },
        },
        "temperature": temperatures[0],
        "prior": _prior(FERPLUS_LABELS, training.votes),
        "corpora": _CORPORA,
        "recipe": json.dumps(asdict(recipe)),
    }


def _prior(labels: Sequence[str], targets: NDArray[np.floating]) -> dict[str, float]:
    # One more picture of each label, so that no share is zero and can be divided by.
    counts = targets.sum(axis=0, dtype=np.float64) + 1
    shares = (counts / counts.sum()).tolist()
    return {label: round(share, 6) for label, share in zip(labels, shares, strict=True)}


def _card(recipe: FaceRecipe, prior: Mapping[str, float], metrics: Mapping[str, Any]) -> str:
    calibration = metrics["calibration"]
    return model_card(
        recipe.name,
        recipe.version,
        recipe.task,
        f"Reads the expression an observer would see in a picture of one face: a residual network "
        f"of {metrics['parameters'] / 1e6:.1f} M parameters on grey pictures of "
        f"{recipe.pictures.side} x {recipe.pictures.side} pixels, each seen plain and mirrored.",
        prior,
        {
            "Intended use": _INTENDED,
            "Training data": _DATA,
            "Results": _results(metrics),
            "Calibration": f"{calibration_text(calibration)}. {calibration['protocol']}.",
            "Limits": _LIMITS,
        },
    )


def _results(metrics: Mapping[str, Any]) -> str:
    test, original = metrics["ferplus_test"], metrics["fer2013_private_test"]
    balanced, whole = metrics["ferplus_test_balanced"], metrics["whole_pictures"]
    rows = [
        ["FER+ test, 8 classes", spread(test["accuracy"]), test["uar"], test["pictures"]],
        ["FER+ test, 7 classes, balanced prior", spread(balanced["accuracy"]), balanced["uar"],
         balanced["pictures"]],
        ["FER2013 PrivateTest, outputs `logits_fer2013`", spread(original["accuracy"]),
         original["uar"], original["pictures"]],
        ["FER+ test, pictures not framed", spread(whole["ferplus_test"]), "", test["pictures"]],
        ["FER2013 PrivateTest, pictures not framed", spread(whole["fer2013_private_test"]), "",
         original["pictures"]],
    ]  # fmt: skip
    notes = [test["protocol"], balanced["protocol"], original["protocol"]]
    for name in TAKES:
        if takes := metrics.get(f"{name}_av"):
            rows += _take_rows(name.upper().replace("CREMAD", "CREMA-D"), takes)
            notes += [f"{name}: {takes['protocol']}"]
            notes += [takes["relative_to_person"]["protocol"], takes["stream"]["protocol"]]
    table = markdown_table(["measured on", "accuracy (95 % interval)", "UAR", "n"], rows)
    notes.append(f"Recall on FER+ test, natural prior: {recall_text(test['recall'])}")
    return table + "\n\n" + "\n".join(f"- {note}." for note in dict.fromkeys(notes))


def _take_rows(name: str, takes: Mapping[str, Any]) -> list[list[Any]]:
    ways = {
        "natural_prior": "natural prior",
        "balanced_prior": "balanced prior",
        "relative_to_person": "relative to the person's other takes",
    }
    rows: list[list[Any]] = [
        [
            f"{name} takes, {words}",
            spread(takes[way]["accuracy"]),
            takes[way]["uar"],
            takes["count"],
        ]
        for way, words in ways.items()
    ]
    stream = f"{takes['stream']['accuracy']:.3f}"
    return [*rows, [f"{name} takes, as one stream", stream, "", takes["count"]]]
