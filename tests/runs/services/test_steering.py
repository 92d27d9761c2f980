import json
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st
from sklearn.model_selection import ParameterGrid

from runs import claims, lifecycle, refill
from runs.enums import EventKind, Halt, Origin, Phase, TrialState, Wish
from runs.models import Run, Trial
from runs.search.planning import params_key
from runs.services import steering
from tests.factories import RunFactory, TrialFactory, UserFactory

pytestmark = pytest.mark.django_db

SPACES = {
    "logistic_regression": {"C": [0.1, 1.0, 10.0]},
    "random_forest": {"n_estimators": [10, 20], "max_depth": [2, 4]},
}


@pytest.fixture(autouse=True)
def two_workers(monkeypatch):
    monkeypatch.setattr(refill, "worker_count", lambda: 2)


@pytest.fixture
def user():
    return UserFactory(username="ada")


def searching_run(**changes):
    defaults = {
        "phase": Phase.SEARCHING,
        "started_at": timezone.now(),
        "prepared_at": timezone.now(),
        "spaces": SPACES,
        "n_planned": 7,
    }
    return RunFactory(**{**defaults, **changes})


def random_run(**changes):
    spaces = {
        "logistic_regression": {
            "C": {"type": "float", "low": 0.01, "high": 10, "log": True}
        },
        "random_forest": {"max_depth": {"type": "int", "low": 2, "high": 40}},
    }
    defaults = {"strategy": "random", "spaces": spaces, "n_trials": 12, "n_planned": 12}
    return searching_run(**{**defaults, **changes})


def take_one(run, state=TrialState.COMPLETE):
    """Do a worker's part for the first waiting unit; False if there is none."""
    first = run.trials.filter(state=TrialState.WAITING).order_by("unit").first()
    if first is None:
        return False
    claim = claims.claim_unit(run.pk, first.unit)
    if claim is None:  # as many as may are at work already
        return False
    held = Trial.objects.filter(pk__in=[t.pk for t in claim.trials])
    held.update(state=state, value=0.5, lease_token="", finished_at=timezone.now())
    return True


def work_off(run):
    for _ in range(200):
        lifecycle.advance(run.pk)
        if not take_one(run):
            break
    run.refresh_from_db()
    return run


def done(run, algorithm):
    trials = run.trials.filter(algorithm=algorithm, state=TrialState.COMPLETE)
    return sorted(params_key(t.params) for t in trials)


def grid_of(space):
    return sorted(params_key(p) for p in ParameterGrid(space))


def last_event(run):
    return run.events.filter(kind=EventKind.STEERING).last()


# --- Adding ----------------------------------------------------------------------------


def test_added_combination_is_the_next_to_be_claimed(user):
    run = searching_run()
    lifecycle.advance(run.pk)
    first = run.trials.filter(state=TrialState.WAITING, unit__gt=0).earliest("unit")

    [trial] = steering.add_trials(run, [("logistic_regression", {"C": 3.0})], user=user)

    claim = claims.claim_unit(run.pk, first.unit)
    assert [t.pk for t in claim.trials] == [trial.pk]
    assert trial.origin == Origin.PERSON
    first.refresh_from_db()
    assert first.state == TrialState.WAITING
    assert first.unit in lifecycle.advance(run.pk).units


def test_added_combination_of_the_grid_is_not_made_again_and_others_are(user):
    run = searching_run()
    lifecycle.advance(run.pk)

    steering.add_trials(
        run,
        [("logistic_regression", {"C": 10}), ("logistic_regression", {"C": 3})],
        user=user,
    )

    assert run.trials.get(params={"C": 10.0}).origin == Origin.PERSON
    work_off(run)
    assert done(run, "logistic_regression") == grid_of({"C": [0.1, 1.0, 3.0, 10.0]})
    assert run.n_planned == run.planned_trials.count() == 8


