"""Projects: what belongs together, and who may see it."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from tuneboard_client.datasets import Dataset
from tuneboard_client.frames import Table, as_file
from tuneboard_client.resources import Resource
from tuneboard_client.runs import Run


@dataclass(kw_only=True, eq=False, repr=False)
class Project(Resource):
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
