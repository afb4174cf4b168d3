"""Training, measuring and packing the face embedder."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from torch import nn

from emoarc.packs import write_pack
from emoarc.train._card import markdown_table, model_card
from emoarc.train._export import export_onnx
from emoarc.train._loop import Progress, fit
from emoarc.train._processes import is_main
from emoarc.train.faces._embedding import (
    EmbeddingJob,
    EmbeddingRecipe,
    is_held_out,
    person_of,
    shrunk,
)
from emoarc.train.faces._embedding_teacher import TaughtFaces, teach_faces
from emoarc.train.faces._pictures import read_pictures

__all__ = ["likeness_figures", "train_embedding"]

Vectors = NDArray[np.float32]

_CORPORA = [
    {
        "name": "muxspace facial_expressions (LFW pictures among them)",
        "licence": "repository Apache-2.0; pictures collected from the web",
        "left_out": "a tenth by content hash, and all pictures of a tenth of the people",
    },
    {
        "name": "FER2013 pictures (Goodfellow et al. 2013), Train split of FER+",
        "licence": "pictures collected from the web for a public challenge",
        "left_out": "the Valid and Test splits",
    },
    {
        "name": "embeddings by MobileFaceNet (Chen et al. 2018)",
        "licence": "Apache-2.0",
        "left_out": "pictures in which YuNet finds no face",
    },
]

_SUMMARY = """\
Puts faces where those of one person lie close together, so that a person keeps an identity within
one recording. A separable convolutional network of {parameters:.2f} M parameters, taught by
MobileFaceNet."""

_INTENDED = """\
**For telling apart the people within one recording**: that a track which begins shows the same
person as one that ended. emoarc holds the embeddings in memory while it analyses, forgets them
then, writes them nowhere, and has no list of anybody to compare with. **Never for identification:**
not for finding out who somebody is, not for recognising people across recordings, not for access,
search or surveillance."""

_DATA = """\
Web pictures of faces, framed by YuNet's five points and turned grey. The teacher's embedding of the
clean picture and its mirror image is the truth; the network sees it moved, turned, relit, blurred,
coarsened down to 16 pixels, noisy, compressed and partly covered. No names were taught. Names in
the file names of muxspace served to keep people out of training and to measure on them."""

_LIMITS = """\
- Alike is not the same: relatives and people of like looks lie near each other, and who is rare in
  web pictures of the years before 2013 may be told apart less well. Who is in them was not
  recorded, so figures by sex, age or origin cannot be given.
- Profiles, faces below about 18 pixels, covered or very dark ones are told apart poorly; emoarc
  does not embed them.
- The teacher's faults are learnt too."""


def train_embedding(
    recipe: EmbeddingRecipe, data: Path, out: Path, progress: Progress | None = None
) -> dict[str, Any]:
    """Train by `recipe` on the pictures below `data`; write the pack `out/NAME`, give its figures.

    Of several processes the main one writes and measures; the others return nothing.
    """
    out.mkdir(parents=True, exist_ok=True)
    learnt, set_aside = (
        teach_faces(read_pictures(data, split), data, out / f"faces-{split}.npz")
        for split in ("training", "validation")
    )
    strangers = np.array([is_held_out(name) for name in learnt.names])
    unseen = np.array([is_held_out(name) for name in set_aside.names])
    job = EmbeddingJob(recipe, learnt.take(~strangers), set_aside)
    net = fit(job, recipe, out, progress)
    if not is_main():
        return {}
    people = _joined(learnt.take(strangers), set_aside.take(unseen))
    return _pack(net, recipe, people, set_aside, out / recipe.name)


def likeness_figures(faces: TaughtFaces, vectors: Vectors) -> dict[str, float]:
    """Compare the likenesses of all pairs of faces, by the network and by its teacher."""
    pairs = np.triu_indices(len(vectors), 1)
    ours, theirs = ((v @ v.T)[pairs] for v in (vectors, faces.embeddings))
    figures = {
        "cosine_to_teacher": float((vectors * faces.embeddings).sum(axis=1).mean()),
        "correlation_with_teacher": float(np.corrcoef(ours, theirs)[0, 1]),
    }
    people = np.array([person_of(name) or f"? {name}" for name in faces.names])
    same = (people[:, None] == people)[pairs]
    if same.any():
        figures |= _verification(same, ours, "") | _verification(same, theirs, "teacher_")
    return {name: round(value, 4) for name, value in figures.items()}


