"""Requests of the API: sent with the token, again where that is safe, and understood."""

import time
import uuid
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import httpx

from tuneboard_client.errors import UnreachableError
from tuneboard_client.responses import checked, filename_of, json_of, pause_of

ROOT = "/api/v1"
ATTEMPTS = 5
PAUSE_SECONDS = 0.5

Params = Mapping[str, Any]


class Attachment(NamedTuple):
    """The file of a form."""

    path: Path
    filename: str


class Transport:
    """Speaks HTTP with one server.

    Parameters
    ----------
    url : str
        Address of the server.
    token : str
        Token of its API.
    timeout : float
        Seconds to wait for an answer.
    """

    def __init__(self, url: str, token: str, *, timeout: float) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._http = httpx.Client(
            base_url=self.url + ROOT, headers=self.headers, timeout=timeout
        )
        # Also of a client that is only forgotten, at the latest when the program ends.
        self._closed = weakref.finalize(self, self._http.close)

    @property
    def headers(self) -> dict[str, str]:
        """What names the caller."""
        return {"Authorization": f"Bearer {self._token}"}

    def socket_url(self, path: str) -> str:
        """Return the address of a socket.

        Parameters
        ----------
        path : str
            Its path on the server.

        Returns
        -------
        str
            With the scheme ``ws`` or ``wss``.
        """
        parts = urlsplit(self.url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        return urlunsplit((scheme, parts.netloc, parts.path + path, "", ""))

    def get(self, path: str, params: Params | None = None) -> Any:  # noqa: ANN401
        """Return what the API answers to GET.

        Parameters
        ----------
        path : str
            Below ``/api/v1``.
        params : mapping, optional
            Parameters of the address; None among the values are left out.

        Returns
        -------
        object
            The JSON.
        """
        return json_of(self.send("GET", path, params=known(params), again=True))

    def send(
        self,
        method: str,
        path: str,
        *,
        again: bool = False,
        file: Attachment | None = None,
        **request: Any,
    ) -> httpx.Response:
        """Send a request and return its answer, if it is a success.

        Parameters
        ----------
        method : str
            Such as ``POST``.
        path : str
            Below ``/api/v1``.
        again : bool, default False
            Whether it may be sent again when no answer came.
        file : Attachment, optional
            The file of a form, opened anew for each attempt.
        **request
            As httpx takes it.

        Returns
        -------
        Response
            With its body read.

        Raises
        ------
        ProblemError
            If the server refuses it.
        UnreachableError
            If no server answers.
        """
        for attempt in range(ATTEMPTS):
            last = attempt == ATTEMPTS - 1
            pause = PAUSE_SECONDS * 2**attempt
            try:
                answer = self._attempt(method, path, file, request)
            except httpx.ConnectError as error:  # it was not sent
                if last:
                    raise self._unreachable(error) from error
            except httpx.TransportError as error:
                if last or not again:
                    raise self._unreachable(error) from error
            else:
                wait = pause_of(answer, pause, again=again)
                if wait is None or last:
                    return checked(answer)
                pause = wait
            time.sleep(pause)
        raise AssertionError("not reached")

    def _attempt(
        self,
        method: str,
        path: str,
        file: Attachment | None,
        request: dict[str, Any],
    ) -> httpx.Response:
        if file is None:
            return self._http.request(method, path, **request)
        with file.path.open("rb") as stream:
            files = {"file": (file.filename, stream)}
            return self._http.request(method, path, files=files, **request)

    def create(
        self,
        path: str,
        json: object = None,
        *,
        data: Params | None = None,
        file: Attachment | None = None,
    ) -> Any:  # noqa: ANN401
        """Have something made: once, also where the request has to be sent again.

        Parameters
        ----------
        path : str
            Below ``/api/v1``.
        json : object, optional
            The body.
        data : mapping, optional
            Or the fields of a form.
        file : Attachment, optional
            And its file.

        Returns
        -------
        object
            The JSON that describes what was made.
        """
        body = {"json": json} if json is not None else {"data": known(data)}
        key = {"Idempotency-Key": uuid.uuid4().hex}
        return json_of(
            self.send("POST", path, again=True, file=file, headers=key, **body)
        )

    def pages(self, path: str, params: Params | None = None) -> Iterator[Any]:
        """Go through a list, whatever its length.

        Parameters
        ----------
        path : str
            Below ``/api/v1``.
        params : mapping, optional
            Filters and order.

        Yields
        ------
        object
            The JSON of each item.
        """
        asked = {"limit": 200, **known(params)}
        while True:
            page = self.get(path, asked)
            yield from page["items"]
            if not page.get("next_cursor"):
                return
            asked["cursor"] = page["next_cursor"]

    def download(self, path: str, target: Path, params: Params | None = None) -> Path:
        """Save a file, whatever its size.

        Parameters
        ----------
        path : str
            Below ``/api/v1``.
        target : Path
            The file to write, or a folder to write it into.
        params : mapping, optional
            Parameters of the address; None among the values are left out.

        Returns
        -------
        Path
            The file. It appears when it is complete.
        """
        with self._streamed(path, known(params)) as answer:
            if target.is_dir():
                target = target / filename_of(answer)
            part = target.with_name(f"{target.name}.part")
            try:
                with part.open("wb") as stream:
                    for chunk in answer.iter_bytes():
                        stream.write(chunk)
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
        return target

    @contextmanager
    def _streamed(self, path: str, params: Params) -> Iterator[httpx.Response]:
        try:
            with self._http.stream("GET", path, params=params) as answer:
                if answer.is_error:
                    answer.read()
                yield checked(answer)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> UnreachableError:
        why = str(error) or type(error).__name__
        return UnreachableError(
            f"No answer from {self.url}: {why}. Is the server running there (make run), "
            "and is the address right (Client(url=...) or TUNEBOARD_URL)?"
        )

    def close(self) -> None:
        """Close the connections."""
        self._closed()


def known(params: Params | None) -> dict[str, Any]:
    """Leave out what is None.

    Parameters
    ----------
    params : mapping or None
        Values by name.

    Returns
    -------
    dict
        Those there are.
    """
    return {k: v for k, v in (params or {}).items() if v is not None}