def test_added_combination_that_exists_says_which_trial_it_is(user):
    run = searching_run()
    lifecycle.advance(run.pk)
    trial = run.trials.filter(algorithm="logistic_regression").first()
    n_trials = run.trials.count()

    with pytest.raises(ValidationError, match=f"is trial {trial.number} already"):
        steering.add_trials(
            run,
            [
                ("logistic_regression", {"C": 7}),
                ("logistic_regression", {"C": int(trial.params["C"]) or 0.1}),
            ],
            user=user,
        )

    assert run.trials.count() == n_trials


@pytest.mark.parametrize(
    ("algorithm", "params", "code"),
    [
        ("logistic_regression", {"C": 0}, "C"),
        ("logistic_regression", {"C": "much"}, "C"),
        ("logistic_regression", {"C": [1, 2]}, "C"),
        ("logistic_regression", {"gamma": 1}, "gamma"),
        ("mlp", {}, "algorithm"),
        ("nothing", {}, "algorithm"),
    ],
)
def test_added_combination_that_cannot_be_is_refused_at_its_field(
    user, algorithm, params, code
):
    run = searching_run()

    with pytest.raises(ValidationError) as caught:
        steering.add_trials(run, [(algorithm, params)], user=user)

    assert caught.value.code == code
    assert not run.trials.exists()


def test_enqueued_combinations_are_the_first_trials_after_the_baseline():
    enqueued = [
        {"algorithm": "random_forest", "params": {"n_estimators": 5, "max_depth": 3}},
        {"algorithm": "logistic_regression", "params": {"C": 1.0}},
    ]
    run = searching_run(enqueued=enqueued)

    lifecycle.advance(run.pk)

    first = run.trials.order_by("number")[:3]
    assert [t.algorithm for t in first] == [
        *("baseline", "random_forest", "logistic_regression")
    ]
    assert [t.origin for t in first] == [Origin.SAMPLER, *[Origin.PERSON] * 2]
    work_off(run)
    assert run.n_planned == run.planned_trials.count() == 8


def test_sampled_search_tries_its_curated_configurations_besides_those_added(user):
    plain, added = random_run(), random_run()
    steering.add_trials(added, [("random_forest", {"max_depth": 33})], user=user)

    work_off(plain)
    work_off(added)

    curated = done(plain, "random_forest")[:1]
    assert set(curated) <= set(done(added, "random_forest"))
    assert added.planned_trials.count() == 12


# --- Stopping one ----------------------------------------------------------------------


def test_waiting_trial_that_is_stopped_is_skipped_at_once(user):
    run = searching_run()
    lifecycle.advance(run.pk)
    trial = run.trials.filter(state=TrialState.WAITING).last()

    steering.stop_trial(trial, user=user)

    trial.refresh_from_db()
    assert (trial.state, trial.error) == (TrialState.SKIPPED, "Stopped by ada.")
    work_off(run)
    trial.refresh_from_db()
    assert trial.state == TrialState.SKIPPED


def test_running_trial_that_is_stopped_is_recorded_as_skipped_alone(user):
    run = searching_run()
    lifecycle.advance(run.pk)
    unit = run.trials.filter(algorithm="random_forest").first().unit
    claim = claims.claim_unit(run.pk, unit)
    stopped, other = claim.trials

    steering.stop_trial(stopped, user=user)
    claims.record(claim, claim.trials, ["cut", claims.without_score(other, "no luck")])

    stopped.refresh_from_db()
    other.refresh_from_db()
    assert (stopped.state, stopped.error) == (TrialState.SKIPPED, "Stopped by ada.")
    assert (other.state, other.error) == (TrialState.FAILED, "no luck")


def test_stopped_trial_of_a_dead_worker_is_not_begun_again(user):
    run = searching_run()
    lifecycle.advance(run.pk)
    claim = claims.claim_unit(run.pk, 1)
    steering.stop_trial(claim.trials[0], user=user)
    claims.release(Trial.objects.filter(run=run, unit=1), claim.token)

    assert claims.claim_unit(run.pk, 1) is None or len(claim.trials) > 1
    lifecycle.advance(run.pk)

    trial = run.trials.get(pk=claim.trials[0].pk)
    assert (trial.state, trial.error) == (TrialState.SKIPPED, "Stopped by ada.")


