import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from runs.forms.space_fields import FieldError, Fields, condition_text, entry_of
from runs.forms.space_sections import (
    opened_fields,
    put_fields,
    read_fields,
    sent_fields,
)
from runs.forms.space_values import read_values, texts_of
from runs.search.algorithms import ALGORITHMS
from runs.search.parameters import PARAMETERS, parameters_of
from runs.search.problem import TaskType
from runs.search.spaces import (
    Choices,
    Fixed,
    FloatRange,
    IntRange,
    parse_space,
    space_to_json,
)

OFFERED = [
    (a, task) for a in ALGORITHMS.values() if a.offered for task in sorted(a.tasks)
]


def round_trip(space, algorithm, task):
    """Write a space into a form, as a browser would send it, and read it back."""
    data = QueryDict(mutable=True)
    put_fields(data, algorithm, opened_fields(space))
    fields = sent_fields(QueryDict(data.urlencode()), algorithm, task)
    entries, problems = read_fields(fields, algorithm, task, listed=False)
    assert problems == {}
    return entries


@pytest.mark.parametrize(("algorithm", "task"), OFFERED)
def test_default_space_and_grid_come_back_from_their_fields(algorithm, task):
    for space in (algorithm.space(task), algorithm.grid(task)):
        entries = round_trip(space, algorithm.name, task)

        assert entries == space_to_json(space)
        assert list(map(repr, parse_space(entries, algorithm=algorithm.name).values()))


def values_of(parameter):
    kinds = [st.sampled_from(parameter.words)] if parameter.words else []
    if parameter.whole is not None:
        whole = parameter.whole
        kinds.append(st.integers(whole.start, min(whole.stop - 1, 10**6)))
    if parameter.reals is not None:
        reals = parameter.reals
        kinds.append(
            st.floats(
                reals.low,
                min(reals.high, 1e12),
                exclude_min=reals.open,
                allow_nan=False,
                allow_infinity=False,
            )
        )
    return st.one_of(kinds)


@st.composite
def distributions(draw):
    algorithm = draw(st.sampled_from([name for name in PARAMETERS if PARAMETERS[name]]))
    parameter = draw(st.sampled_from(PARAMETERS[algorithm]))
    values = draw(st.lists(values_of(parameter), min_size=1, max_size=6))
    numbers = sorted({v for v in values if type(v) in (int, float)})
    forms = [Choices(tuple(values)), Fixed(values[0])]
    if parameter.reals is not None and numbers:
        low, high = map(float, (numbers[0], numbers[-1]))
        if low in parameter.reals and high in parameter.reals:
            forms.append(FloatRange(low, high, log=low > 0 and draw(st.booleans())))
    if parameter.whole is not None and (n := [v for v in numbers if type(v) is int]):
        step = draw(st.integers(1, max(1, n[-1] - n[0])))
        forms.append(IntRange(n[0], n[-1], step=step))
    return algorithm, parameter.name, draw(st.sampled_from(forms))


@given(distributions())
def test_any_distribution_comes_back_from_its_fields(case):
    algorithm, name, distribution = case
    entry = space_to_json({name: distribution})
    expected = parse_space(entry, algorithm=algorithm)
    task = next(
        t
        for t in TaskType
        if t in ALGORITHMS[algorithm].tasks and name in parameters_of(algorithm, t)
    )

    entries = round_trip(expected, algorithm, task)

    # By text: True equals 1, but an estimator tells them apart.
    assert repr(parse_space(entries, algorithm=algorithm)) == repr(expected)


@pytest.mark.parametrize(
    ("algorithm", "name", "text", "expected"),
    [
        ("random_forest", "max_depth", "2, 4, 8, None", [2, 4, 8, None]),
        ("random_forest", "max_depth", "[2; 4.0\nnull]", [2, 4, None]),
        ("random_forest", "class_weight", "None, 'balanced'", [None, "balanced"]),
        (
            "random_forest",
            "max_features",
            'sqrt, 1, 1.0, "log2"',
            ["sqrt", 1, 1.0, "log2"],
        ),
        ("random_forest", "bootstrap", "true, False", [True, False]),
        ("mlp", "hidden_layer_sizes", "64, 128-64", ["64", "128-64"]),
        ("ridge", "alpha", ".5, 1e-3", [0.5, 0.001]),
        ("ridge", "alpha", " , ", []),
    ],
)
def test_values_are_read_as_people_type_them(algorithm, name, text, expected):
    parameter = parameters_of(algorithm)[name]

    found = read_values(text, parameter)

    assert [(type(v), v) for v in found] == [(type(v), v) for v in expected]
    assert read_values(texts_of(tuple(found)), parameter) == found


RANGE = Fields("int", low="2", high="12")


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        (RANGE._replace(low="13"), "high", "low of 13 above its high of 12"),
        (RANGE._replace(low="many"), "low", "“many” is not a number"),
        (RANGE._replace(high="1,5"), "high", "decimals with a point"),
        (RANGE._replace(high=""), "high", "Give a number"),
        (RANGE._replace(low="0"), "low", "max_depth is whole numbers from 1"),
        (RANGE._replace(high="7.5"), "high", "7.5 is not whole"),
        (RANGE._replace(high="Infinity"), "high", "not a number"),
        (RANGE._replace(step="11"), "step", "larger than its range"),
        (RANGE._replace(step="-1"), "step", "step above 0"),
        (RANGE._replace(step="2", log="on"), "step", "not both"),
        (RANGE._replace(kind="float"), "low", "int range"),
        (Fields("categorical"), "values", "at least one value"),
        (Fields("categorical", values="2, deep"), "values", "“deep” is not taken"),
        (Fields("fixed", values="2, 3"), "values", "one value, not 2"),
        (Fields("fixed"), "values", "one value, not 0"),
        (Fields("odd", values="2"), "kind", "Choose a kind"),
    ],
)
def test_field_that_cannot_be_says_so_at_its_place(fields, field, words):
    with pytest.raises(FieldError, match=words) as caught:
        entry_of(
            fields,
            parameters_of("random_forest")["max_depth"],
            algorithm="random_forest",
        )

    assert caught.value.field == field


def test_log_scale_from_zero_is_said_at_the_low_end():
    fields = Fields("float", low="0", high="1", log="on")

    with pytest.raises(FieldError, match="above 0 on a logarithmic scale") as caught:
        entry_of(fields, parameters_of("ridge")["alpha"], algorithm="ridge")

    assert caught.value.field == "low"


def test_condition_is_said_in_words_and_needs_its_parameter():
    fields = {"degree": Fields("int", low="2", high="4", when='{"kernel": ["poly"]}')}

    _, problems = read_fields(fields, "kernel_svm", TaskType.BINARY, listed=False)

    assert condition_text(fields["degree"].when) == "only when kernel = poly"
    assert "'kernel', which is not in the space" in problems["degree", "when"]


def test_continuous_range_in_a_grid_asks_for_points():
    fields = {"alpha": Fields("float", low="0.1", high="1")}

    _, problems = read_fields(fields, "ridge", TaskType.REGRESSION, listed=True)

    assert "how many points" in problems["alpha", "points"]
