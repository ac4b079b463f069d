"""Searching 10,000 datasets with ranking against a plain LIKE scan of the same table.

A database of its own in a folder for temporary files (or the one that DATABASE_URL names, which must be empty). Each
dataset has a name, summaries and cards in both languages, and fields, out of a vocabulary with the frequencies of a
language. Both sides find the first page of 24 and count all; LIKE looks in the same texts and cannot rank. Also told:
the catalogue's whole page, with the counts of all facets, by an HTTP client inside the process.

    python benchmarks/catalogue.py [datasets]
"""

# ruff: noqa: PLC0415 (Django reads its settings once, and they are made here first)
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Words of every frequency: the vocabulary is drawn from with the frequencies of a language (Zipf).
QUESTIONS = ["the-rarest", "rare", "usual", "frequent", "rare usual", "usual frequent", "中rare", "中usual", "zeppelin"]
TIMES = 9
SENTENCES, WORDS = 12, 20_000
RANKS = {"the-rarest": 19_000, "rare": 3_000, "usual": 300, "frequent": 20}
SYLLABLES = [first + second for first in "bdfghklmnprstvz" for second in ("a", "e", "i", "o", "u", "an", "er", "ol")]
TEXTS = ("name", "summary", "summary_zh", "card", "card_zh", "source")


def main(count: int) -> int:
    """Print each question's times, and the ratio of the medians."""
    with tempfile.TemporaryDirectory(prefix="catalogue-") as folder:
        prepare(folder)
        user = fill(count)
        from django.db import connection

        print(f"{count} datasets on {connection.vendor}; first page of 24, median of {TIMES}")
        print(f"{'question':<20}{'found':>7}{'search':>12}{'LIKE scan':>12}{'ratio':>8}")
        for question in QUESTIONS:
            (found, ours), (_same, scan) = timed(user, asked(question), by_search, by_like)
            print(f"{question:<20}{found:>7}{ours * 1000:>9.1f} ms{scan * 1000:>9.1f} ms{scan / ours:>7.1f}×")
        report_page(user)
        connection.close()
    return 0


def prepare(folder: str) -> None:
    """Settings, tables."""
    sys.path.insert(0, str(ROOT))
    os.environ |= {"CHAINHUB_DATA": folder, "DJANGO_SETTINGS_MODULE": "chainhub.settings", "LOG_LEVEL": "ERROR"}
    os.environ |= {"SECRET_KEY": "only for this benchmark", "ALLOWED_HOSTS": "testserver,127.0.0.1"}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def fill(count: int):
    """One organization that owns all, ten more that look; the index by the very code that the hub runs."""
    from django.utils import timezone

    from chainhub.accounts.models import User
    from chainhub.datasets.models import Dataset, DatasetVersion, Kind, VersionStatus, Visibility
    from chainhub.datasets.search.indexing import index_datasets
    from chainhub.organizations.models import Membership, Organization, Role, Stage
    from chainhub.repositories.models import Repository

    seeded = random.Random(7)
    user = User.objects.create_user("bench@example.test", "open sesame 1", name="Bench")
    houses = [
        Organization(name=f"House {n}", short_name=f"H{n}", slug=f"h{n}", stage=stage, industry=f"Trade {n % 4}")
        for n, stage in enumerate([*Stage.values, *Stage.values, *Stage.values])
    ]
    houses = Organization.objects.bulk_create(houses)
    Membership.objects.create(user=user, organization=houses[0], role=Role.OWNER)
    repositories = Repository.objects.bulk_create([Repository(kind="dataset") for _ in range(count)], 500)
    made = Dataset.objects.bulk_create(
        [
            Dataset(
                organization=seeded.choice(houses), name=f"{english(seeded, 3)} {n}", slug=f"d{n}", created_by=user,
                kind=seeded.choice(Kind.values), summary=english(seeded, 12), summary_zh=chinese(seeded, 20),
                card=". ".join(english(seeded, 12) for _ in range(SENTENCES)),
                card_zh="。".join(chinese(seeded, 30) for _ in range(SENTENCES)),
                source=english(seeded, 4), visibility=Visibility.HUB, repository=repository,
            )
            for n, repository in enumerate(repositories)
        ],
        500,
    )  # fmt: skip
    now = timezone.now()
    fields = [{"name": f"field_{n}", "type": "number", "kind": "number"} for n in range(20)]
    DatasetVersion.objects.bulk_create(
        [
            DatasetVersion(
                dataset=one, number=1, status=VersionStatus.READY, created_by=user, created_at=now,
                rows=10 ** seeded.randint(1, 7), inspection={"fields": fields},
            )
            for one in made
        ],
        500,
    )  # fmt: skip
    began = time.perf_counter()
    index_datasets(Dataset.objects.all())
    print(f"indexed in {time.perf_counter() - began:.1f} s")
    return user