def test_stop_of_a_trial_that_has_ended_is_refused_and_changes_nothing(user):
    run = searching_run()
    trial = TrialFactory(run=run)

    with pytest.raises(ValidationError, match="has ended"):
        steering.stop_trial(trial, user=user)

    trial.refresh_from_db()
    assert (trial.state, trial.halt) == (TrialState.COMPLETE, Halt.NONE)
    assert last_event(run) is None


def test_worker_learns_what_is_not_wanted_any_more(user):
    run = searching_run()
    lifecycle.advance(run.pk)
    unit = run.trials.filter(algorithm="random_forest").first().unit
    claim = claims.claim_unit(run.pk, unit)
    assert claims.unwanted(claim) == (False, "", {})

    steering.stop_trial(claim.trials[1], user=user)
    one = claims.unwanted(claim)
    steering.switch_algorithm(run, "random_forest", on=False, user=user)
    all_of_them = claims.unwanted(claim)

    assert one == (False, "", {claim.trials[1].pk: "Stopped by ada."})
    assert "switched off" in all_of_them.reason


# --- Switching -------------------------------------------------------------------------


def test_switched_off_algorithm_waits_no_more_and_comes_back_whole(user):
    run = searching_run()
    lifecycle.advance(run.pk)

    steering.switch_algorithm(run, "random_forest", on=False, user=user)

    forests = run.trials.filter(algorithm="random_forest")
    assert {t.state for t in forests} == {TrialState.SKIPPED}
    run.refresh_from_db()
    assert run.n_planned == 3
    assert last_event(run).message.startswith("ada switched Random forest off.")
    steering.switch_algorithm(run, "random_forest", on=True, user=user)
    work_off(run)
    assert done(run, "random_forest") == grid_of(SPACES["random_forest"])
    assert run.n_planned == run.planned_trials.count() == 7


def test_others_take_the_share_of_a_switched_off_algorithm(user):
    run = random_run()
    lifecycle.advance(run.pk)
    claim = claims.claim_unit(
        run.pk, run.trials.filter(algorithm="random_forest").first().unit
    )

    steering.switch_algorithm(run, "random_forest", on=False, user=user)
    claims.record(claim, claim.trials, ["It was switched off."] * len(claim.trials))
    work_off(run)

    assert len(done(run, "logistic_regression")) == 12
    assert run.planned_trials.count() == run.n_planned == 12


def test_last_algorithm_cannot_be_switched_off(user):
    run = searching_run()
    steering.switch_algorithm(run, "random_forest", on=False, user=user)

    with pytest.raises(ValidationError, match="last algorithm"):
        steering.switch_algorithm(run, "logistic_regression", on=False, user=user)


def test_switch_that_is_there_already_is_no_intervention(user):
    run = searching_run()

    steering.switch_algorithm(run, "random_forest", on=True, user=user)

    assert last_event(run) is None


# --- Ranges ----------------------------------------------------------------------------


def test_changed_grid_has_every_combination_of_the_new_ranges_once(user):
    run = searching_run()
    lifecycle.advance(run.pk)
    take_one(run)
    take_one(run)

    space = {"n_estimators": [20, 30], "max_depth": [2]}
    steering.change_space(run, "random_forest", space, user=user)
    work_off(run)

    assert set(grid_of(space)) <= set(done(run, "random_forest"))
    assert run.n_planned == run.planned_trials.count()


