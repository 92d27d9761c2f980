"""Presets that a project has saved: what is kept of a configuration for other tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self, TypedDict, Unpack

from tuneboard_client.resources import Resource
from tuneboard_client.transport import Transport


class PresetChanges(TypedDict, total=False):
    """What can be changed of a preset; what is left out stays."""

    name: str
    description: str
    specification: Mapping[str, Any]


@dataclass(kw_only=True, eq=False, repr=False)
class Preset(Resource):
    """A preset of a project; a configuration names it as ``preset``.

    Attributes
    ----------
    project : int
        The project that has saved it.
    name, description : str
        What it is called, and for.
    specification : dict
        What it answers of a configuration.
    created_by, created_at
        Who made it, and when; None in lists.
    columns_not_kept : list of str
        Of one that was just saved, the columns that something was asked of: a preset is
        for any table.
    notes : list of str
        The same, as a sentence.
    """

    project: int
    name: str
    description: str
    specification: dict[str, Any]
    created_by: str | None = None
    created_at: datetime | None = None
    columns_not_kept: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _shown: ClassVar[tuple[str, ...]] = ("name",)

    def _path(self) -> str:
        return f"/presets/{self.id}"

    def change(self, **changes: Unpack[PresetChanges]) -> Self:
        """Change the preset; runs made with it stay what they are.

        Parameters
        ----------
        **changes
            ``name``, ``description``, ``specification``: all that it says from now on.

        Returns
        -------
        Preset
            The same preset.
        """
        answer = self._transport.send("PATCH", self._path(), json=changes)
        return self._take(answer.json())


def save(
    transport: Transport,
    project_id: int,
    name: str,
    *,
    description: str,
    replace: bool,
    **source: object,
) -> Preset:
    """Save a preset.

    Parameters
    ----------
    transport : Transport
        The server.
    project_id : int
        The project that is to have it.
    name : str
        What to call it.
    description : str
        What it is for.
    replace : bool
        Whether it takes the place of one of this name.
    **source
        What it is made of: ``run``, ``dataset`` with ``configuration``, or
        ``specification``.

    Returns
    -------
    Preset
        The preset.
    """
    body = {"name": name, "description": description, "replace": replace, **source}
    made = transport.create(f"/projects/{project_id}/presets", body)
    return Preset.of(transport, made)
