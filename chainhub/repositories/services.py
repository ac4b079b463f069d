"""Repositories, their commits and tags."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError
from chainhub.repositories.models import Blob, Commit, CommitFile, Repository, Tag
from chainhub.repositories.paths import check_tree


def create_repository(kind: str) -> Repository:
    """A repository without commits; `kind` is one of `Repository.Kind`."""
    return Repository.objects.create(kind=Repository.Kind(kind))


@transaction.atomic
def commit_files(repository: Repository, files: Mapping[str, Blob], *, author: User | None, title: str) -> Commit:
    """A new head whose tree is exactly `files`. Raises `InvalidInputError` for a path that may not be."""
    check_tree(files)
    # The lock makes a line of the commits: two at once would share a parent.
    Repository.objects.select_for_update().get(pk=repository.pk)
    _hold(files.values())
    parent = repository.commits.order_by("-pk").first()
    title, now = title[:200], timezone.now()
    commit = Commit.objects.create(
        repository=repository,
        oid=commit_oid(parent=parent, title=title, author=author, at=now, files=files),
        parent=parent,
        title=title,
        author=author,
        created_at=now,
    )
    CommitFile.objects.bulk_create([CommitFile(commit=commit, path=path, blob=blob) for path, blob in files.items()])
    return commit


def _hold(blobs: Iterable[Blob]) -> None:
    """Until the commit nobody gives them up: PostgreSQL asks only then whether what is named is there."""
    named = Blob.objects.select_for_update(no_key=True).filter(pk__in={blob.pk for blob in blobs})
    list(named.order_by("pk").values_list("pk"))


def commit_oid(
    *, parent: Commit | None, title: str, author: User | None, at: datetime, files: Mapping[str, Blob]
) -> str:
    """The name of a commit: SHA-1 over what it says and all that came before, so that nothing can be swapped."""
    tree = [[path, blob.sha256, blob.size] for path, blob in sorted(files.items())]
    said = [parent.oid if parent else None, title, author.pk if author else None, at.isoformat(), tree]
    # A name among trusted writers, 40 hex digits because clients expect as many; bytes are verified by SHA-256.
    return hashlib.sha1(json.dumps(said, ensure_ascii=False).encode(), usedforsecurity=False).hexdigest()


@transaction.atomic
def tag_commit(commit: Commit, name: str) -> Tag:
    """Name a commit. Naming it the same twice does nothing; a name never moves to another commit."""
    tag, made = Tag.objects.get_or_create(repository=commit.repository, name=name, defaults={"commit": commit})
    if not made and tag.commit_id != commit.pk:
        raise DomainError(gettext_noop("“%(name)s” already names another version."), name=name)
    return tag