@pytest.mark.parametrize("strategy", ["random", "tpe", "halving"])
def test_narrowed_range_holds_for_all_that_is_drawn_from_then_on(user, strategy):
    halving = {"resource": "rows", "eta": 3} if strategy == "halving" else {}
    run = random_run(strategy=strategy, halving=halving)
    lifecycle.advance(run.pk)
    narrow = {"max_depth": {"type": "int", "low": 10, "high": 13}}
    begun = set(
        run.trials.filter(algorithm="random_forest")
        .exclude(state=TrialState.WAITING)
        .values_list("pk", flat=True)
    )

    steering.change_space(run, "random_forest", narrow, user=user)
    work_off(run)

    later = run.planned_trials.filter(algorithm="random_forest").exclude(pk__in=begun)
    assert later.exists()
    assert {t.params["max_depth"] for t in later} <= {10, 11, 12, 13}
    assert run.planned_trials.count() == run.n_planned == 12


def test_narrowed_range_leaves_what_was_added_by_hand(user):
    run = random_run()
    [trial] = steering.add_trials(
        run, [("random_forest", {"max_depth": 40})], user=user
    )

    narrow = {"max_depth": {"type": "int", "low": 2, "high": 4}}
    steering.change_space(run, "random_forest", narrow, user=user)

    trial.refresh_from_db()
    assert trial.state == TrialState.WAITING


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"type": "int", "low": 9, "high": 2}, "max_depth"),
        ({"type": "int", "low": 0, "high": 5, "log": True}, "max_depth"),
        ([], "max_depth"),
        ({"type": "int", "low": "a", "high": 5}, "max_depth"),
    ],
)
def test_range_that_cannot_be_is_refused_with_its_parameter(user, entry, code):
    run = random_run()

    with pytest.raises(ValidationError) as caught:
        steering.change_space(run, "random_forest", {"max_depth": entry}, user=user)

    assert caught.value.code == code
    run.refresh_from_db()
    assert run.revision == 0
    assert run.spaces["random_forest"]["max_depth"]["high"] == 40


def test_continuous_range_in_a_grid_is_refused(user):
    run = searching_run()

    with pytest.raises(ValidationError, match="cannot list every number"):
        steering.change_space(
            run,
            "logistic_regression",
            {"C": {"type": "float", "low": 0.1, "high": 1}},
            user=user,
        )


# --- Budget and parallelism ------------------------------------------------------------


def test_cut_budget_ends_the_search_and_extending_it_goes_on(user):
    run = random_run()
    while run.planned_trials.filter(state=TrialState.COMPLETE).count() < 4:
        lifecycle.advance(run.pk)
        take_one(run)
    lifecycle.advance(run.pk)
    assert run.planned_trials.count() > 5

    steering.change_budget(run, n_trials=5, time_budget_seconds=None, user=user)
    run.refresh_from_db()
    assert run.n_planned == run.planned_trials.count() == 5
    steering.change_budget(run, n_trials=9, time_budget_seconds=None, user=user)
    work_off(run)

    assert run.planned_trials.count() == run.n_planned == 9
    assert "from 5 trials to 9 trials" in last_event(run).message


def test_extended_time_brings_back_what_a_grid_had_no_time_for(user):
    run = searching_run(time_budget_seconds=60)
    lifecycle.advance(run.pk)
    lifecycle.skip_waiting(run, "It would not have ended within the time budget.")

    steering.change_budget(run, n_trials=None, time_budget_seconds=6000, user=user)
    work_off(run)

    assert done(run, "random_forest") == grid_of(SPACES["random_forest"])
    assert done(run, "logistic_regression") == grid_of(SPACES["logistic_regression"])


@pytest.mark.parametrize(
    ("n_trials", "seconds", "code"),
    [
        (0, None, "n_trials"),
        (None, None, "n_trials"),
        (5, 0, "time_budget_seconds"),
        (5, -3, "time_budget_seconds"),
        (5, float("nan"), "time_budget_seconds"),
        (5, 1e300, "time_budget_seconds"),
        (1_000_001, None, "n_trials"),
    ],
)
def test_budget_that_cannot_be_is_refused(user, n_trials, seconds, code):
    run = random_run()

    with pytest.raises(ValidationError) as caught:
        steering.change_budget(
            run, n_trials=n_trials, time_budget_seconds=seconds, user=user
        )

    assert caught.value.code == code


