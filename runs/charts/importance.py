"""Parameter importance: which parameters the scores depend on."""

from collections.abc import Mapping, Sequence
from typing import Any

from runs.charts.bounds import bound_clause
from runs.charts.trials import Sheet, Trials, View
from runs.charts.wording import listed


def sheet(importances: Sequence[Mapping[str, Any]]) -> Sheet:
    """Return the importances as a table.

    Parameters
    ----------
    importances : sequence of mapping
        For each parameter its ``name``, ``fanova`` and ``ped_anova`` shares, how many
        trials they are from and under which condition.

    Returns
    -------
    Sheet
        One row a parameter.
    """
    header = ["parameter", "fANOVA", "PED-ANOVA", "trials", "condition"]
    return Sheet(
        header,
        [
            [p["name"], p["fanova"], p["ped_anova"], p["n_trials"], p["when"]]
            for p in importances
        ],
    )


def reading(
    importances: Sequence[Mapping[str, Any]], trials: Trials, view: View
) -> str:
    """Say what most of the gain comes from.

    Parameters
    ----------
    importances : sequence of mapping
        As for `sheet`.
    trials : Trials
        The trials.
    view : View
        What the page looks at.

    Returns
    -------
    str
        A sentence.
    """
    always = [p for p in importances if not p["when"] and p["fanova"] is not None]
    if not always:
        return "Nothing can be said of the parameters yet."
    always.sort(key=lambda p: -p["fanova"])
    first = always[0]
    scored = trials.of(view.algorithm).scored
    if first["fanova"] >= 0.5:
        text = f"Most of the gain comes from {first['name']} ({_percent(first)})"
    else:
        pair = [f"{p['name']} ({_percent(p)})" for p in always[:2]]
        text = f"The gain comes from several parameters, {listed(pair)} before others"
    clause = bound_clause(scored, view.axis(first["name"]))
    if clause and not clause.startswith("with "):
        text += (
            f"; of {first['name']}, {clause}"
            if first["fanova"] < 0.5
            else f"; {clause}"
        )
    elif clause:
        text += f"; {clause}"
    by_ped = max(always, key=lambda p: p["ped_anova"] or 0.0)
    if by_ped["ped_anova"] and by_ped["name"] != first["name"]:
        text += f"; among the best trials {by_ped['name']} matters most"
    return f"{text}."


def _percent(importance: Mapping[str, Any]) -> str:
    return f"{100 * importance['fanova']:.0f} %"
