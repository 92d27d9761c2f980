"""Datasets: tables that are read, and the runs they start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self, Unpack

import pandas as pd

from tuneboard_client import documents, presets
from tuneboard_client.documents import Options, RunDocument, Space
from tuneboard_client.errors import FailedError
from tuneboard_client.presets import Preset
from tuneboard_client.resources import Resource, until
from tuneboard_client.runs import Run


@dataclass(kw_only=True, eq=False, repr=False)
class Dataset(Resource):
    """One version of a table.

    Attributes
    ----------
    name, filename, version, project
        What it is called, and where it is.
    state : str
        ``waiting``, ``reading``, ``ready`` or ``failed``.
    error : str
        Why it could not be read.
    n_rows, n_columns : int or None
        Its size, as soon as it is read.
    columns : list of dict
        Each with ``name``, ``kind`` and what is known of its values; empty in lists.
    """

    project: int
    name: str
    filename: str
    version: int
    state: str
    progress: str
    error: str
    n_rows: int | None
    n_columns: int | None
    size_bytes: int
    created_at: datetime
    columns: list[dict[str, Any]] = field(default_factory=list)
    profile: dict[str, Any] | None = None
    _shown: ClassVar[tuple[str, ...]] = ("name", "version", "state", "n_rows")

    def _path(self) -> str:
        return f"/datasets/{self.id}"

    def wait(self, *, timeout: float | None = None) -> Self:
        """Wait until the table is read.

        Parameters
        ----------
        timeout : float, optional
            Seconds after which to give up.

        Returns
        -------
        Dataset
            The same dataset.

        Raises
        ------
        FailedError
            If it cannot be read; the message says why.
        """
        for _ in until(self._is_settled, what=f"Dataset {self.id}", timeout=timeout):
            pass
        if self.state == "failed":
            raise FailedError(f"{self.filename} could not be read: {self.error}")
        return self

    def read_again(
        self,
        *,
        kinds: Mapping[str, str | None] | None = None,
        options: Mapping[str, Any] | None = None,
        timeout: float | None = None,
    ) -> "Dataset":
        """Have the table read in another way than was detected.

        Parameters
        ----------
        kinds : mapping of str to str, optional
            Kinds of columns, as ``{"zip": "category"}``; None for the one detected.
        options : mapping, optional
            How the file is read, as ``{"delimiter": ";", "decimal": ","}``.
        timeout : float, optional
            Seconds after which to give up waiting.

        Returns
        -------
        Dataset
            The version that holds it: a new one, where a run uses this one.
        """
        wish = {"kinds": kinds, "options": options}
        body = {name: dict(wanted) for name, wanted in wish.items() if wanted}
        made = self._transport.create(f"{self._path()}/reading", body)
        return Dataset.of(self._transport, made).wait(timeout=timeout)

    def try_reading(
        self, options: Mapping[str, Any], *, timeout: float | None = None
    ) -> pd.DataFrame:
        """Return the first rows as they would be read; the table stays as it is.

        Parameters
        ----------
        options : mapping
            Overrides of what is detected, as for `read_again`.
        timeout : float, optional
            Seconds after which to give up waiting.

        Returns
        -------
        DataFrame
            The rows as texts; ``frame.attrs["kinds"]`` has the kind of each column.

        Raises
        ------
        FailedError
            If the file cannot be read so; the message says why.
        """
        path = f"{self._path()}/reading/tries"
        found = self._transport.create(path, {"options": dict(options)})

        def is_settled() -> bool:
            """Ask again."""
            found.update(self._transport.get(f"{path}/{found['id']}"))
            return found["state"] in {"ready", "failed"}

        for _ in until(is_settled, what="The first rows", timeout=timeout):
            pass
        if found["state"] == "failed":
            raise FailedError(f"The file cannot be read so: {found['error']}")
        kinds = {one["name"]: one["kind"] for one in found["columns"]}
        frame = pd.DataFrame(found["rows"], columns=list(kinds))
        frame.attrs["kinds"] = kinds
        return frame

    def kind_of(self, column: str) -> str:
        """Return the kind of a column.

        Parameters
        ----------
        column : str
            Its name.

        Returns
        -------
        str
            As ``numeric``, ``category``, ``datetime``.

        Raises
        ------
        KeyError
            If there is no such column.
        """
        return str(self.describe().loc[column, "kind"])

    def describe(self) -> pd.DataFrame:
        """Return what is known of the columns.

        Returns
        -------
        DataFrame of shape (n_columns, n_fields)
            Indexed by ``name``: ``kind``, ``missing``, ``distinct``, ``mean``, ...
        """
        if not self.columns:
            self.refresh()
        return pd.DataFrame(self.columns, columns=None).set_index("name")

    def configure(
        self,
        target: str,
        *,
        preset: str | None = None,
        algorithms: Sequence[str] | Mapping[str, Space | None] | None = None,
        **options: Unpack[Options],
    ) -> RunDocument:
        """Put the document of a run of this table together; nothing is started.

        Parameters
        ----------
        target : str
            The column to predict.
        preset : str, optional
            Answers what is left open, as ``quick_look`` or ``balanced``.
        algorithms : sequence of str, or mapping of str to mapping, optional
            What to search: names, or names with the space of each.
        **options
            See `tuneboard_client.Options`.

        Returns
        -------
        RunDocument
            For `start` and `preflight`.
        """
        return documents.configure(
            target, preset=preset, algorithms=algorithms, **options
        )

    def start(self, document: RunDocument | Mapping[str, Any]) -> Run:
        """Start a search.

        Parameters
        ----------
        document : RunDocument
            From `configure`, or any document that ``train --spec`` reads.

        Returns
        -------
        Run
            It has begun: ``run.wait()``.

        Raises
        ------
        InvalidRequestError
            If something asked for cannot be; ``errors`` names each.
        """
        made = self._transport.create(f"{self._path()}/runs", dict(document))
        return Run.of(self._transport, made)

    def preflight(
        self,
        document: RunDocument | Mapping[str, Any],
        *,
        timeout: float | None = None,
    ) -> dict[str, Any]:
        """Have some fits of what would be started timed, to know what the run takes.

        Parameters
        ----------
        document : RunDocument
            From `configure`.
        timeout : float, optional
            Seconds after which to give up.

        Returns
        -------
        dict
            ``estimate`` with ``seconds``, ``total_bytes``, ``algorithms``, ...; and
            ``concerns``, what to think of before starting.

        Raises
        ------
        FailedError
            If it cannot be told; the message says why.
        """
        body = dict(document)
        found: dict[str, Any] = {}
        found |= self._transport.create(f"{self._path()}/preflight", body)

        def is_settled() -> bool:
            """Ask again."""
            found.update(self._transport.get(f"/preflights/{found['id']}"))
            return found["state"] in {"ready", "failed"}

        for _ in until(is_settled, what="The preflight", timeout=timeout):
            pass
        if found["state"] == "failed":
            raise FailedError(f"The preflight failed: {found['error']}")
        return found

    def runs(self) -> list[Run]:
        """Return its runs, the newest first.

        Returns
        -------
        list of Run
            Those of this version.
        """
        found = self._transport.pages("/runs", {"dataset": self.id})
        return [Run.of(self._transport, one) for one in found]

    def save_preset(
        self,
        name: str,
        document: RunDocument | Mapping[str, Any],
        *,
        description: str = "",
        replace: bool = False,
    ) -> Preset:
        """Keep a configuration for this table as a preset of its project.

        Parameters
        ----------
        name : str
            What to call it.
        document : RunDocument
            As for `start`; what it leaves open is answered as for this table.
        description : str, default ''
            What it is for.
        replace : bool, default False
            Whether it takes the place of one of this name.

        Returns
        -------
        Preset
            The preset; ``columns_not_kept`` names the columns that the document asks
            something of.
        """
        return presets.save(
            self._transport,
            self.project,
            name,
            description=description,
            replace=replace,
            dataset=self.id,
            configuration=dict(document),
        )