def _verification(
    same: NDArray[np.bool_], likeness: NDArray[np.float32], prefix: str
) -> dict[str, float]:
    """How well a threshold on the likeness of two faces tells whether they are one person's."""
    strangers = np.sort(likeness[~same])
    above = 1 - np.searchsorted(strangers, likeness[same]) / len(strangers)
    threshold = float(np.quantile(strangers, 0.999))
    return {
        f"{prefix}auc": float(1 - above.mean()),
        f"{prefix}found_at_one_in_1000": float((likeness[same] > threshold).mean()),
        f"{prefix}threshold_at_one_in_1000": threshold,
    }


def _joined(one: TaughtFaces, other: TaughtFaces) -> TaughtFaces:
    return TaughtFaces(
        np.concatenate([one.names, other.names]),
        np.concatenate([one.images, other.images]),
        np.concatenate([one.embeddings, other.embeddings]),
    )


def _pack(
    net: nn.Module,
    recipe: EmbeddingRecipe,
    people: TaughtFaces,
    set_aside: TaughtFaces,
    folder: Path,
) -> dict[str, Any]:
    side = recipe.net.side
    onnx = export_onnx(net, torch.rand(4, 1, side, side), outputs=["embedding"])
    metrics: dict[str, Any] = {
        "parameters": sum(p.numel() for p in net.parameters()),
        "held_out_people": {
            "protocol": "all pairs of pictures of muxspace's people kept from training; clean "
            "pictures, framed by YuNet's points",
            "pictures": len(people.names),
            "people": len({person_of(name) for name in people.names}),
            **likeness_figures(people, _embed(onnx, people)),
        },
        "held_out_pictures": {
            "protocol": "pictures of muxspace and FER+ kept from training, all pairs",
            "pictures": len(set_aside.names),
            **likeness_figures(set_aside, _embed(onnx, set_aside)),
        },
    }
    write_pack(
        folder,
        onnx,
        _card(recipe, metrics),
        name=recipe.name,
        version=recipe.version,
        task=recipe.task,
        input={"shape": [1, side, side], "values": "grey in [0, 1], framed by align_face"},
        corpora=_CORPORA,
        metrics=metrics,
        recipe=json.dumps(asdict(recipe)),
    )
    return metrics


def _embed(onnx: bytes, faces: TaughtFaces) -> Vectors:
    session = ort.InferenceSession(onnx, providers=["CPUExecutionProvider"])
    rows = shrunk(faces.images, int(session.get_inputs()[0].shape[-1])).numpy()[:, None]
    answers: Sequence[Any] = [session.run(["embedding"], {"input": row})[0] for row in rows]
    return np.concatenate(answers)


def _card(recipe: EmbeddingRecipe, metrics: dict[str, Any]) -> str:
    people, pictures = metrics["held_out_people"], metrics["held_out_pictures"]
    table = markdown_table(
        ["held-out people", "this network", "teacher"],
        [
            ["area under the ROC curve", people["auc"], people["teacher_auc"]],
            [
                "same person found at 1 in 1000 strangers taken for one",
                people["found_at_one_in_1000"],
                people["teacher_found_at_one_in_1000"],
            ],
        ],
    )
    results = (
        f"{people['pictures']} pictures of {people['people']} people: {people['protocol']}.\n\n"
        f"{table}\n\nOn {pictures['pictures']} held-out pictures the mean cosine to the teacher's "
        f"embedding is {pictures['cosine_to_teacher']}, and the likenesses of pairs correlate with "
        f"the teacher's by {pictures['correlation_with_teacher']}. Identities in composed clips: "
        "docs/results/face-identity.json."
    )
    sections = {
        "Intended use": _INTENDED,
        "Training data": _DATA,
        "Results": results,
        "Limits": _LIMITS,
    }
    summary = _SUMMARY.format(parameters=metrics["parameters"] / 1e6)
    return model_card(recipe.name, recipe.version, recipe.task, summary, None, sections)
