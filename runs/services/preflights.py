"""What a person looks at before starting a run: what it would take."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from runs.configuration import Configuration
from runs.models import Dataset, Preflight
from runs.tasks import look_ahead

# Of each table; what was asked about before is asked about again within seconds.
KEPT = 20


def ask(dataset: Dataset, configuration: Configuration) -> Preflight:
    """Have the first combinations timed; what is known already is kept."""
    specification = asdict(configuration)
    preflight, made = Preflight.objects.get_or_create(
        dataset=dataset,
        key=key_of(dataset, specification),
        defaults={"specification": specification, "published_at": timezone.now()},
    )
    if made or preflight.wait_again():
        transaction.on_commit(lambda: look_ahead.delay(preflight.pk), robust=True)
        old = dataset.preflights.order_by("-created_at").values("pk")[KEPT:]
        dataset.preflights.filter(pk__in=[row["pk"] for row in old]).delete()
    return preflight


def known(dataset: Dataset, configuration: Configuration) -> Preflight | None:
    """Return what was found out, or is being found out, about a configuration."""
    key = key_of(dataset, asdict(configuration))
    return dataset.preflights.filter(key=key).first()


def known_of(
    dataset: Dataset, configurations: Iterable[Configuration]
) -> list[Preflight | None]:
    """Return what was found out about each of some configurations, in one query."""
    keys = [key_of(dataset, asdict(configuration)) for configuration in configurations]
    found = {row.key: row for row in dataset.preflights.filter(key__in=keys)}
    return [found.get(key) for key in keys]


def key_of(dataset: Dataset, specification: dict[str, Any]) -> str:
    """Return the name of what was asked; of another content it is another question."""
    words = json.dumps([dataset.content_hash, specification], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()
