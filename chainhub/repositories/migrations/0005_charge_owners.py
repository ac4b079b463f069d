"""Uploads that were registered elsewhere count where their bytes lie."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def charge_owners(apps: Any, _editor: Any) -> None:
    """Before this, they counted for ever in the organization for which they had been sent."""
    upload, blob = apps.get_model("repositories", "Upload"), apps.get_model("repositories", "Blob")
    owner = blob.objects.filter(pk=OuterRef("blob")).values("owner")[:1]
    taken = upload.objects.filter(used_at__isnull=False, blob__owner__isnull=False)
    taken.update(organization=Subquery(owner))


class Migration(migrations.Migration):
    dependencies = [("repositories", "0004_uploads_in_packages")]
    operations = [migrations.RunPython(charge_owners, migrations.RunPython.noop)]