def test_parallelism_holds_at_claiming_and_publishing(user):
    run = searching_run()
    steering.change_parallelism(run, 1, user=user)
    [unit] = lifecycle.advance(run.pk).units
    claim = claims.claim_unit(run.pk, unit)
    other = run.trials.filter(state=TrialState.WAITING).first()

    assert claims.claim_unit(run.pk, other.unit) is None
    assert lifecycle.advance(run.pk).units == []
    run.trials.filter(pk__in=[t.pk for t in claim.trials]).update(
        state=TrialState.COMPLETE, value=0.5, lease_token=""
    )
    assert lifecycle.is_due(run.pk)
    assert len(lifecycle.advance(run.pk).units) == 1


# --- Who and when ----------------------------------------------------------------------


@pytest.mark.parametrize("phase", [*Phase.ended(), Phase.STOPPING, Phase.REFITTING])
def test_run_that_is_past_its_search_cannot_be_steered(user, phase):
    run = searching_run(phase=phase)
    trial = TrialFactory(run=run, state=TrialState.WAITING, value=None)
    asked = [
        lambda: steering.add_trials(run, [("logistic_regression", {})], user=user),
        lambda: steering.stop_trial(trial, user=user),
        lambda: steering.switch_algorithm(run, "random_forest", on=False, user=user),
        lambda: steering.change_space(run, "random_forest", {}, user=user),
        lambda: steering.change_budget(
            run, n_trials=3, time_budget_seconds=None, user=user
        ),
        lambda: steering.change_parallelism(run, 1, user=user),
    ]

    for ask in asked:
        with pytest.raises(ValidationError, match="cannot be steered any more"):
            ask()

    trial.refresh_from_db()
    assert trial.state == TrialState.WAITING
    assert last_event(run) is None


def test_run_that_is_asked_to_stop_cannot_be_steered(user):
    run = searching_run(wish=Wish.STOP)

    with pytest.raises(ValidationError, match="stopping"):
        steering.change_parallelism(run, 1, user=user)


def test_second_of_two_people_is_told_what_the_first_changed(user):
    run = random_run()
    other = UserFactory(username="grace")
    steering.change_parallelism(run, 2, user=user, revision=0)

    with pytest.raises(
        ValidationError, match=r"ada changed how many units .*: 2 instead"
    ):
        steering.change_budget(
            run, n_trials=50, time_budget_seconds=None, user=other, revision=0
        )

    run.refresh_from_db()
    assert run.n_trials == 12
    steering.change_budget(
        run, n_trials=50, time_budget_seconds=None, user=other, revision=1
    )
    run.refresh_from_db()
    assert (run.n_trials, run.revision) == (50, 2)


def test_failed_run_leaves_nothing_waiting(user):
    run = RunFactory(phase=Phase.PREPARING)
    steering.add_trials(run, [("logistic_regression", {"C": 5.0})], user=user)
    Run.objects.filter(pk=run.pk).update(error="The target has one value.")

    lifecycle.advance(run.pk)

    assert not run.trials.filter(state=TrialState.WAITING).exists()


# --- Any sequence ----------------------------------------------------------------------

DEPTHS = st.lists(st.sampled_from([2, 3, 4, 5]), min_size=1, max_size=3, unique=True)
TREES = st.lists(st.sampled_from([10, 20, 30]), min_size=1, max_size=3, unique=True)
STEPS = st.one_of(
    st.tuples(st.just("work"), st.integers(1, 3)),
    st.tuples(
        st.just("switch"),
        st.tuples(st.sampled_from(sorted(SPACES)), st.booleans()),
    ),
    st.tuples(
        st.just("space"),
        st.fixed_dictionaries({"n_estimators": TREES, "max_depth": DEPTHS}),
    ),
    st.tuples(
        st.just("add"),
        st.tuples(st.sampled_from([10, 20, 40]), st.sampled_from([2, 4, 9])),
    ),
    st.tuples(st.just("stop"), st.integers(0, 5)),
    st.tuples(st.just("claim"), st.none()),
    st.tuples(st.just("budget"), st.sampled_from([None, 2, 6, 20])),
    st.tuples(st.just("parallelism"), st.sampled_from([None, 1, 2])),
)


