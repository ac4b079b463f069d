"""A person at a machine of their own, for tests: launches a job each time a line comes, and says what came of it.

Run as `python -m tests.process.launching PERSON ORGANIZATION COLLABORATION VERSION`, all but the program keys of rows.
"""

import sys

import django


def main(person: int, organization: int, collaboration: int, version: int) -> None:
    django.setup()

    from chainhub.accounts.models import User
    from chainhub.collaborations.models import Collaboration
    from chainhub.datasets.models import DatasetVersion
    from chainhub.jobs.terms import ForbiddenByTermsError
    from chainhub.organizations.models import Organization
    from tests.factories.jobs import make_job

    actor, together = User.objects.get(pk=person), Collaboration.objects.get(pk=collaboration)
    mine, data = Organization.objects.get(pk=organization), DatasetVersion.objects.get(pk=version)
    _say("ready")
    for _line in sys.stdin:
        try:
            _say(f"launched {make_job(actor, mine, together, [data]).pk}")
        except ForbiddenByTermsError as refused:
            _say(f"refused {refused.term}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
