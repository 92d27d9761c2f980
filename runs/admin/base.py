"""What the administrations of all models have in common."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import CASCADE, Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from runs import audit
from runs.enums import Action
from runs.models import Project
from runs.services.requeue import requeue

# What a worker's lease consists of: of use to whoever looks for a stuck row.
LEASE = ["worker", "attempts", "lease_until", "published_at"]


class NotesDeletion(admin.ModelAdmin):  # type: ignore[type-arg]
    """What is deleted here is in the audit log like what is deleted on a page."""

    deleted_as: Action | None = None

    def note_deleted(self, row: Model) -> None:
        if self.deleted_as is not None:
            project = row if isinstance(row, Project) else project_of(row)
            audit.record(self.deleted_as, row, project=project)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.note_deleted(obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.note_deleted(row)
        super().delete_queryset(request, queryset)


class DeletesWithFiles(NotesDeletion):
    """Deletion that takes files along and says how much goes, in counts.

    Django's own page lists every row that goes along, which for a run means thousands.
    """

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        deletion = actions.get("delete_selected")
        if deletion:
            label = "Delete selected %(verbose_name_plural)s with their files"
            actions["delete_selected"] = (*deletion[:2], label)
        return actions

    def get_deleted_objects(
        self, objs: Iterable[Model], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        found = list(objs)
        rows = self.model._default_manager.filter(pk__in=[obj.pk for obj in found])
        names = [str(obj) for obj in found]
        return names, cascade_counts(rows), set(), self.protected(rows)

    def protected(self, rows: QuerySet[Any]) -> list[str]:
        """Return why these rows cannot be deleted now, in sentences."""
        return []


def cascade_counts(rows: QuerySet[Any]) -> dict[str, int]:
    """Return how many rows of each kind go when `rows` are deleted."""
    counts = {str(rows.model._meta.verbose_name_plural): rows.count()}
    for relation in rows.model._meta.related_objects:
        if relation.on_delete is CASCADE:
            children = relation.related_model._default_manager.filter(
                **{f"{relation.field.name}__in": rows.order_by().values("pk")}
            )
            # A row that is reached by two ways goes once.
            counts = cascade_counts(children) | counts
    return counts


def project_of(row: Any) -> Project | None:  # noqa: ANN401 - of a model with PROJECT_PATH
    """Return the project that a row belongs to, by the way access goes."""
    for name in row.PROJECT_PATH.split("__"):
        row = getattr(row, name)
    return row if isinstance(row, Project) else None


class Recorded(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that workers write: to be looked at, never to be edited by hand."""

    list_per_page = 50
    # Counting a million rows for "of how many" would be the slowest part of the page.
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


class Unchangeable(Recorded):
    """The record of a search: it goes with its run, never row by row."""

    ordering = ["-pk"]

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


class Requeues(Recorded):
    """Rows that workers compute one by one, which can be put back into the queue."""

    states: dict[
        str, str
    ]  # each state that is not the end, or failed -> where it waits
    actions = ["requeue"]

    def has_requeue_permission(self, request: HttpRequest) -> bool:
        opts = self.opts
        return bool(request.user.has_perm(f"{opts.app_label}.change_{opts.model_name}"))

    @admin.action(
        description="Put selected %(verbose_name_plural)s back into the queue",
        permissions=["requeue"],
    )
    def requeue(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        n = requeue(rows, self.states)
        self.message_user(
            request,
            f"{n} put back into the queue; workers are told within seconds."
            if n
            else "Nothing here waits, is being worked on or has failed.",
            messages.SUCCESS if n else messages.WARNING,
        )


def each(
    admin_of: "admin.ModelAdmin[Any]",
    request: HttpRequest,
    rows: Iterable[Model],
    act: Callable[[Any, User], object],
    one: str,
    many: str,
) -> None:
    """Do something to each row and say so of `{n}`; say why not of the others."""
    actor = cast("User", request.user)  # the admin lets nobody in unnamed
    n_done = 0
    for row in rows:
        try:
            act(row, actor)
        except ValidationError as error:
            text = f"{row}: {error.messages[0]}"
            admin_of.message_user(request, text, messages.WARNING)
        else:
            n_done += 1
    if n_done:
        text = one if n_done == 1 else many.format(n=n_done)
        admin_of.message_user(request, text, messages.SUCCESS)


# --- Links ---------------------------------------------------------------------------


def link(address: str, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', address, text)


def to(field: str) -> Callable[[Model], str]:
    """Return a column of a list: the row that `field` names, as a link to its page."""

    @admin.display(description=field.replace("_", " "), ordering=field)
    def shown(row: Model) -> str:
        other = getattr(row, field)
        return "-" if other is None else link(change_address(other), str(other))

    return shown


def change_address(row: Model) -> str:
    opts = row._meta
    name = f"admin:{opts.app_label}_{opts.model_name}_change"
    return reverse(name, args=[row.pk])


def listed(of: Model, model: type[Model], field: str, text: str) -> SafeString:
    """Return a link to the list of those rows of `model` whose `field` is `of`."""
    opts = model._meta
    address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    return link(f"{address}?{field}__id__exact={of.pk}", text)
