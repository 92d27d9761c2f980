import pytest
from django.contrib.auth.models import AnonymousUser

from runs.models import Run
from runs.statements import MOST, statement
from tests.factories import RunFactory, UserFactory

COLUMNS = ("pk", "name", "target")


def runs_of(user):
    return statement(
        lambda pk: Run.objects.visible_to(user).filter(pk=pk).values_list(*COLUMNS), 1
    )


def test_statement_finds_what_its_query_finds(db, django_assert_num_queries):
    owner = UserFactory()
    runs = [RunFactory(dataset__project__owner=owner) for _ in range(3)]
    found = runs_of(owner)

    for run in runs:
        with django_assert_num_queries(1):
            assert found.first(run.pk) == (run.pk, run.name, run.target)


@pytest.mark.parametrize("pk", [0, -1, MOST, MOST + 1, 10**30])
def test_statement_finds_nothing_for_a_key_that_is_none(pk, db):
    RunFactory()

    assert runs_of(UserFactory(is_superuser=True)).first(pk) is None


def test_statement_that_cannot_find_anything_asks_nothing(
    db, django_assert_num_queries
):
    run = RunFactory()
    found = runs_of(AnonymousUser())

    with django_assert_num_queries(0):
        assert found.first(run.pk) is None


def test_value_stands_wherever_its_mark_does(db):
    first, second = RunFactory(), RunFactory()

    def make(one, other):
        return Run.objects.filter(pk__in=[one, other]).order_by("-pk").values_list("pk")

    assert statement(make, 2).first(first.pk, second.pk) == (second.pk,)
    assert statement(make, 2).first(first.pk, 0) == (first.pk,)
