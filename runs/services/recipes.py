"""What a person may change about a table: how it is read, kinds, rows; its versions."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from runs import audit
from runs.enums import Action, DatasetState
from runs.models import Dataset, ReadingPreview, TargetProfile
from runs.tasks import preview_reading, profile_dataset, profile_target

BUSY = "The table is being read: change it when that is done."
# Settings that were tried are looked at again within the hour, or never.
PREVIEW_AGE = timedelta(hours=1)


@transaction.atomic
def change_recipe(
    dataset: Dataset, *, user: User, accepted: list[Any] | None = None, **changes: Any
) -> Dataset:
    """Have a table read again with another recipe; return the version that will hold it.

    A version that a run uses stays what it is: a new one is made. `changes` are some of
    `options`, `kinds` and `drop_duplicates`; `accepted` goes with them.

    Raises ValidationError while the table is being read.
    """
    # In the order of ids, as everywhere: the first version is the lock of the family.
    family = Dataset.objects.select_for_update().filter(
        Q(pk=dataset.family_id) | Q(pk=dataset.pk)
    )
    list(family.order_by("pk").values_list("pk", flat=True))
    current = Dataset.objects.get(pk=dataset.pk)
    if not current.is_settled:
        raise ValidationError(BUSY)
    recipe = {**current.recipe, **changes}
    followed = current.accepted if accepted is None else accepted
    # What was set, by name: values may quote the table.
    told = ", ".join(sorted(k for k, v in recipe.items() if v != current.recipe[k]))
    if recipe == current.recipe and current.is_ready:
        Dataset.objects.filter(pk=current.pk).update(accepted=followed)
        return current
    if current.runs.exists():
        goal = new_version(current, user=user, recipe=recipe, accepted=followed)
    else:
        goal = current
        goal.state, goal.pending, goal.accepted = DatasetState.WAITING, recipe, followed
        goal.error, goal.attempts = "", 0
        goal.progress, goal.published_at = {}, timezone.now()
        goal.save(
            update_fields=[
                *("state", "pending", "accepted", "error"),
                *("attempts", "progress", "published_at"),
            ]
        )
    audit.record(
        Action.DATASET_CHANGED,
        goal,
        project=goal.project,
        user=user,
        note=f"Version {goal.version}. Changed: {told or 'advice'}.",
    )
    transaction.on_commit(lambda: profile_dataset.delay(goal.pk), robust=True)
    return goal


def new_version(
    dataset: Dataset, *, user: User, recipe: dict[str, Any], accepted: list[Any]
) -> Dataset:
    """Make the next version of a table; it shares the stored source."""
    family = Q(pk=dataset.family_id) | Q(original=dataset.family_id)
    last = Dataset.objects.filter(family).aggregate(last=Max("version"))["last"]
    made = Dataset(
        project_id=dataset.project_id,
        name=dataset.name,
        filename=dataset.filename,
        source=dataset.source.name,
        size_bytes=dataset.size_bytes,
        created_by=user,
        published_at=timezone.now(),
        original_id=dataset.family_id,
        version=last + 1,
        accepted=accepted,
        **recipe,
    )
    made.save(force_insert=True)
    TargetProfile.objects.bulk_create(
        TargetProfile(dataset=made, target=profile.target, accepted=profile.accepted)
        for profile in dataset.target_profiles.all()
    )
    return made


def change_kinds(
    dataset: Dataset, kinds: Mapping[str, str | None], *, user: User
) -> Dataset:
    """Change what columns are taken for; None goes back to what is found in them.

    Raises ValidationError naming a column that the table does not have.
    """
    return change_recipe(dataset, user=user, kinds=merged_kinds(dataset, kinds))


def merged_kinds(dataset: Dataset, kinds: Mapping[str, str | None]) -> dict[str, str]:
    """Return the kinds that a recipe would set once these are changed too.

    Raises ValidationError naming a column that the table does not have, as its code.
    """
    changed: dict[str, str] = dict(dataset.recipe["kinds"])
    for name, kind in kinds.items():
        if dataset.column(name) is None:
            message = f"The table has no column “{name}”."
            raise ValidationError(message, code=name)
        if kind is None:
            changed.pop(name, None)
        else:
            changed[name] = kind
    return changed


# --- What a person looks at before deciding --------------------------------------------


def look_at_target(dataset: Dataset, target: str) -> TargetProfile:
    """Have a column looked at as one to predict; what is known already is kept.

    Raises ValidationError naming a column that the table does not have.
    """
    if dataset.column(target) is None:
        message = f"The table has no column “{target}”."
        raise ValidationError(message)
    profile, made = TargetProfile.objects.get_or_create(
        dataset=dataset, target=target, defaults={"published_at": timezone.now()}
    )
    if made or profile.wait_again():
        transaction.on_commit(lambda: profile_target.delay(profile.pk), robust=True)
    return profile


def try_reading(dataset: Dataset, options: dict[str, Any]) -> ReadingPreview:
    """Have the first rows read with settings that are not applied yet."""
    old = dataset.reading_previews.filter(created_at__lt=timezone.now() - PREVIEW_AGE)
    old.delete()
    key = hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()
    preview, made = ReadingPreview.objects.get_or_create(
        dataset=dataset,
        key=key,
        defaults={"options": options, "published_at": timezone.now()},
    )
    if made:
        transaction.on_commit(lambda: preview_reading.delay(preview.pk), robust=True)
    return preview
