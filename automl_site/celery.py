"""The Celery application. Tasks live in each app's `tasks` module."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automl_site.settings")

app = Celery("tuneboard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Signal handlers of the worker process itself.
app.autodiscover_tasks(["runs"], related_name="workers")
