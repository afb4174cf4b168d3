"""The page on the systems of the source papers: what they report, and what they reach here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from emoarc.evaluate.results._markdown import class_rows, percent, section, spread, table

__all__ = ["systems_page"]

_LEAKY = "leaky-random"
"""How the name of every protocol begins that lets speakers into both training and test."""

_MEASURES = {"accuracy": "accuracy", "uar": "UAR", "macro_f1": "macro F1"}

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
- Where another corpus stands in for the paper's, the figures compare systems on different
  recordings, and neither proves the other wrong."""

Report = Mapping[str, Any]


@dataclass(frozen=True)
class _System:
    """All reports on one recipe."""

    leaky: tuple[Report, ...]
    honest: tuple[Report, ...]

    @property
    def reports(self) -> tuple[Report, ...]:
        return self.honest + self.leaky

    @property
    def any(self) -> Report:
        """Any of them, for what they have in common."""
        return self.reports[0]

    @property
    def paper(self) -> Report:
        return self.any["paper"]

    @property
    def name(self) -> str:
        """The system's name in its paper."""
        return self.paper.get("system") or self.any["recipe"]

    @property
    def alike(self) -> tuple[Report, ...]:
        """Those under the paper's kind of protocol."""
        return self.leaky if _is_leaky(self.paper["reproduce"]) else self.honest

    @property
    def stand_in(self) -> bool:
        """Whether the corpora are other than the paper's."""
        return set(self.any["corpora"]) != set(self.paper["corpora"])


def systems_page(reports: Sequence[Report]) -> str:
    """Return the page.

    Args:
        reports: The content of `evaluation.json` files of recipes, several for one recipe that was
            measured under several protocols.
    """
    ordered = sorted(reports, key=lambda r: (r["paper"]["source"], r["recipe"]))
    systems = [_system(list(same)) for _, same in groupby(ordered, key=lambda r: r["recipe"])]
    parts = [_HEAD, _worse(systems)]
    for source, group in groupby(systems, key=lambda system: system.paper["source"]):
        members = list(group)
        parts.append(section(source, _table(members)))
        parts += [_details(system) for system in members]
    return "\n\n".join([*parts, _protocols(reports)]) + "\n"


def _system(reports: list[Report]) -> _System:
    ordered = sorted(reports, key=lambda report: report["protocol"]["name"])
    return _System(
        tuple(report for report in ordered if _is_leaky(report["protocol"]["name"])),
        tuple(report for report in ordered if not _is_leaky(report["protocol"]["name"])),
    )


def _is_leaky(protocol: str) -> bool:
    return protocol.startswith(_LEAKY)


def _table(systems: Sequence[_System]) -> str:
    heads = ["system", "the paper", "ours, leaky", "ours, honest", "n (speakers)", "parameters",
             "training per fold", "corpora here (the paper's)"]  # fmt: skip
    return table(heads, [_row(system) for system in systems])


def _row(system: _System) -> list[str]:
    seconds = [report["training_seconds_per_fold"] for report in system.reports]
    counts = dict.fromkeys(f"{r['n']:,} ({r['speakers'] or '–'})" for r in system.reports)
    here, there = (", ".join(names) for names in (system.any["corpora"], system.paper["corpora"]))
    return [
        f"{system.name}",
        _paper(system.paper),
        "<br>".join(_figures(system, report) for report in system.leaky) or "–",
        "<br>".join(_figures(system, report) for report in system.honest) or "–",
        "<br>".join(counts),
        _count(system.any["parameters"]),
        _duration(max(seconds)),
        f"{here} ({there})" if system.stand_in else here,
    ]


def _paper(paper: Report) -> str:
    measure = "" if paper["measure"] == "accuracy" else f"{_MEASURES[paper['measure']]} "
    figure = "no figure" if paper["figure"] is None else f"{measure}{percent(paper['figure'])}"
    return f"{figure}: {paper['protocol']}"


def _figures(system: _System, report: Report) -> str:
    """Return the protocol, the accuracy, the UAR, and the paper's measure if it is a third."""
    mark = "" if report["interval_over"] == "speakers" else "*"
    parts = [f"{spread(report['accuracy'])}{mark}", f"UAR {spread(report['uar'])}{mark}"]
    if system.paper["measure"] == "macro_f1":
        parts.append(f"macro F1 {percent(report['macro_f1'])}")
    return f"`{report['protocol']['name']}`: {', '.join(parts)}"


