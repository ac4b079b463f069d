"""The database itself refuses to change or delete what the audit log holds.

Whoever owns the database can drop these triggers; `verifying` finds what was done then. A migration that makes
SQLite build one of the tables anew loses them: call `install` again there (a test looks).
"""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("activity_auditevent", "activity_auditmark")
ACTS = ("update", "delete")
REFUSAL = "The audit log is append-only."


def install(connection: BaseDatabaseWrapper) -> None:
    """Refuse changes from now on. Other databases than SQLite and PostgreSQL are left as they are."""
    if connection.vendor == "postgresql":
        _run(connection, f"""
            CREATE OR REPLACE FUNCTION chainhub_append_only() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
        """)  # fmt: skip
    for table in TABLES:
        for act in ACTS:
            if connection.vendor == "sqlite":
                _run(connection, f"""
                    CREATE TRIGGER IF NOT EXISTS {_name(table, act)} BEFORE {act} ON {table}
                    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
                """)  # fmt: skip
            elif connection.vendor == "postgresql":
                _run(connection, f"DROP TRIGGER IF EXISTS {_name(table, act)} ON {table}")
                _run(connection, f"""
                    CREATE TRIGGER {_name(table, act)} BEFORE {act} ON {table}
                    FOR EACH ROW EXECUTE FUNCTION chainhub_append_only()
                """)  # fmt: skip


def remove(connection: BaseDatabaseWrapper, *, acts: tuple[str, ...] = ACTS) -> None:
    """Allow changes: what somebody who doctors the log would do first."""
    for table in TABLES:
        for act in acts:
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            _run(connection, f"DROP TRIGGER IF EXISTS {_name(table, act)}{on}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the triggers that are not there."""
    catalogues = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
    }
    if connection.vendor not in catalogues:
        return []
    with connection.cursor() as cursor:
        cursor.execute(catalogues[connection.vendor])
        there = {row[0] for row in cursor.fetchall()}
    return [name for table in TABLES for act in ACTS if (name := _name(table, act)) not in there]


def _name(table: str, act: str) -> str:
    return f"{table}_no_{act}"


def _run(connection: BaseDatabaseWrapper, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