def word(rank: int) -> str:
    """The word of a rank: three syllables, none of which is another word."""
    parts = []
    for _ in range(3):
        rank, at = divmod(rank * 7919 + 13, len(SYLLABLES)) if not parts else divmod(rank, len(SYLLABLES))
        parts.append(SYLLABLES[at])
    return "".join(parts)


def character(rank: int) -> str:
    """A Chinese character."""
    return chr(0x4E00 + rank * 37 % 3000)


def rank(seeded: random.Random) -> int:
    """Zipf's: the second word half as often as the first."""
    return int(WORDS ** seeded.random()) - 1


def english(seeded: random.Random, words: int) -> str:
    return " ".join(word(rank(seeded)) for _ in range(words))


def chinese(seeded: random.Random, characters: int) -> str:
    """Words of two characters."""
    return "".join(pair(rank(seeded)) for _ in range(characters // 2))


def pair(rank: int) -> str:
    return character(rank) + character(rank // 3000 + rank * 5)


def asked(question: str) -> str:
    """The words that a question of `QUESTIONS` stands for."""
    if question == "zeppelin":
        return question
    if question.startswith("中"):
        return pair(RANKS[question[1:]])
    return " ".join(word(RANKS[one]) for one in question.split())


def by_search(user, question: str) -> int:
    """The hub's own way: ids in order, then the cards of the page; and how many there are."""
    from chainhub.datasets.catalogue import asked_in, in_order, loaded, narrowed
    from chainhub.datasets.models import Dataset

    asked = asked_in({"q": [question]})
    found = narrowed(Dataset.objects.visible_to(user), asked, user)
    loaded(list(in_order(found, asked)[:24]), user)
    return found.count()


def by_like(user, question: str) -> int:
    """Every word anywhere in any of the texts, newest first."""
    from django.db.models import Q

    from chainhub.datasets.catalogue import loaded
    from chainhub.datasets.models import Dataset

    found = Dataset.objects.visible_to(user)
    for word in question.split():
        anywhere = Q()
        for name in TEXTS:
            anywhere |= Q(**{f"{name}__icontains": word})
        found = found.filter(anywhere)
    ids = found.order_by("-created_at", "-pk").values_list("pk", flat=True)
    loaded(list(ids[:24]), user)
    return ids.count()


def timed(user, question: str, *ways) -> list[tuple[int, float]]:
    """For each way what it found, and its median time in seconds; in turns, so that a busy machine is fair to both."""
    times = {way: [] for way in ways}
    found = {way: way(user, question) for way in ways}
    for _ in range(TIMES):
        for way in ways:
            began = time.perf_counter()
            way(user, question)
            times[way].append(time.perf_counter() - began)
    return [(found[way], statistics.median(times[way])) for way in ways]


def report_page(user) -> None:
    """The page as a browser gets it, with and without a question."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    browser = Client()
    browser.force_login(user)
    for address in ("/datasets/", f"/datasets/?q={asked('usual')}", "/datasets/?kind=images&stage=upstream&sort=rows"):
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        queries = len(captured)  # what the block has captured is counted once it is closed
        ((_none, seconds),) = timed(user, address, lambda _user, where: browser.get(where).status_code)
        print(f"{address:<48}{seconds * 1000:>8.1f} ms, {queries} queries")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
