"""The Celery application: finds every app's tasks; a task is always sent by name."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chainhub.settings")

app = Celery("chainhub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