def work(run, user, held, n_units):
    for _ in range(n_units):
        lifecycle.advance(run.pk)
        take_one(run)


def switch(run, user, held, what):
    steering.switch_algorithm(run, what[0], on=what[1], user=user)


def space(run, user, held, what):
    steering.change_space(run, "random_forest", what, user=user)


def add(run, user, held, what):
    params = dict(zip(("n_estimators", "max_depth"), what, strict=True))
    steering.add_trials(run, [("random_forest", params)], user=user)


def stop(run, user, held, position):
    states = [TrialState.WAITING, TrialState.RUNNING]
    trials = list(run.trials.filter(state__in=states).order_by("number"))
    if trials:
        steering.stop_trial(trials[position % len(trials)], user=user)


def budget(run, user, held, n_trials):
    steering.change_budget(run, n_trials=n_trials, time_budget_seconds=None, user=user)


def parallelism(run, user, held, n):
    steering.change_parallelism(run, n, user=user)


def claim(run, user, held, _):
    waiting = run.trials.filter(state=TrialState.WAITING).first()
    if waiting and (found := claims.claim_unit(run.pk, waiting.unit)):
        held.append(found)


INTERVENTIONS = {
    f.__name__: f for f in (work, switch, space, add, stop, budget, parallelism, claim)
}


def intervene(run, user, held, step):
    """Carry out one step; what cannot be is refused, and changes nothing."""
    action, what = step
    with suppress(ValidationError):
        INTERVENTIONS[action](run, user, held, what)


def give_back(held):
    """End what was claimed as a worker does: cut, where it is not wanted any more."""
    for claim in held:
        found = claims.unwanted(claim)
        results = [
            found.stopped.get(t.pk) or found.reason or claims.without_score(t, "No.")
            for t in claim.trials
        ]
        claims.record(claim, claim.trials, results)


@settings(
    max_examples=25,
    deadline=None,
    # Shrinking such a sequence takes minutes; the steps found are few enough to read.
    phases=[Stage.explicit, Stage.reuse, Stage.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(
    steps=[
        ("add", (40, 2)),
        ("budget", 2),
        ("claim", None),
        ("switch", ("logistic_regression", False)),
    ]
)
@given(steps=st.lists(STEPS, max_size=12))
def test_any_sequence_of_interventions_loses_and_repeats_nothing_and_ends(steps, user):
    run, held = searching_run(), []
    lifecycle.advance(run.pk)

    for step in steps:
        intervene(run, user, held, step)
        run.refresh_from_db()
        if run.phase != Phase.SEARCHING:
            break
    give_back(held)
    work_off(run)

    assert run.phase not in {Phase.SEARCHING, Phase.QUEUED}
    assert not run.trials.filter(
        state__in=[TrialState.WAITING, TrialState.RUNNING]
    ).exists()
    keys = [
        (t.algorithm, json.dumps(t.params, sort_keys=True)) for t in run.trials.all()
    ]
    assert len(keys) == len(set(keys))
    planned = run.planned_trials
    if run.n_trials is None:
        for name in set(run.spaces) - set(run.switched_off):
            space = {
                key: value["choices"] if isinstance(value, dict) else value
                for key, value in run.spaces[name].items()
            }
            made = {params_key(t.params) for t in planned.filter(algorithm=name)}
            assert set(grid_of(space)) <= made
    elif run.phase != Phase.FAILED:
        by_hand = planned.exclude(origin=Origin.SAMPLER).count()
        assert planned.count() <= max(run.n_trials, planned.count() - by_hand) + by_hand
    assert run.n_planned >= planned.count()
