"""One system beside its paper, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emoarc.corpora import LEAKY
from emoarc.evaluate.results._markdown import percent, spread

__all__ = ["MEASURES", "Report", "System", "comparisons", "shortcomings"]

MEASURES = {"accuracy": "accuracy", "uar": "UAR", "macro_f1": "macro F1"}

Report = Mapping[str, Any]
"""What an `evaluation.json` of a recipe holds."""


@dataclass(frozen=True)
class System:
    """All reports on one recipe."""

    leaky: tuple[Report, ...]
    honest: tuple[Report, ...]

    @classmethod
    def of(cls, reports: Sequence[Report]) -> "System":
        """Tell the leaky reports from the others, each in the order of their protocols."""
        ordered = sorted(reports, key=lambda report: report["protocol"]["name"])
        return cls(
            tuple(report for report in ordered if _is_leaky(report["protocol"]["name"])),
            tuple(report for report in ordered if not _is_leaky(report["protocol"]["name"])),
        )

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


def comparisons(system: System) -> list[str]:
    """Say how ours and the paper's figures compare, and what the leak is worth."""
    lines = [_beside(system, report) for report in system.alike]
    if system.paper["figure"] is None:
        lines = ["The paper gives no figure that this could stand beside."]
    elif not lines:
        lines = ["Not measured under the paper's kind of protocol."]
    lines += [_independent(system, report) for report in _independents(system)]
    lines += [_at_chance(report) for report in system.reports if _is_at_chance(report)]
    if system.leaky and system.honest:
        lines.append(_cost(system.leaky[0], system.honest[0]))
    return lines


def _beside(system: System, report: Report) -> str:
    measure, figure = system.paper["measure"], system.paper["figure"]
    if figure is None:
        return ""
    ours = _than(system, report, _value(report, measure), figure)
    within = (
        "; its interval includes the paper's figure" if _includes(report, measure, figure) else ""
    )
    return f"The paper reports {percent(figure)} {MEASURES[measure]}; {ours}{within}."


def _independents(system: System) -> tuple[Report, ...]:
    """Return our reports that stand beside a second figure of the paper's, with speakers apart."""
    stated = system.paper.get("independent") is not None
    return system.honest if stated and _is_leaky(system.paper["reproduce"]) else ()


def _independent(system: System, report: Report) -> str:
    figure = system.paper["independent"]
    ours = _than(system, report, report["accuracy"]["value"], figure)
    return f"With speakers apart the paper reports {percent(figure)}; {ours}."


def _includes(report: Report, measure: str, figure: float) -> bool:
    found = report[measure]
    if measure == "macro_f1" or found["low"] is None:
        return False  # macro F1 has no interval
    return bool(found["low"] <= figure <= found["high"])


def _than(system: System, report: Report, ours: float | None, theirs: float) -> str:
    """Put our figure beside theirs in words."""
    name = f"ours under `{report['protocol']['name']}`"
    if ours is None:
        return f"{name} could not be measured"
    gap = round(100 * (ours - theirs), 1)
    how = f"{'higher' if gap > 0 else '**worse**'} by {abs(gap):.1f} points" if gap else "the same"
    other = ", on other recordings" if system.stand_in else ""
    return f"{name} is {how}, {percent(ours)}{other}"


def _cost(leaky: Report, honest: Report) -> str:
    name, other = (report["protocol"]["name"] for report in (leaky, honest))
    values = [report["accuracy"]["value"] for report in (leaky, honest)]
    if None in values:
        return f"`{name}` and `{other}` cannot be compared: one has no figure."
    gap = 100 * (values[0] - values[1])
    if gap <= 0:
        return f"Under `{other}` it does no worse than under `{name}`."
    return f"Of the accuracy under `{name}`, {gap:.1f} points are gone under `{other}`."


def shortcomings(system: System) -> list[str]:
    """Say where ours is below the paper's, or no better than chance."""
    return [
        *(
            _beside(system, report)
            for report in system.alike
            if _is_worse(_value(report, system.paper["measure"]), system.paper["figure"])
        ),
        *(
            _independent(system, report)
            for report in _independents(system)
            if _is_worse(report["accuracy"]["value"], system.paper["independent"])
        ),
        *(_at_chance(report) for report in system.reports if _is_at_chance(report)),
    ]


def _is_worse(ours: float | None, theirs: float | None) -> bool:
    return ours is not None and theirs is not None and round(100 * (ours - theirs), 1) < 0


def _is_at_chance(report: Report) -> bool:
    """Tell whether the UAR, or its interval, reaches down to that of any constant answer."""
    value, low = report["uar"]["value"], report["uar"]["low"]
    lowest: float | None = value if low is None else low
    return lowest is not None and lowest <= _chance(report)


def _chance(report: Report) -> float:
    occurring = sum(1 for row in report["classes"].values() if row["support"])
    return round(1 / max(occurring, 1), 4)


def _at_chance(report: Report) -> str:
    return (
        f"Under `{report['protocol']['name']}` ours is **no better than chance**, as far as these "
        f"clips can tell: UAR {spread(report['uar'])}, where any constant answer has "
        f"{percent(_chance(report))}."
    )


def _value(report: Report, measure: str) -> float | None:
    # Macro F1 has no interval.
    return report["macro_f1"] if measure == "macro_f1" else report[measure]["value"]


def _is_leaky(protocol: str) -> bool:
    return protocol.startswith(LEAKY)
