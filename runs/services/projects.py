"""What a person may ask for: projects and who takes part in them."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from runs import audit
from runs.enums import Action, Role
from runs.models import Dataset, Membership, Project, Run
from runs.services.datasets import refuse_while_active

LAST_OWNER = "A project needs an owner: make somebody else an owner first."


@transaction.atomic
def create_project(*, user: User, name: str, description: str = "") -> Project:
    """Create a project; whoever asks for it owns it."""
    project = Project(name=name, description=description)
    project.full_clean()
    project.save()
    Membership.objects.create(project=project, user=user, role=Role.OWNER)
    audit.record(Action.PROJECT_CREATED, project, project=project, user=user)
    return project


@transaction.atomic
def update_project(project: Project, *, name: str, description: str) -> None:
    before = project.name
    project.name, project.description = name, description
    project.full_clean()
    project.save(update_fields=["name", "description"])
    note = f"It was called “{before}”." if before != name else ""
    audit.record(Action.PROJECT_CHANGED, project, project=project, note=note)


@transaction.atomic
def delete_project(project: Project) -> None:
    """Delete a project with its datasets, runs, models and all their files.

    Raises ValidationError while one of its runs is being worked on.
    """
    # Locked: a worker that finishes reading a table now would leave its file behind.
    list(Dataset.objects.select_for_update().filter(project=project).values("pk"))
    refuse_while_active(Run.objects.filter(project=project), of="project")
    audit.record(Action.PROJECT_DELETED, project, project=project)
    project.delete()


@transaction.atomic
def add_member(project: Project, *, username: str, role: Role) -> Membership:
    person = User.objects.filter(username=username, is_active=True).first()
    if person is None:
        message = f"There is no account named “{username}”."
        raise ValidationError({"username": message})
    membership, is_new = Membership.objects.get_or_create(
        project=project, user=person, defaults={"role": role}
    )
    if not is_new:
        message = f"{username} is a member already; change the role in the list."
        raise ValidationError({"username": message})
    note_member(Action.MEMBER_ADDED, membership, f"As {role.label.lower()}.")
    return membership


@transaction.atomic
def change_role(membership: Membership, *, role: Role) -> None:
    keep_an_owner(membership, role)
    before, membership.role = Role(membership.role), role
    membership.save(update_fields=["role"])
    note = f"From {before.label.lower()} to {role.label.lower()}."
    note_member(Action.MEMBER_CHANGED, membership, note)


@transaction.atomic
def remove_member(membership: Membership) -> None:
    keep_an_owner(membership, None)
    note_member(Action.MEMBER_REMOVED, membership, "")
    membership.delete()


def note_member(action: Action, membership: Membership, note: str) -> None:
    person, project = membership.user, membership.project
    audit.record(action, person, name=person.username, project=project, note=note)


def keep_an_owner(membership: Membership, role: Role | None) -> None:
    """Refuse to take the role of owner from the only one who has it."""
    # Locked: of two owners who leave at the same time one must stay.
    owners = (
        Membership.objects.select_for_update()
        .filter(project_id=membership.project_id, role=Role.OWNER)
        .values_list("pk", flat=True)
    )
    if role != Role.OWNER and list(owners) == [membership.pk]:
        raise ValidationError({"role": LAST_OWNER})
