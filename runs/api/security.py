"""Who calls: a token in the header, or the session of a signed-in browser."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja.errors import AuthenticationError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from runs.api.problems import ProblemError
from runs.enums import Scope
from runs.models import ApiToken
from runs.services.tokens import valid_token

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class ApiRequest(HttpRequest):
    """A request that has passed authentication."""

    user: User
    auth: ApiToken | User


class TokenAuth(HttpBearer):
    """A token of the user's page “API tokens”, as `Authorization: Bearer tb_…`."""

    openapi_description = "A token of the page “API tokens” in the account menu."

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        found = valid_token(token.strip())
        if found is None:
            # A session that happens to be there must not stand in for it.
            raise AuthenticationError(
                message="The token is unknown, expired or revoked."
            )
        wanted = Scope.READ if request.method in READING else Scope.WRITE
        if wanted not in found.scopes:
            raise ProblemError(403, f"The token lacks the scope “{wanted.value}”.")
        request.user = found.user
        return found


class SessionAuth(APIKeyCookie):
    """The session cookie; whatever is not reading also needs the CSRF token."""

    param_name = "sessionid"
    openapi_description = (
        "The session of a signed-in browser. Other methods than GET also need the header "
        "X-CSRFToken."
    )

    def __call__(self, request: HttpRequest) -> User | None:
        # Nobody's request is unauthenticated first of all, with or without a CSRF token.
        if not request.user.is_authenticated:
            return None
        if request.method not in READING and check_csrf(request):
            raise ProblemError(403, "The CSRF token is missing or wrong.")
        return self.authenticate(request, None)

    def authenticate(self, request: HttpRequest, key: str | None) -> User:
        assert isinstance(request.user, User)
        return request.user
