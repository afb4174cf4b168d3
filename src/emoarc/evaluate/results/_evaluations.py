"""The section of any one evaluation."""

from collections.abc import Mapping
from typing import Any

from emoarc.evaluate.results._markdown import class_rows, percent, section, spread, table

__all__ = ["evaluation_section", "named"]

_KINDS = {"sex": "sex", "age": "age", "corpus": "corpus", "language": "language"}


def evaluation_section(report: Mapping[str, Any], source: str) -> str:
    """Return the section of what `emoarc evaluate` has written.

    Args:
        report: The content of an `evaluation.json`.
        source: The file, for the reader.
    """
    protocol = report["protocol"]
    return section(
        f"{named(report)}, {protocol['name']}",
        f"`{source}`: {_what(report)}. {_people(report)}",
        f"**{report['warning'][0].upper()}{report['warning'][1:]}.**"
        if report.get("warning")
        else "",
        table(
            ["accuracy", "UAR", "macro F1", "expected calibration error"],
            [
                [
                    spread(report["accuracy"]),
                    spread(report["uar"]),
                    percent(report["macro_f1"]),
                    "–" if report["ece"] is None else f"{report['ece']:.3f}",
                ]
            ],
        ),
        table(["class", "precision / recall / F1, %", "n"], class_rows([report])),
        *(
            table(
                [_KINDS.get(kind, kind), "n", "speakers", "accuracy", "UAR"],
                [_group(row) for row in rows],
            )
            for kind, rows in report.get("groups", {}).items()
        ),
        f"- {protocol['name']}: {protocol['description']}.",
    )


def named(report: Mapping[str, Any]) -> str:
    """Return the name of what was evaluated."""
    pack = report.get("pack")
    return pack["name"] if pack else report["recipe"]


def _what(report: Mapping[str, Any]) -> str:
    corpora = ", ".join(report["corpora"])
    pack = report.get("pack")
    if pack:
        facts = f"version {pack['version']}, sha256 {pack['sha256'][:12]}, {pack['prior']} prior"
        return f"the model pack {pack['name']} ({facts}) on {corpora}"
    return (
        f"the recipe {report['recipe']} ({report['version']}, seed {report['seed']}) on {corpora}"
    )


def _people(report: Mapping[str, Any]) -> str:
    people = f"{report['speakers']} speakers" if report["speakers"] else "speakers not known"
    return f"{report['n']} tested clips, {people}; intervals over {report['interval_over']}."


def _group(row: Mapping[str, Any]) -> list[str]:
    name = row["group"] or "not stated"
    return [name, row["items"], row["speakers"], spread(row["accuracy"]), spread(row["uar"])]
