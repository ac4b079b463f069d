#!/usr/bin/env python3
"""Every command starts here: bring the environment up to date with nothing but Python, then hand over to Django."""

import os
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 (read by Pythons too old for us)

if not (3, 11) <= sys.version_info < (3, 15):  # PyTorch has builds for these
    sys.exit(
        "ChainHub needs Python 3.11 to 3.14; this is Python %d.%d. Try: python3.11 manage.py ...\n"  # noqa: UP031
        "ChainHub 需要 Python 3.11 至 3.14。" % sys.version_info[:2]
    )

if ROOT not in sys.path:
    sys.path.insert(0, ROOT)


def main():  # type: () -> int
    """Prepare, then run the quickstart, or the tests, or any of Django's commands."""
    from bootstrap import start

    argv = start.in_environment(sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chainhub.settings")
    if argv[1:2] == ["quickstart"]:
        from chainhub.quickstart.main import quickstart

        return quickstart(argv[2:])
    if argv[1:2] == ["scenarios"]:
        from chainhub.quickstart.trials import scenarios

        return scenarios(argv[2:])
    if argv[1:2] == ["selftest"]:
        from bootstrap import selftest

        return selftest.run(argv[2:])

    from chainhub.core import supervision, translations

    supervision.follow_parent()
    translations.compile_if_stale()
    from django.core.management import execute_from_command_line

    execute_from_command_line(argv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
