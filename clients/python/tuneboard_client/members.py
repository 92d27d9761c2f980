"""Members of a project: who takes part in it, and in which role."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from tuneboard_client.resources import Resource
from tuneboard_client.transport import Transport

Role = Literal["viewer", "editor", "owner"]


@dataclass(kw_only=True, eq=False, repr=False)
class Member(Resource):
    """Somebody who takes part in a project; `id` is the number of the account.

    Attributes
    ----------
    project : int
        The project.
    username : str
        The name of the account.
    role : {'viewer', 'editor', 'owner'}
        What they may do there; each role includes the ones before it.
    """

    project: int
    username: str
    role: Role
    _shown: ClassVar[tuple[str, ...]] = ("username", "role")

    def _path(self) -> str:
        return f"/projects/{self.project}/members/{self.id}"

    def change_role(self, role: Role) -> Self:
        """Give the member another role; only owners may.

        Parameters
        ----------
        role : {'viewer', 'editor', 'owner'}
            The role from now on.

        Returns
        -------
        Member
            The same member.

        Raises
        ------
        InvalidRequestError
            If nobody would be an owner any more.
        """
        answer = self._transport.send("PATCH", self._path(), json={"role": role})
        return self._take(answer.json())

    def remove(self) -> None:
        """Send the member away, as an owner; or leave, if it is you.

        Raises
        ------
        ConflictError
            If nobody would be an owner any more.
        """
        self.delete()


def member_of(transport: Transport, project_id: int, found: dict[str, Any]) -> Member:
    """Make a member of what the API says.

    Parameters
    ----------
    transport : Transport
        Where to ask further.
    project_id : int
        The project.
    found : dict
        The JSON.

    Returns
    -------
    Member
        The member.
    """
    return Member.of(transport, {**found, "id": found["user"], "project": project_id})
