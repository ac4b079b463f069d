"""ChainHub's hub: the Django site where organizations share data and train models together."""

from chainhub.celery import app as celery_app

__all__ = ["celery_app"]
