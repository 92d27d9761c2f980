"""`manage.py inference`: the process that answers about single rows."""

from typing import Any

from django.core.management.base import BaseCommand

from models_app.inference.server import Server


class Command(BaseCommand):
    help = (
        "Answer requests about single rows, with the models used last kept in memory. "
        "`manage.py serve` starts one; several, on any hosts, share the work."
    )
    requires_system_checks: list[str] = []

    def handle(self, **_: Any) -> None:
        Server().run()