def _details(system: _System) -> str:
    report, note = system.any, system.paper["note"]
    heads = ["class"]
    for other in system.reports:
        heads += [f"{other['protocol']['name']}: precision / recall / F1, %", "n"]
    return section(
        system.name,
        f"Recipe `{report['recipe']}`, version {report['version']}, seed {report['seed']}; "
        f"{len(report['labels'])} classes." + (f" {_sentence(note)}" if note else ""),
        "\n".join(f"- {line}" for line in _comparisons(system)),
        table(heads, class_rows(system.reports)),
        "\n".join(["```", *_commands(system), "```"]),
        level=3,
    )


def _comparisons(system: _System) -> list[str]:
    """Say how ours and the paper's figures compare, and what the leak is worth."""
    lines = [_beside(system, report) for report in system.alike]
    if system.paper["figure"] is None:
        lines = ["The paper gives no figure that this could stand beside."]
    elif not lines:
        lines = ["Not measured under the paper's kind of protocol."]
    independent = system.paper.get("independent")
    if independent is not None and _is_leaky(system.paper["reproduce"]):
        lines += [
            f"With speakers apart the paper reports {percent(independent)}; "
            f"{_than(report['accuracy']['value'], independent)} under "
            f"`{report['protocol']['name']}`."
            for report in system.honest
        ]
    if system.leaky and system.honest:
        lines.append(_cost(system.leaky[0], system.honest[0]))
    return lines


def _beside(system: _System, report: Report) -> str:
    measure, figure = system.paper["measure"], system.paper["figure"]
    if figure is None:
        return ""
    here, there = (", ".join(names) for names in (system.any["corpora"], system.paper["corpora"]))
    other = f", on {here} instead of {there}" if system.stand_in else ""
    within = ", and its interval includes the paper's" if _includes(report, measure, figure) else ""
    return (
        f"The paper reports {percent(figure)} {_MEASURES[measure]}; "
        f"{_than(_value(report, measure), figure)} under `{report['protocol']['name']}`{other}"
        f"{within}."
    )


def _includes(report: Report, measure: str, figure: float) -> bool:
    found = report[measure]
    if measure == "macro_f1" or found["low"] is None:
        return False  # macro F1 has no interval
    return bool(found["low"] <= figure <= found["high"])


def _than(ours: float | None, theirs: float) -> str:
    """Put our figure beside theirs in words."""
    if ours is None:
        return "ours could not be measured"
    gap = 100 * (ours - theirs)
    if round(abs(gap), 1) == 0:
        return f"ours is the same, {percent(ours)},"
    return (
        f"ours is {'higher' if gap > 0 else '**worse**'} by {abs(gap):.1f} points, {percent(ours)},"
    )


def _cost(leaky: Report, honest: Report) -> str:
    name, other = (report["protocol"]["name"] for report in (leaky, honest))
    values = [report["accuracy"]["value"] for report in (leaky, honest)]
    if None in values:
        return f"`{name}` and `{other}` cannot be compared: one has no figure."
    gap = 100 * (values[0] - values[1])
    if gap <= 0:
        return f"Under `{other}` it does no worse than under `{name}`."
    return f"Of the accuracy under `{name}`, {gap:.1f} points are gone under `{other}`."


def _worse(systems: Sequence[_System]) -> str:
    """List where our figure is below the paper's under the same kind of protocol."""
    lines = [
        f"- {system.paper['source']}, {system.name}: {_beside(system, report)}"
        for system in systems
        for report in system.alike
        if _is_worse(system.paper, report)
    ]
    text = "\n".join(lines) or "Nowhere, as far as the papers give figures."
    return section("Where ours is worse under the paper's kind of protocol", text)


def _is_worse(paper: Report, report: Report) -> bool:
    figure: float | None = paper["figure"]
    ours = _value(report, paper["measure"])
    return figure is not None and ours is not None and round(100 * (ours - figure), 1) < 0


def _commands(system: _System) -> list[str]:
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


def _value(report: Report, measure: str) -> float | None:
    # Macro F1 has no interval.
    return report["macro_f1"] if measure == "macro_f1" else report[measure]["value"]


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _count(number: int | None) -> str:
    return "–" if not number else f"{number:,}"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
