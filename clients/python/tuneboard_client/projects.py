"""Projects: what belongs together, and who may see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from tuneboard_client import presets
from tuneboard_client.boards import Ranked
from tuneboard_client.datasets import Dataset
from tuneboard_client.frames import Table, as_file
from tuneboard_client.members import Member, Role, member_of
from tuneboard_client.presets import Preset
from tuneboard_client.runs import Run


@dataclass(kw_only=True, eq=False, repr=False)
class Project(Ranked):
    """A project.

    Attributes
    ----------
    name, description : str
        As its page shows them.
    role : str or None
        Yours: ``viewer``, ``editor`` or ``owner``.
    n_datasets, n_runs : int
        What is in it.
    """

    name: str
    description: str
    created_at: datetime
    role: str | None
    n_datasets: int
    n_runs: int

    def _path(self) -> str:
        return f"/projects/{self.id}"

    def upload(
        self,
        table: Table,
        *,
        name: str | None = None,
        wait: bool = True,
        timeout: float | None = None,
    ) -> Dataset:
        """Upload a table.

        Parameters
        ----------
        table : DataFrame, str or Path
            Rows, whose index is left out, or the path of a file: CSV, Parquet, Excel, ...
        name : str, optional
            What to call it; else as the file, or ``table``.
        wait : bool, default True
            Whether to wait until it is read.
        timeout : float, optional
            Seconds after which to give up waiting.

        Returns
        -------
        Dataset
            A new version, if the project has a table of this name.

        Raises
        ------
        FailedError
            If it cannot be read.
        """
        usual = name if name and isinstance(table, pd.DataFrame) else "table"
        with as_file(table, name=usual.replace("/", "-")) as file:
            made = self._transport.create(
                "/datasets", data={"project": str(self.id), "name": name}, file=file
            )
        dataset = Dataset.of(self._transport, made)
        return dataset.wait(timeout=timeout) if wait else dataset

    def add_sample(
        self, name: str, *, wait: bool = True, timeout: float | None = None
    ) -> Dataset:
        """Add one of the sample tables, which `Client.samples` lists.

        Parameters
        ----------
        name : str
            As ``penguins``.
        wait : bool, default True
            Whether to wait until it is read.
        timeout : float, optional
            Seconds after which to give up waiting.

        Returns
        -------
        Dataset
            The table.
        """
        made = self._transport.create(f"{self._path()}/samples", {"sample": name})
        dataset = Dataset.of(self._transport, made)
        return dataset.wait(timeout=timeout) if wait else dataset

    def datasets(self) -> list[Dataset]:
        """Return its tables in their newest versions, the newest first.

        Returns
        -------
        list of Dataset
            Without columns: ``dataset.refresh()`` has them.
        """
        found = self._transport.pages("/datasets", {"project": self.id})
        return [Dataset.of(self._transport, one) for one in found]

    def runs(self) -> list[Run]:
        """Return its runs, the newest first.

        Returns
        -------
        list of Run
            Of all its tables.
        """
        found = self._transport.pages("/runs", {"project": self.id})
        return [Run.of(self._transport, one) for one in found]

    # --- Members ------------------------------------------------------------------

    def members(self) -> list[Member]:
        """Return who takes part, owners first.

        Returns
        -------
        list of Member
            You among them.
        """
        found = self._transport.pages(f"{self._path()}/members")
        return [member_of(self._transport, self.id, one) for one in found]

    def add_member(self, username: str, role: Role = "viewer") -> Member:
        """Let somebody take part who has an account; only owners may.

        Parameters
        ----------
        username : str
            The name of the account.
        role : {'viewer', 'editor', 'owner'}, default 'viewer'
            What they may do.

        Returns
        -------
        Member
            The member.

        Raises
        ------
        InvalidRequestError
            If there is no such account, or it takes part already.
        """
        body = {"username": username, "role": role}
        made = self._transport.create(f"{self._path()}/members", body)
        return member_of(self._transport, self.id, made)

    # --- Presets ------------------------------------------------------------------

    def presets(self) -> list[Preset]:
        """Return the presets that the project has saved.

        Returns
        -------
        list of Preset
            Without the product's own, which `Client.presets` has, too.
        """
        found = self._transport.get("/presets", {"project": self.id})["items"]
        return [Preset.of(self._transport, one) for one in found if one["id"]]

    def save_preset(
        self,
        name: str,
        specification: Mapping[str, Any],
        *,
        description: str = "",
        replace: bool = False,
    ) -> Preset:
        """Save a preset of what it is to say.

        `Run.save_preset` and `Dataset.save_preset` make one of a configuration.

        Parameters
        ----------
        name : str
            What to call it.
        specification : mapping
            As the document of a run, without target and columns: it is for any table.
        description : str, default ''
            What it is for.
        replace : bool, default False
            Whether it takes the place of one of this name.

        Returns
        -------
        Preset
            The preset.
        """
        return presets.save(
            self._transport,
            self.id,
            name,
            description=description,
            replace=replace,
            specification=dict(specification),
        )
