"""The lists of runs and the workers page: what changes in any run or worker."""

from collections.abc import Hashable, Iterable
from typing import NamedTuple

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.template.loader import render_to_string

from runs.announcing import OVERVIEW
from runs.listings import PROJECT_RUNS_A_PAGE, RUNS_A_PAGE, run_rows
from runs.live.fleet import fleet
from runs.models import Run
from runs.relay.base import Relay, compact
from runs.relay.slots import Parts


class Audience(NamedTuple):
    """Who looks at which page: people see the projects they are members of."""

    user_id: int
    page: str  # runs or workers
    number: int = 1  # of the page of a list
    project_id: int | None = None  # whose runs are listed; None for those of all


class OverviewRelay(Relay):
    coalesce_seconds = 0.5
    together = False

    def __init__(self) -> None:
        super().__init__(OVERVIEW)
        # Of runs that have ended: they change no more.
        self.ended: dict[int, str] = {}
        self.lists: dict[Audience, tuple[list[int] | None, str]] = {}

    def render(self, audiences: Iterable[Hashable]) -> dict[Hashable, Parts]:
        wanted = [who for who in audiences if isinstance(who, Audience)]
        users = User.objects.in_bulk({who.user_id for who in wanted})
        found: dict[Hashable, Parts] = {}
        for who in wanted:
            user = users.get(who.user_id)
            if user is not None:
                found[who] = (
                    self.runs(who, user) if who.page == "runs" else workers(user)
                )
        return found

    def runs(self, who: Audience, user: User) -> Parts:
        """Return a row a run, and the whole list again if there are others than before."""
        visible = Run.objects.visible_to(user).values_list("pk", flat=True)
        n_rows = RUNS_A_PAGE
        if who.project_id is not None:
            visible, n_rows = (
                visible.filter(project=who.project_id),
                PROJECT_RUNS_A_PAGE,
            )
        ids = list(Paginator(visible, n_rows).get_page(who.number))
        rows = self.rows(user, ids)
        shown = [rows[pk] for pk in ids if pk in rows]
        listed, markup = self.lists.get(who, (None, ""))
        if listed != ids:
            body = "".join(row.replace(SWAP, "", 1) for row in shown)
            markup = f'<tbody id="run-rows"{SWAP}>{body}</tbody>'
            self.lists[who] = (ids, markup)
        return {"list": markup, **{f"run-{pk}": rows[pk] for pk in ids if pk in rows}}

    def rows(self, user: User, ids: list[int]) -> dict[int, str]:
        known = {pk: self.ended[pk] for pk in ids if pk in self.ended}
        missing = run_rows(user).filter(pk__in=[pk for pk in ids if pk not in known])
        for run in missing:
            context = {"run": run, "oob": True}
            row = compact(render_to_string("runs/list/row.html", context))
            known[run.pk] = row
            if run.has_ended:
                self.ended[run.pk] = row
        return known


SWAP = ' hx-swap-oob="true"'


def workers(user: User) -> Parts:
    context = {"fleet": fleet(user), "oob": True}
    return {"fleet": compact(render_to_string("runs/list/fleet.html", context))}
