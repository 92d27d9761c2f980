"""What a person may ask for: tables of their own, sample tables, and their end."""

from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from runs import audit, contents
from runs.enums import Action, Phase
from runs.models import Dataset, Project, Run
from runs.samples import SAMPLES, sample_path
from runs.tasks import profile_dataset

EMPTY = "The file is empty."
RESTING = (*Phase.ended(), Phase.PAUSED)


def add_dataset(
    *,
    user: User,
    project: Project,
    file: "File[bytes]",
    filename: str,
    name: str = "",
    options: dict[str, Any] | None = None,
) -> Dataset:
    """Store an uploaded table; a worker then reads and describes it.

    Raises ValidationError for the field `file`, with nothing stored.
    """
    size = file.size or 0
    if not size:
        raise ValidationError({"file": EMPTY})
    if size > settings.UPLOAD_LIMIT_MB * 1024**2:
        error = ValidationError(too_large(size), code="too_large")
        raise ValidationError({"file": error})
    refuse_over_quota(project, size)
    # A browser may send a path; the name of the file is its last part.
    filename = PurePath(filename.replace("\\", "/")).name
    dataset = Dataset(
        project=project,
        name=(name or PurePath(filename).stem or filename)[:200],
        filename=filename[-255:],
        size_bytes=size,
        options=options or {},
        created_by=user,
        published_at=timezone.now(),
    )
    dataset.full_clean(exclude=["source"])
    # Outside of the transaction: storing a gigabyte must not hold a database lock.
    dataset.source.save(dataset.filename, file, save=False)
    stored = str(dataset.source.name)

    def publish() -> None:
        profile_dataset.delay(dataset.pk)

    try:
        with transaction.atomic():
            # Asked again in turn: two uploads at once may fit alone, not together.
            Project.objects.select_for_update().get(pk=project.pk)
            refuse_over_quota(project, size)
            dataset.save(force_insert=True)
            audit.record(
                Action.DATASET_UPLOADED,
                dataset,
                project=project,
                user=user,
                note=f"File {dataset.filename}, {megabytes(size)}.",
            )
            # The row is the queue: a message that is lost is repeated by the sweep.
            # No `partial`: Django asks a robust hook that failed for its name.
            transaction.on_commit(publish, robust=True)
    except BaseException:
        dataset.source.storage.delete(stored)
        raise
    return dataset


def too_large(size: int) -> str:
    return (
        f"The file has {size / 1024**2:,.0f} MB; at most {settings.UPLOAD_LIMIT_MB:,} MB "
        "are accepted here. Upload a sample of its rows, or raise UPLOAD_LIMIT_MB."
    )


def refuse_over_quota(project: Project, size: int) -> None:
    """Raise ValidationError when `size` more bytes are more than a project may hold."""
    limit = settings.PROJECT_QUOTA_MB * 1024**2
    used = contents.used_bytes(project)
    if limit and used + size > limit:
        message = (
            f"The project holds {megabytes(used)} of at most "
            f"{settings.PROJECT_QUOTA_MB:,} MB, and the file has {megabytes(size)}. "
            "Delete a dataset that is not needed, or raise PROJECT_QUOTA_MB."
        )
        raise ValidationError({"file": message})


def megabytes(size: int) -> str:
    return f"{size / 1024**2:,.1f} MB"


def add_pasted(*, user: User, project: Project, text: str, name: str = "") -> Dataset:
    """Store cells pasted from a spreadsheet; they are read like any upload.

    Raises ValidationError for the field `text`, with nothing stored.
    """
    content = text.encode()
    try:
        return add_dataset(
            user=user,
            project=project,
            file=ContentFile(content),
            filename="pasted.tsv" if "\t" in text else "pasted.csv",
            name=name.strip() or f"Pasted {timezone.localtime():%Y-%m-%d %H:%M}",
        )
    except ValidationError as error:
        found = error.message_dict.get("file", error.messages)
        raise ValidationError({"text": found}) from None


def add_sample(*, user: User, project: Project, sample_name: str) -> Dataset:
    """Add a bundled table to a project, by the same way as an uploaded one."""
    sample = SAMPLES[sample_name]
    with sample_path(sample_name).open("rb") as stream:
        return add_dataset(
            user=user,
            project=project,
            file=File(stream, name=sample.filename),
            filename=sample.filename,
            name=sample.title,
        )


@transaction.atomic
def rename_dataset(dataset: Dataset, *, name: str) -> None:
    """Name a table, all of its versions: they are one table to people."""
    dataset.name = " ".join(name.split())
    dataset.clean_fields(
        exclude=[f.name for f in Dataset._meta.fields if f.name != "name"]
    )
    family = Q(pk=dataset.family_id) | Q(original=dataset.family_id)
    Dataset.objects.filter(family).update(name=dataset.name)
    audit.record(
        Action.DATASET_CHANGED, dataset, project=dataset.project, note="Renamed."
    )


@transaction.atomic
def delete_dataset(dataset: Dataset) -> None:
    """Delete a table with its runs, their models and all their files.

    Raises ValidationError while one of its runs is being worked on.
    """
    # Locked and read again: a worker may just have stored the table it made of it.
    locked = Dataset.objects.select_for_update().get(pk=dataset.pk)
    refuse_while_active(Run.objects.filter(dataset=locked), of="dataset")
    make_next_original(locked)
    audit.record(Action.DATASET_DELETED, locked, project=locked.project)
    locked.delete()


def make_next_original(dataset: Dataset) -> None:
    """Let the oldest version that stays stand for all, when the first one goes."""
    later = dataset.later.order_by("version")
    heir = later.first()
    if heir:
        later.exclude(pk=heir.pk).update(original=heir)
        Dataset.objects.filter(pk=heir.pk).update(original=None)


def at_work(runs: QuerySet[Run]) -> list[str]:
    """Return those of these runs that are being worked on, with what to do about it."""
    active = runs.exclude(phase__in=RESTING).order_by("pk")
    names = active.values_list("name", flat=True)
    return [f"The run “{name}” is still working: stop it first." for name in names]


def refuse_while_active(runs: QuerySet[Run], *, of: str) -> None:
    """Raise ValidationError when one of these runs is being worked on."""
    n_active = runs.exclude(phase__in=RESTING).count()
    if n_active == 1:
        message = f"A run of this {of} is still working: stop it first."
        raise ValidationError(message)
    if n_active:
        message = f"{n_active} runs of this {of} are still working: stop them first."
        raise ValidationError(message)
