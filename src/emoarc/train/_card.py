"""Model cards: what a pack is for, what it learnt from, how good it is, where it fails."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["markdown_table", "model_card"]

_HEAD = """\
---
license: {licence}
library_name: onnx
tags: [{task}, onnx]
---

# {name} {version}

{summary}
"""

_OUT_OF_SCOPE = """\
The output is expression as perceived by an observer, and nothing more. Out of scope: inferring what
people feel, think, intend or are; judging, ranking or selecting anybody; medical diagnosis;
identification. Inferring emotions at work or in education is prohibited in the European
Union except for medical or safety reasons (Regulation (EU) 2024/1689, Article 5(1)(f)); elsewhere
emotion recognition is high-risk there (Annex III, 1(c)), and those exposed to it must be told
(Article 50(3)). Similar expressions go with different states, and vary with person, culture and
situation (Barrett et al. 2019, doi 10.1177/1529100619832930)."""

_PRIOR = """\
The network has learnt how often each expression occurs in its training data:

{table}

emoarc divides this prior out unless asked for `natural`. The calibration below is stated for the
natural prior."""


def model_card(
    name: str,
    version: str,
    task: str,
    summary: str,
    prior: Mapping[str, float] | None,
    sections: Mapping[str, str],
    licence: str = "apache-2.0",
) -> str:
    """Write a card, Markdown with a YAML head.

    Args:
        name: Of the pack.
        version: Of the pack.
        task: The pack's job.
        summary: What it is, in a sentence or two.
        prior: How often each label occurred in training; None for what is no classifier.
        sections: Heading → text, in order; the uses out of scope and the prior are added.
        licence: Of the weights, as an SPDX identifier in lower case, or `other`.
    """
    body = {"Out of scope": _OUT_OF_SCOPE}
    if prior is not None:
        table = markdown_table(["label", "share"], [[k, f"{v:.3f}"] for k, v in prior.items()])
        body["Prior"] = _PRIOR.format(table=table)
    body |= sections
    head = _HEAD.format(name=name, version=version, task=task, summary=summary, licence=licence)
    return head + "".join(f"\n## {title}\n\n{text.strip()}\n" for title, text in body.items())


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Lay out rows under a header."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
