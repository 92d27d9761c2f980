import pytest
from django.core.exceptions import ValidationError

from runs.enums import Phase, Role
from runs.models import Dataset, Membership, Project
from runs.services import projects as services
from tests.factories import DatasetFactory, ProjectFactory, RunFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_create_project_makes_whoever_asks_the_owner():
    ada = UserFactory()

    project = services.create_project(user=ada, name="Birds", description="On islands")

    assert (project.name, project.description) == ("Birds", "On islands")
    assert [(m.user, m.role) for m in project.memberships.all()] == [(ada, Role.OWNER)]


def test_create_project_without_name_is_refused_with_nothing_created():
    with pytest.raises(ValidationError) as refused:
        services.create_project(user=UserFactory(), name="")

    assert set(refused.value.message_dict) == {"name"}
    assert not Project.objects.exists()


def test_update_project_changes_name_and_description():
    project = ProjectFactory()

    services.update_project(project, name="Cars", description="Old ones")

    project.refresh_from_db()
    assert (project.name, project.description) == ("Cars", "Old ones")


def test_delete_project_takes_its_datasets_and_runs_along():
    run = RunFactory(phase=Phase.FINISHED)

    services.delete_project(run.project)

    assert not Project.objects.exists()
    assert not Dataset.objects.exists()


@pytest.mark.parametrize("phase", [Phase.QUEUED, Phase.SEARCHING, Phase.REFITTING])
def test_delete_project_with_a_working_run_is_refused(phase):
    run = RunFactory(phase=phase)

    with pytest.raises(ValidationError, match="A run of this project is still working"):
        services.delete_project(run.project)

    assert Project.objects.filter(pk=run.project.pk).exists()


def test_delete_project_with_a_paused_run_is_done():
    run = RunFactory(phase=Phase.PAUSED)

    services.delete_project(run.project)

    assert not Project.objects.exists()


def test_delete_project_with_two_working_runs_counts_them():
    dataset = DatasetFactory()
    RunFactory.create_batch(2, dataset=dataset, phase=Phase.SEARCHING)

    with pytest.raises(ValidationError, match="2 runs of this project"):
        services.delete_project(dataset.project)


def test_add_member_gives_the_role():
    project, bob = ProjectFactory(), UserFactory(username="bob")

    services.add_member(project, username="bob", role=Role.EDITOR)

    assert project.memberships.get(user=bob).role == Role.EDITOR


def test_add_member_unknown_is_refused_at_the_user_name():
    with pytest.raises(ValidationError) as refused:
        services.add_member(ProjectFactory(), username="nobody", role=Role.VIEWER)

    assert refused.value.message_dict == {
        "username": ["There is no account named “nobody”."]
    }


def test_add_member_deactivated_is_refused():
    UserFactory(username="gone", is_active=False)

    with pytest.raises(ValidationError):
        services.add_member(ProjectFactory(), username="gone", role=Role.VIEWER)


def test_add_member_twice_is_refused_and_keeps_the_role():
    bob = UserFactory(username="bob")
    project = ProjectFactory(editor=bob)

    with pytest.raises(ValidationError, match="a member already"):
        services.add_member(project, username="bob", role=Role.OWNER)

    assert project.memberships.get().role == Role.EDITOR


def test_change_role_of_the_only_owner_is_refused():
    ada = UserFactory()
    project = ProjectFactory(owner=ada)

    with pytest.raises(ValidationError) as refused:
        services.change_role(project.memberships.get(), role=Role.EDITOR)

    assert refused.value.message_dict == {"role": [services.LAST_OWNER]}
    assert project.memberships.get().role == Role.OWNER


def test_change_role_of_one_of_two_owners_is_done():
    ada, bob = UserFactory(), UserFactory()
    project = ProjectFactory(owner=ada)
    second = Membership.objects.create(project=project, user=bob, role=Role.OWNER)

    services.change_role(second, role=Role.VIEWER)

    assert project.memberships.get(user=bob).role == Role.VIEWER


def test_remove_member_who_is_the_only_owner_is_refused():
    project = ProjectFactory(owner=UserFactory(), editor=UserFactory())

    with pytest.raises(ValidationError):
        services.remove_member(project.memberships.get(role=Role.OWNER))

    assert project.memberships.count() == 2


def test_remove_member_who_is_no_owner_is_done():
    project = ProjectFactory(owner=UserFactory(), editor=UserFactory())

    services.remove_member(project.memberships.get(role=Role.EDITOR))

    assert [m.role for m in project.memberships.all()] == [Role.OWNER]
