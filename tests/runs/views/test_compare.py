import pytest
from django.urls import reverse

from tests.factories import (
    DatasetFactory,
    ProjectFactory,
    RunFactory,
    TrialFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(client):
    user = UserFactory()
    client.force_login(user)
    run = RunFactory(
        dataset=DatasetFactory(project=ProjectFactory(owner=user)), n_splits=5
    )
    scores = {
        3: [0.91, 0.88, 0.93, 0.90, 0.89],
        5: [0.90, 0.89, 0.91, 0.885, 0.875],
        9: [0.60, 0.61, 0.62, 0.60, 0.61],
    }
    for number, folds in scores.items():
        TrialFactory(
            run=run,
            number=number,
            value=sum(folds) / 5,
            fold_scores=folds,
            params={"n_estimators": number, "max_depth": 4},
            fit_seconds=[0.1 if number == 5 else 0.8] * 5,
        )
    return run


def compare(client, run, query):
    return client.get(f"{reverse('runs:compare', args=[run.pk])}?{query}")


def test_verdicts_say_in_words_who_is_better_and_whether_by_chance(client, run):
    verdicts = compare(client, run, "trials=5,3,9").context["comparison"].verdicts

    assert [v.other.number for v in verdicts] == [5, 9]
    near, far = (v.sentence for v in verdicts)
    assert near.startswith(
        "Trial 3 is better than 5 in 4 of 5 folds; the difference of"
    )
    assert "within what chance does" in near
    assert near.endswith("5 fits 8 times as fast.")
    assert "in every fold" in far
    assert "more than chance does" in far


def test_differences_only_leaves_out_what_all_have_in_common(client, run):
    some = compare(client, run, "trials=3,5").text
    everything = compare(client, run, "trials=3,5&show=all").text

    assert "n_estimators" in some
    assert "max_depth" not in some
    assert "max_depth" in everything


def test_trials_without_all_folds_are_shown_and_explained(client, run):
    TrialFactory(run=run, number=11, state="pruned", value=None, fold_scores=[0.8, 0.7])
    TrialFactory(run=run, number=12, state="failed", value=None, fold_scores=[])

    verdicts = compare(client, run, "trials=3,11,12").context["comparison"].verdicts

    assert "it has 2 of 5 folds, being pruned" in verdicts[0].sentence
    assert "it has no score, being failed" in verdicts[1].sentence


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "No trial is chosen"),
        ("trials=3", "One trial is chosen"),
        ("trials=1,2,3,4,5,6,7,8,9,10,11", "10 are the most"),
        ("trials=3,77,78", "This run has no trials 77 and 78."),
        ("trials=3,x", "“x” is no trial number"),
    ],
)
def test_what_cannot_be_compared_is_said(client, run, query, message):
    answer = compare(client, run, query)

    assert answer.status_code == 422
    assert message in answer.text


def test_comparison_for_a_stranger_is_404(client, run):
    client.force_login(UserFactory())

    assert compare(client, run, "trials=3,5").status_code == 404


def test_comparison_needs_the_same_queries_for_any_number(
    client, run, django_assert_num_queries
):
    for query in ("trials=3,5", "trials=3,5,9"):
        # Session, user, run, trials.
        with django_assert_num_queries(4):
            compare(client, run, query)
