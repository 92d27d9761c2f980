"""Which sockets are opened with a token, and which with a browser's session."""

from collections.abc import Awaitable, Callable
from typing import Any

from runs.api.sockets import bearer_secret

Application = Callable[..., Awaitable[None]]
ROOT = "/ws/v1/"


class TokenOrSession:
    """Programs send a token and no origin, so theirs is not asked for.

    That is safe: no page can have a browser send the header, and with it no session counts.
    """

    def __init__(self, *, by_token: Application, by_session: Application) -> None:
        self.by_token, self.by_session = by_token, by_session

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401
        has_token = scope["path"].startswith(ROOT) and bearer_secret(scope) is not None
        chosen = self.by_token if has_token else self.by_session
        await chosen(scope, receive, send)
