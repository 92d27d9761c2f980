"""Objects for tests, with plain defaults."""

import factory
from django.contrib.auth.models import User
from django.utils import timezone

from models_app.enums import ModelState, Rows
from models_app.models import ModelMeta
from runs.enums import DatasetState, Phase, Role, Strategy, Task, TrialState
from runs.models import Dataset, Membership, Project, Run, Trial


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    password = factory.django.Password("correct horse battery")


class ProjectFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Project
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Project {n}")

    @factory.post_generation
    def owner(project, create, user, **kwargs):
        if user:
            add_member(project, user, Role.OWNER)

    @factory.post_generation
    def editor(project, create, user, **kwargs):
        if user:
            add_member(project, user, Role.EDITOR)

    @factory.post_generation
    def viewer(project, create, user, **kwargs):
        if user:
            add_member(project, user, Role.VIEWER)


def add_member(project: Project, user: User, role: Role) -> Membership:
    return Membership.objects.create(project=project, user=user, role=role)


# The stored profile of a small table, as `runs.tables.profile` writes it.
COLUMNS = [
    {
        "name": "species",
        "kind": "category",
        "reason": "3 distinct values",
        "dtype": "string",
        "missing": 0,
        "distinct": 3,
        "top": [["Adelie", 152], ["Gentoo", 124], ["Chinstrap", 68]],
        "other": 0,
        "classes": [["Adelie", 152], ["Gentoo", 124], ["Chinstrap", 68]],
    },
    {
        "name": "sex",
        "kind": "category",
        "reason": "2 distinct values",
        "dtype": "string",
        "missing": 11,
        "distinct": 2,
        "top": [["MALE", 168], ["FEMALE", 165]],
        "other": 0,
        "classes": [["MALE", 168], ["FEMALE", 165]],
    },
    {
        "name": "body_mass_g",
        "kind": "numeric",
        "reason": "Numbers",
        "dtype": "float64",
        "missing": 2,
        "distinct": 94,
        "min": 2700.0,
        "max": 6300.0,
        "mean": 4201.8,
        "median": 4050.0,
        "histogram": {"edges": [2700.0, 4500.0, 6300.0], "counts": [226, 116]},
    },
    {
        "name": "bill_length_mm",
        "kind": "numeric",
        "reason": "Numbers",
        "dtype": "float64",
        "missing": 2,
        "distinct": 164,
        "min": 32.1,
        "max": 59.6,
        "mean": 43.9,
        "median": 44.5,
        "histogram": {"edges": [32.1, 45.9, 59.6], "counts": [195, 147]},
    },
]


class DatasetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Dataset

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"penguins {n}")
    filename = "penguins.csv"
    content_hash = "0" * 64
    size_bytes = 13_478
    state = DatasetState.READY
    n_rows = 344
    n_columns = len(COLUMNS)
    columns = COLUMNS
    preview = {
        "columns": [c["name"] for c in COLUMNS],
        "rows": [["Adelie", "MALE", "3750", "39.1"], ["Gentoo", None, "5000", "46.5"]],
    }
    reading = {"format": "csv", "encoding": "utf-8", "delimiter": ",", "quotechar": '"'}


class RunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Run

    dataset = factory.SubFactory(DatasetFactory)
    project = factory.SelfAttribute("dataset.project")
    name = factory.Sequence(lambda n: f"Run {n}")
    target = "species"
    task = Task.MULTICLASS
    scoring = "accuracy"
    features = ["sex", "body_mass_g", "bill_length_mm"]
    classes = ["Adelie", "Chinstrap", "Gentoo"]
    n_splits = 3
    strategy = Strategy.GRID
    spaces = {
        "logistic_regression": {"C": [0.1, 1.0]},
        "random_forest": {"n_estimators": [10, 20], "max_depth": [2, 4]},
    }
    n_planned = 6
    phase = Phase.QUEUED


class TrialFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Trial

    run = factory.SubFactory(RunFactory)
    number = factory.Sequence(lambda n: n)
    unit = factory.SelfAttribute("number")
    algorithm = "random_forest"
    params = factory.LazyAttribute(lambda t: {"n_estimators": 10 + t.number})
    params_key = factory.LazyAttribute(lambda t: f'{{"n_estimators": {10 + t.number}}}')
    state = TrialState.COMPLETE
    value = 0.9
    fold = 3
    fold_scores = [0.88, 0.9, 0.92]
    fit_seconds = [0.1, 0.1, 0.1]
    score_seconds = [0.01, 0.01, 0.01]
    started_at = factory.LazyFunction(timezone.now)
    finished_at = factory.LazyFunction(timezone.now)


class ModelMetaFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ModelMeta

    trial = factory.SubFactory(TrialFactory)
    run = factory.SelfAttribute("trial.run")
    algorithm = factory.SelfAttribute("trial.algorithm")
    params = factory.SelfAttribute("trial.params")
    value = factory.SelfAttribute("trial.value")
    state = ModelState.READY
    metrics = {"accuracy": 0.91}
    rows = Rows.HOLDOUT
    n_rows_evaluated = 69
    fit_seconds = 0.2
    size_bytes = 20_000
