"""`manage.py ingest`, with workers that read at once instead of processes."""

import json
from contextlib import nullcontext

import pytest
from django.core.management import CommandError, call_command

from runs.enums import DatasetState
from runs.management.commands import ingest
from runs.management.installation import ServicesError
from runs.models import Dataset, Project
from runs.profiling import tables as profiling
from runs.services import datasets as services
from tests.factories import ProjectFactory, UserFactory

# Hooks of a commit only run when something is committed.
pytestmark = pytest.mark.django_db(transaction=True)

CARS = "name;mpg\nOpel;20\nFiat;30\nSeat;25\n"


@pytest.fixture(autouse=True)
def files(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    monkeypatch.setattr(ingest, "services", nullcontext)
    monkeypatch.setattr(services.profile_dataset, "delay", profiling.describe)
    return settings.MEDIA_ROOT


@pytest.fixture
def cars(tmp_path):
    path = tmp_path / "cars.csv"
    path.write_text(CARS)
    return path


def stored(files):
    return [path for path in files.rglob("*") if path.is_file()]


def run(capsys, *args):
    """Return exit code, lines of stdout and text of stderr."""
    code = 0
    try:
        call_command("ingest", *map(str, args))
    except SystemExit as error:
        code = error.code
    out, err = capsys.readouterr()
    return code, out.splitlines(), err


def test_ingest_prints_what_was_found(capsys, cars):
    code, lines, _ = run(capsys, cars)

    dataset = Dataset.objects.get()
    assert code == 0
    assert lines == [
        f"{cars}: dataset {dataset.pk}, 3 rows, 2 columns, utf-8, delimiter semicolon",
        f"  name  {dataset.columns[0]['kind']}",
        "  mpg   numeric",
    ]


def test_ingest_as_json_prints_one_object_a_line(capsys, cars, tmp_path):
    second = tmp_path / "second.csv"
    second.write_text("a,b\n1,2\n3\n")

    code, lines, _ = run(capsys, cars, second, "--json")

    first, other = map(json.loads, lines)
    assert code == 0
    assert first == {
        "file": str(cars),
        "outcome": "table",
        "n_rows": 3,
        "n_cols": 2,
        "columns": ["name", "mpg"],
        "kinds": first["kinds"],
        "delimiter": ";",
        "encoding": "utf-8",
        "reading": Dataset.objects.get(filename="cars.csv").reading,
        "options": {},
        "repairs": [],
        "advice": [],
        "dataset": Dataset.objects.get(filename="cars.csv").pk,
        "message": "",
    }
    assert (other["n_rows"], len(other["repairs"])) == (2, 1)


def test_ingest_goes_on_after_files_it_cannot_read(capsys, cars, tmp_path, files):
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00\xff" * 50)
    empty = tmp_path / "empty.csv"
    empty.touch()
    missing = tmp_path / "missing.csv"
    bad = [picture, tmp_path, empty, missing]

    code, lines, err = run(capsys, *bad, cars, "--json")

    outcomes = [json.loads(line) for line in lines]
    assert code == 2
    assert [o["file"] for o in outcomes] == [*map(str, bad), str(cars)]
    assert [o["outcome"] for o in outcomes] == ["error"] * 4 + ["table"]
    for outcome in outcomes[:4]:
        assert outcome["message"]
        assert outcome["dataset"] is None
        assert f"{outcome['file']}: {outcome['message']}" in err
    assert "Traceback" not in err
    # Nothing is left of what was refused.
    assert [d.filename for d in Dataset.objects.all()] == ["cars.csv"]
    assert len(stored(files)) == 2


def test_ingest_without_json_prints_refusals_on_stderr_only(capsys, tmp_path):
    code, lines, err = run(capsys, tmp_path / "missing.csv")

    assert (code, lines) == (2, [])
    assert "missing.csv: There is no such file." in err


def test_ingest_of_a_file_that_cannot_be_opened_is_an_error(capsys, cars, monkeypatch):
    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr("pathlib.Path.open", refuse)

    code, lines, _ = run(capsys, cars, "--json")

    assert code == 2
    assert "Permission denied" in json.loads(lines[0])["message"]


def test_ingest_over_the_limit_is_an_error(capsys, cars, settings):
    settings.UPLOAD_LIMIT_MB = 0

    code, _, err = run(capsys, cars)

    assert code == 2
    assert "at most 0 MB" in err


def test_ingest_uses_a_project_of_its_own_by_default_and_makes_it_once(capsys, cars):
    run(capsys, cars)
    run(capsys, cars)

    project = Project.objects.get()
    assert project.name == "Command line"
    assert project.datasets.count() == 2
    assert project.memberships.get().user.username == "admin"


@pytest.mark.parametrize("by", ["name", "pk"])
def test_ingest_into_a_named_project(capsys, cars, by):
    project = ProjectFactory(name="Cars")

    run(capsys, cars, f"--project={getattr(project, by)}")

    assert project.datasets.count() == 1


def test_ingest_into_an_unknown_project_is_refused_with_nothing_made(cars):
    UserFactory(is_superuser=True)

    with pytest.raises(CommandError, match="There is no project “Boats”") as refused:
        call_command("ingest", str(cars), "--project=Boats")

    assert refused.value.returncode == 2
    assert not Dataset.objects.exists()


def test_ingest_without_workers_says_so(cars, monkeypatch):
    def broken():
        raise ServicesError("The workers did not start.")

    monkeypatch.setattr(ingest, "services", broken)

    with pytest.raises(CommandError, match="The workers did not start"):
        call_command("ingest", str(cars))


def test_ingest_interrupted_keeps_only_what_was_reported(
    capsys, cars, tmp_path, monkeypatch, files
):
    slow = tmp_path / "slow.csv"
    slow.write_text(CARS)
    names = iter(["cars.csv", "slow.csv"])

    def reads_the_first_only(pk):
        if next(names) == "cars.csv":
            profiling.describe(pk)

    def interrupt(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(services.profile_dataset, "delay", reads_the_first_only)
    monkeypatch.setattr(ingest.time, "sleep", interrupt)

    with pytest.raises(KeyboardInterrupt):
        call_command("ingest", str(cars), str(slow))

    [kept] = Dataset.objects.all()
    assert (kept.filename, kept.state) == ("cars.csv", DatasetState.READY)
    assert len(stored(files)) == 2


def test_ingest_reads_as_it_is_told(capsys, tmp_path):
    file = tmp_path / "plain.csv"
    file.write_text("1;2\n3;4\n")

    code, [line], _ = run(capsys, file, "--json", "--no-header", "--delimiter", "none")

    outcome = json.loads(line)
    assert code == 0
    assert outcome["options"] == {"header": False, "delimiter": ""}
    assert (outcome["n_rows"], outcome["n_cols"]) == (2, 1)


def test_ingest_refuses_settings_that_mean_nothing(capsys, cars):
    with pytest.raises(CommandError, match="ncoding"):
        run(capsys, cars, "--encoding", "no-such")

    assert not Dataset.objects.exists()


def test_ingest_prints_advice(capsys, tmp_path):
    file = tmp_path / "people.csv"
    rows = "".join(f"P-{i:04},{i % 5}\n" for i in range(200))
    file.write_text(f"person_id,visits\n{rows}")

    _, lines, _ = run(capsys, file)

    assert any(line.strip().startswith(("Warning:", "Advice:")) for line in lines)
