"""Trials side by side, with a test of whether their difference is chance."""

from django.http import QueryDict
from ninja import Field, Query, Router, Schema

from runs.access import run_for
from runs.api.problems import FieldError, invalid
from runs.api.responses import answers
from runs.api.security import ApiRequest
from runs.api.trials import TrialOut, fields_of
from runs.trials.comparison import CompareError, Row, Verdict, compare, wanted_trials
from runs.trials.selection import chosen, unreadable

router = Router(tags=["Trials"])


class RowOut(Schema):
    name: str
    cells: list[str] = Field(description="Of each trial, as the page shows it.")
    differs: bool


class VerdictOut(Schema):
    trial: int = Field(description="The one that the best is compared with.")
    sentence: str
    difference: float | None = Field(
        description="Of the means, greater being better; null: there is no test."
    )
    p_value: float | None
    p_adjusted: float | None = Field(description="For the number of comparisons.")
    is_chance: bool


class CompareOut(Schema):
    trials: list[TrialOut] = Field(description="In the order asked for.")
    best: int | None = Field(description="Its number; null where none is complete.")
    verdicts: list[VerdictOut]
    params: list[RowOut]
    facts: list[RowOut]


class CompareQuery(Schema):
    numbers: str = Field(description="2 to 10 trial numbers, as `3,5,9`.")


def row_out(row: Row) -> RowOut:
    return RowOut(name=row.label, cells=row.cells, differs=row.differs)


def verdict_out(verdict: Verdict) -> VerdictOut:
    test = verdict.test
    return VerdictOut(
        trial=verdict.other.number,
        sentence=verdict.sentence,
        difference=test.difference if test else None,
        p_value=test.p_value if test else None,
        p_adjusted=verdict.p_adjusted,
        is_chance=verdict.is_chance,
    )


@router.get("/runs/{int:run_id}/trials/compare", **answers(200, CompareOut, 404, 422))
def compare_trials(
    request: ApiRequest, run_id: int, query: Query[CompareQuery]
) -> CompareOut:
    """Return where trials differ, and whether the best is better by more than chance."""
    run = run_for(request.user, run_id)
    asked = QueryDict(mutable=True)
    asked["trials"] = query.numbers
    try:
        trials = wanted_trials(run, chosen(asked), unreadable(asked), name="numbers")
    except CompareError as error:
        raise invalid([FieldError(str(error), parameter="numbers")]) from None
    found = compare(run, trials)
    return CompareOut(
        trials=[TrialOut(**fields_of(trial, run)) for trial in found.trials],
        best=found.best.number if found.best else None,
        verdicts=[verdict_out(verdict) for verdict in found.verdicts],
        params=[row_out(row) for row in found.params],
        facts=[row_out(row) for row in found.facts],
    )
