"""The way in: one server, and a token of it."""

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from tuneboard_client.datasets import Dataset
from tuneboard_client.errors import NotFoundError, Problem, TuneboardError
from tuneboard_client.models import Model
from tuneboard_client.projects import Project
from tuneboard_client.responses import json_of
from tuneboard_client.runs import Run
from tuneboard_client.transport import Transport
from tuneboard_client.workers import Workers, workers_of

URL, TOKEN = "TUNEBOARD_URL", "TUNEBOARD_TOKEN"


class Client:
    """Speaks with a Tuneboard server.

    Parameters
    ----------
    url : str, optional
        Address of the server, as ``https://tuneboard.example.org``; else that of the
        environment variable TUNEBOARD_URL.
    token : str, optional
        From the page “API tokens” of the account menu; else that of TUNEBOARD_TOKEN.
    timeout : float, default 60
        Seconds to wait for an answer. What takes longer than an answer may is waited for
        by `wait`, which has a timeout of its own.

    Notes
    -----
    A copy or a pickle of a client has no token: it takes that of the environment where it
    is read.

    Examples
    --------
    >>> client = Client("http://127.0.0.1:8000", token="tb_...")
    >>> [project.name for project in client.projects()]
    ['Penguins']
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        timeout: float = 60.0,
    ) -> None:
        url = url or os.environ.get(URL)
        token = token or os.environ.get(TOKEN)
        if not url:
            raise TuneboardError(
                f"Where is the server? Client(url=...), or set {URL}, for example to "
                "http://127.0.0.1:8000."
            )
        if not token:
            raise TuneboardError(
                f"Who are you? Client(token=...), or set {TOKEN}. The page “API tokens” of "
                "the account menu makes one."
            )
        self.url = url.rstrip("/")
        self._timeout = timeout
        self.transport = Transport(self.url, token, timeout=timeout)

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.url,)

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        # Connections are shared; scikit-learn copies the parameters of estimators.
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    # --- Projects -----------------------------------------------------------------

    def projects(self) -> list[Project]:
        """Return the projects you can see, the newest first.

        Returns
        -------
        list of Project
            Empty if there is none.
        """
        found = self.transport.pages("/projects")
        return [Project.of(self.transport, one) for one in found]

    def project(self, which: int | str, *, create: bool = False) -> Project:
        """Return a project.

        Parameters
        ----------
        which : int or str
            Its number or its name; of several of a name the newest.
        create : bool, default False
            Whether to make one of this name if there is none.

        Returns
        -------
        Project
            The project.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        if isinstance(which, int):
            return Project.of(self.transport, self.get(f"/projects/{which}"))
        for project in self.projects():
            if project.name == which:
                return project
        if create:
            return self.create_project(which)
        raise NotFoundError(
            Problem(
                status=404,
                title="Not found",
                detail=f"There is no project “{which}”; create=True makes one.",
            )
        )

    def create_project(self, name: str, *, description: str = "") -> Project:
        """Make a project; it is yours.

        Parameters
        ----------
        name : str
            What to call it.
        description : str, default ''
            What it is about.

        Returns
        -------
        Project
            The project.
        """
        body = {"name": name, "description": description}
        return Project.of(self.transport, self.transport.create("/projects", body))

    # --- By their numbers -----------------------------------------------------------

    def dataset(self, number: int) -> Dataset:
        """Return a dataset.

        Parameters
        ----------
        number : int
            Its number.

        Returns
        -------
        Dataset
            The dataset.
        """
        return Dataset.of(self.transport, self.get(f"/datasets/{number}"))

    def run(self, number: int) -> Run:
        """Return a run.

        Parameters
        ----------
        number : int
            Its number.

        Returns
        -------
        Run
            The run.
        """
        return Run.of(self.transport, self.get(f"/runs/{number}"))

    def model(self, number: int) -> Model:
        """Return a model.

        Parameters
        ----------
        number : int
            Its number.

        Returns
        -------
        Model
            The model.
        """
        return Model.of(self.transport, self.get(f"/models/{number}"))

    # --- What a configuration can name ------------------------------------------------

    def algorithms(self) -> dict[str, dict[str, Any]]:
        """Return the algorithms.

        Returns
        -------
        dict of str to dict
            By name: ``title``, ``tasks``, ``spaces`` and ``grids`` by task, ...
        """
        return {one["name"]: one for one in self.get("/algorithms")["items"]}

    def presets(self, project: Project | None = None) -> dict[str, dict[str, Any]]:
        """Return the presets.

        Parameters
        ----------
        project : Project, optional
            With those that this project has saved.

        Returns
        -------
        dict of str to dict
            By name: ``title``, ``description``, ``costs``, ...
        """
        asked = {"project": project.id} if project else {}
        return {one["name"]: one for one in self.get("/presets", asked)["items"]}

    def samples(self) -> dict[str, dict[str, Any]]:
        """Return the sample tables.

        Returns
        -------
        dict of str to dict
            By name: ``title``, ``description``, ``target``, ``licence``, ...
        """
        return {one["name"]: one for one in self.get("/samples")["items"]}

    # --- Workers ----------------------------------------------------------------------

    def workers(self) -> Workers:
        """Return the workers of all hosts, and of their work what you can see.

        Returns
        -------
        Workers
            ``n_processes``, ``n_busy``, ``n_waiting_trials``, ``hosts``, ...
        """
        return workers_of(self.get("/workers"))

    # --- Everything else --------------------------------------------------------------

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        """Return what any address of the API answers.

        Parameters
        ----------
        path : str
            Below ``/api/v1``, as ``/predictions/3``; ``/api/v1/docs`` lists them.
        params : mapping, optional
            Parameters of the address.

        Returns
        -------
        object
            The JSON.
        """
        return self.transport.get(path, params)

    def send(self, method: str, path: str, json: object = None) -> Any:  # noqa: ANN401
        """Send anything to the API.

        Parameters
        ----------
        method : str
            As ``POST``.
        path : str
            Below ``/api/v1``.
        json : object, optional
            The body.

        Returns
        -------
        object
            The JSON that comes; None if nothing does.
        """
        return json_of(self.transport.send(method, path, json=json))
