"""The administration of what the API keeps of its callers."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from runs.admin.base import Recorded, Unchangeable, each
from runs.models import ApiToken, StoredAnswer
from runs.services.tokens import revoke_token


class RevokedFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "revoked"

    def lookups(
        self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]"
    ) -> list[tuple[str, str]]:
        return [("no", "Not revoked"), ("yes", "Revoked")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ApiToken]
    ) -> QuerySet[ApiToken]:
        if self.value() is None:
            return queryset
        return queryset.filter(revoked_at__isnull=self.value() == "no")


@admin.register(ApiToken)
class ApiTokenAdmin(Unchangeable):
    """Who has which tokens: to be looked at and revoked, never made for somebody else."""

    list_filter = [RevokedFilter]
    list_display = [
        "name",
        "user",
        "prefix",
        "scopes",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    ]
    search_fields = ["name", "user__username", "prefix"]
    list_select_related = ["user"]
    exclude = ["digest"]
    actions = ["revoke"]

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        # Nobody edits a row by hand, but whoever may change them may end them.
        return bool(request.user.has_perm("runs.change_apitoken"))

    @admin.action(description="Revoke selected tokens", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        each(
            self,
            request,
            queryset,
            lambda token, _: revoke_token(token),
            one="1 token is revoked.",
            many="{n} tokens are revoked.",
        )


@admin.register(StoredAnswer)
class StoredAnswerAdmin(Recorded):
    """What requests with an idempotency key were answered; the bodies are not shown."""

    list_display = ["key", "user", "status", "location", "claimed_at"]
    list_filter = ["status"]
    search_fields = ["key", "user__username"]
    list_select_related = ["user"]
    exclude = ["body", "fingerprint"]
