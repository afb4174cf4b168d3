"""The page on the systems of the source papers: what they report, and what they reach here."""

from collections.abc import Sequence
from itertools import groupby

from emoarc.evaluate.results._markdown import class_rows, percent, section, spread, table
from emoarc.evaluate.results._system import MEASURES, Report, System, comparisons, shortcomings

__all__ = ["systems_page"]

_HEAD = """\
# Systems of the source papers

Made by `emoarc results` from the JSON files in `systems/`; do not edit. Each is the
`evaluation.json` of one recipe under one protocol; the sections name the commands that write them
again, from the recipes alone.

How to read the tables:

- **leaky** figures stand under protocols named `leaky-random`: clips are split at random, so that
  the same speakers are in training and test. Much of the literature does so; such a figure says
  little of people never heard or seen, and is here to stand beside theirs.
- **honest** figures stand under protocols that keep apart what is trained on and what is tested,
  speakers wherever they are known. Believe these.
- A figure without the name of its measure is an accuracy. Intervals are 95 % bootstrap intervals
  over the tested speakers; those marked * are over clips, since fewer than eight speakers were
  tested, and are too narrow to speak of new people.
- Where another corpus stands in for the paper's, the figures compare systems on other recordings,
  and neither proves the other wrong.
- Training times are those of the machine on which the figures were made, without the time that
  reading the recordings takes; parameters count what was learnt, but not in trees."""


def systems_page(reports: Sequence[Report]) -> str:
    """Return the page.

    Args:
        reports: The content of `evaluation.json` files of recipes, several for one recipe that was
            measured under several protocols.
    """
    ordered = sorted(reports, key=lambda r: (r["paper"]["source"], r["recipe"]))
    systems = [System.of(list(same)) for _, same in groupby(ordered, key=lambda r: r["recipe"])]
    parts = [_HEAD, _worse(systems)]
    for source, group in groupby(systems, key=lambda system: system.paper["source"]):
        members = list(group)
        parts.append(section(source, _table(members)))
        parts += [_details(system) for system in members]
    return "\n\n".join([*parts, _protocols(reports)]) + "\n"


def _table(systems: Sequence[System]) -> str:
    heads = ["system", "the paper", "ours, leaky", "ours, honest", "parameters",
             "training per fold", "corpora here (the paper's)"]  # fmt: skip
    return table(heads, [_row(system) for system in systems])


def _row(system: System) -> list[str]:
    seconds = [report["training_seconds_per_fold"] for report in system.reports]
    here, there = (", ".join(names) for names in (system.any["corpora"], system.paper["corpora"]))
    return [
        f"{system.name}",
        _paper(system.paper),
        "<br>".join(_figures(system, report) for report in system.leaky) or "–",
        "<br>".join(_figures(system, report) for report in system.honest) or "–",
        _count(system.any["parameters"]),
        _duration(max(seconds)),
        f"{here} ({there})" if system.stand_in else here,
    ]


def _paper(paper: Report) -> str:
    measure = "" if paper["measure"] == "accuracy" else f"{MEASURES[paper['measure']]} "
    figure = "no figure" if paper["figure"] is None else f"{measure}{percent(paper['figure'])}"
    return f"{figure}: {paper['protocol']}"


def _figures(system: System, report: Report) -> str:
    """Return the protocol, its figures, and of how many clips and speakers they are."""
    mark = "" if report["interval_over"] == "speakers" else "*"
    parts = [f"{spread(report['accuracy'])}{mark}", f"UAR {spread(report['uar'])}{mark}"]
    if system.paper["measure"] == "macro_f1":
        parts.append(f"macro F1 {percent(report['macro_f1'])}")
    people = f" of {report['speakers']} speakers" if report["speakers"] else ""
    return f"`{report['protocol']['name']}`: {', '.join(parts)}; {report['n']:,} clips{people}"


def _details(system: System) -> str:
    report, note = system.any, system.paper["note"]
    heads = ["class"]
    for other in system.reports:
        heads += [f"{other['protocol']['name']}: precision / recall / F1, %", "n"]
    return section(
        system.name,
        f"Recipe `{report['recipe']}`, version {report['version']}, seed {report['seed']}; "
        f"{len(report['labels'])} classes." + (f" {_sentence(note)}" if note else ""),
        "\n".join(f"- {line}" for line in comparisons(system)),
        table(heads, class_rows(system.reports)),
        "\n".join(["```", *_commands(system), "```"]),
        level=3,
    )


def _worse(systems: Sequence[System]) -> str:
    found = [
        f"- {system.paper['source']}, {system.name}: {line}"
        for system in systems
        for line in shortcomings(system)
    ]
    text = "\n".join(found) or "Nowhere, as far as the papers give figures."
    return section("Where ours is worse, or no better than chance", text)


def _commands(system: System) -> list[str]:
    recipe = system.any["recipe"]
    command = f"emoarc evaluate --model recipes/systems/{recipe}.toml"
    lines = [
        f"{command} --data ../shared --protocol {name} -o runs/{recipe}-{name}"
        for name in (report["protocol"]["name"] for report in system.reports)
    ]
    there = ", ".join(system.paper["corpora"])
    paper = f"{command} --paper --data DIR -o runs/{recipe}-paper"
    return [*lines, f"{paper}   # DIR holds {there}"]


def _protocols(reports: Sequence[Report]) -> str:
    found = {report["protocol"]["name"]: report["protocol"]["description"] for report in reports}
    return section("Protocols", "\n".join(f"- `{name}`: {found[name]}." for name in sorted(found)))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _count(number: int | None) -> str:
    return "–" if not number else f"{number:,}"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
