"""Wiring: settings, root URLs, ASGI routing, the Celery application."""

from automl_site.celery import app as celery_app

__all__ = ["celery_app"]
