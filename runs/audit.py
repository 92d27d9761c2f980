"""The audit log: the one place that writes it, and what is read of it.

Services call `record` beside the change itself. Who acts is known from the request that
is being answered, which the middleware notes, or told by the caller.
"""

from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.decorators import sync_and_async_middleware

from runs.accounts import client_address
from runs.enums import Action, Through
from runs.models import ApiToken, AuditEntry, Project

API = "/api/"
NAME_LENGTH, NOTE_LENGTH = 200, 300
# What an owner is told about; sign-ins and tokens are of people, not of a project.
KINDS = {
    "project": "Project",
    "member": "Members",
    "dataset": "Datasets",
    "preset": "Presets",
    "run": "Runs",
    "model": "Models",
    "prediction": "Predictions",
}

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


@sync_and_async_middleware
def audit_middleware(get_response: Any) -> Any:  # noqa: ANN401 - of either kind
    """Note whose request is being answered, for what is recorded meanwhile."""
    if iscoroutinefunction(get_response):

        async def in_turns(request: HttpRequest) -> HttpResponseBase:
            noted = _request.set(request)
            try:
                response: HttpResponseBase = await get_response(request)
            finally:
                _request.reset(noted)
            return response

        return in_turns

    def at_once(request: HttpRequest) -> HttpResponseBase:
        noted = _request.set(request)
        try:
            response: HttpResponseBase = get_response(request)
        finally:
            _request.reset(noted)
        return response

    return at_once


def record(
    action: Action,
    about: Model | None = None,
    *,
    project: Project | None = None,
    user: AbstractBaseUser | None = None,
    name: str = "",
    note: str = "",
) -> None:
    """Write down that somebody did something; one INSERT.

    Call it in the transaction of the change, before what is deleted is gone.

    Parameters
    ----------
    action : Action
        What was done.
    about : Model, optional
        What it was done to; its key and, without `name`, its name are kept.
    project : Project, optional
        The project whose owners may read it.
    user : User, optional
        Who did it, where no request is being answered: a command.
    name : str
        What the object is called.
    note : str
        The rest of the sentence. Never a secret.
    """
    request = _request.get()
    signed_in = getattr(request, "user", None) if request else None
    actor = user or (signed_in if signed_in and signed_in.is_authenticated else None)
    told = name or (str(getattr(about, "name", about)) if about else "")
    AuditEntry.objects.create(
        action=action,
        actor_id=actor.pk if actor else None,
        actor_name=actor.get_username() if actor else "",
        project=project,
        project_name=project.name if project else "",
        object_id=about.pk if about else None,
        object_name=told[:NAME_LENGTH],
        note=with_token(request, note)[:NOTE_LENGTH],
        through=through(request),
        address=client_address(request) if request else None,
    )


def through(request: HttpRequest | None) -> Through:
    if request is None:
        return Through.COMMAND
    return Through.API if request.path.startswith(API) else Through.PAGE


def with_token(request: HttpRequest | None, note: str) -> str:
    """Say with which token a program came: by its name, which is no secret."""
    caller = getattr(request, "auth", None)
    if not isinstance(caller, ApiToken):
        return note
    return f"{note} With the token “{caller.name}”.".strip()


def entries(
    project: Project, *, person: str = "", kind: str = ""
) -> QuerySet[AuditEntry]:
    """Return what was done in a project, the latest first, of a person or a kind."""
    found = AuditEntry.objects.filter(project=project)
    if person:
        found = found.filter(actor_name=person)
    if kind:
        found = found.filter(action__startswith=f"{kind}.")
    return found


def people(project: Project) -> list[str]:
    """Return who is named in the log of a project."""
    named = AuditEntry.objects.filter(project=project).exclude(actor_name="")
    names = named.order_by("actor_name").values_list("actor_name", flat=True)
    return list(names.distinct())


def forget() -> int:
    """Delete what is older than the log is kept; return how much that was."""
    if not settings.AUDIT_DAYS:
        return 0
    oldest = timezone.now() - timedelta(days=settings.AUDIT_DAYS)
    return AuditEntry.objects.filter(at__lt=oldest).delete()[0]
