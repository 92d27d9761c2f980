"""Write the API's OpenAPI document, as the server gives it, to a file."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.http import HttpRequest
from django.urls import resolve, reverse


class Command(BaseCommand):
    help = "Write the OpenAPI document of the API; docs/openapi.json is this."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=Path, metavar="FILE", help="default: the terminal"
        )

    def handle(self, *, file: Path | None, **options: Any) -> None:
        text = document()
        if file is None:
            sys.stdout.write(text)
        else:
            file.write_text(text)


def document() -> str:
    # Asked of the view, which knows the API: what is above this app cannot be imported.
    found = resolve(reverse("api:openapi-json"))
    answer = found.func(HttpRequest(), *found.args, **found.kwargs)
    return json.dumps(json.loads(answer.content), indent=2, ensure_ascii=False) + "\n"
