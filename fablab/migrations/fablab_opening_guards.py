"""What the database itself refuses, and the indexes that the sweeps and guards live on.

Constraints of tables do not work on SQLite through Piccolo, so this is plain DDL for each.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from fablab.core import db, stamping, versions

ID = "2026-11-22T12:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "the last wall: overlaps, append-only, uniqueness, stamps"

BLOCKING = "('pending', 'confirmed', 'checked_in', 'completed')"
STAMPED = {
    "lab": ("lab", "season", "opening_hours", "closure", "day_exception", "charter"),
    "machines": ("machine", "category", "certification", "material"),
}
NAMES = ("given_name_ar", "family_name_ar", "given_name_latin", "family_name_latin")
SHOWN = (
    "machine",
    "unit",
    "kind",
    "status",
    "member",
    "starts_at",
    "ends_at",
    "busy_until",
    "release_at",
    "title",
)

INDEXES = (
    f"""CREATE INDEX booking_guard ON booking (machine, unit, busy_until, starts_at)
        WHERE status IN {BLOCKING}""",
    "CREATE INDEX booking_machine_start ON booking (machine, starts_at, busy_until)",
    "CREATE INDEX booking_start ON booking (starts_at, busy_until)",
    "CREATE INDEX booking_member_start ON booking (member, starts_at)",
    "CREATE INDEX booking_release ON booking (release_at) WHERE status = 'confirmed'",
    """CREATE INDEX booking_end ON booking (ends_at)
       WHERE status IN ('pending', 'confirmed', 'checked_in')""",
    "CREATE INDEX booking_pending ON booking (machine, starts_at) WHERE status = 'pending'",
    "CREATE INDEX booking_reminder ON booking (remind_at) WHERE status = 'confirmed'",
    "CREATE INDEX booking_other ON booking (machine, busy_until) WHERE kind <> 'use'",
    "CREATE INDEX notification_waiting ON notification (next_try_at) WHERE mail_state = 'waiting'",
    "CREATE INDEX notification_unread ON notification (member) WHERE read_at IS NULL",
    "CREATE INDEX notification_member ON notification (member, written_at)",
    "CREATE INDEX strike_member ON strike (member, at)",
    "CREATE INDEX hold_member ON hold (member)",
    "CREATE INDEX certificate_member ON certificate (member)",
    "CREATE INDEX session_member ON session (member)",
    "CREATE INDEX activity_thing ON activity (thing, thing_id)",
    """CREATE UNIQUE INDEX charter_acceptance_member_version_key
       ON charter_acceptance (member, version)""",
    "CREATE UNIQUE INDEX project_member_project_member_key ON project_member (project, member)",
    "CREATE INDEX project_member_member ON project_member (member)",
    "CREATE UNIQUE INDEX device_key_hash_member_key ON device (key_hash, member)",
    "CREATE UNIQUE INDEX kept_answer_owner_scope_key_key ON kept_answer (owner, scope, key)",
    "CREATE UNIQUE INDEX job_run_job_due_key ON job_run (job, due)",
)


def sqlite_overlap(event: str, others: str) -> str:
    """Half-open like PostgreSQL's ranges; an empty one overlaps nothing."""
    name = event.split()[0].lower()
    return f"""
CREATE TRIGGER booking_no_overlap_{name} BEFORE {event} ON booking
WHEN NEW.status IN {BLOCKING} BEGIN
  SELECT RAISE(ABORT, 'booking_no_overlap') WHERE NEW.busy_until > NEW.starts_at AND EXISTS (
    SELECT 1 FROM booking b
    WHERE b.machine = NEW.machine AND b.unit = NEW.unit AND b.status IN {BLOCKING}
      AND b.busy_until > NEW.starts_at AND b.starts_at < NEW.busy_until
      AND b.busy_until > b.starts_at {others});
END"""


def sqlite_span(event: str) -> str:
    name = event.split()[0].lower()
    return f"""
CREATE TRIGGER booking_span_{name} BEFORE {event} ON booking BEGIN
  SELECT RAISE(ABORT, 'booking_span')
  WHERE NEW.ends_at <= NEW.starts_at OR NEW.busy_until < NEW.starts_at
    OR NEW.machine IS NULL OR NEW.unit IS NULL OR NEW.starts_at IS NULL
    OR NEW.ends_at IS NULL OR NEW.busy_until IS NULL;
END"""


GUARDED = "UPDATE OF machine, unit, starts_at, ends_at, busy_until, status"
SQLITE = (
    sqlite_overlap("INSERT", ""),
    sqlite_overlap(GUARDED, "AND b.id <> NEW.id"),
    sqlite_span("INSERT"),
    sqlite_span(GUARDED),
    """
CREATE TRIGGER activity_append_only_update BEFORE UPDATE ON activity BEGIN
  SELECT RAISE(ABORT, 'activity_append_only');
END""",
    """
CREATE TRIGGER activity_append_only_delete BEFORE DELETE ON activity BEGIN
  SELECT RAISE(ABORT, 'activity_append_only');
END""",
    # INSERT OR REPLACE would rewrite a row without firing either of the above.
    """
CREATE TRIGGER activity_append_only_insert BEFORE INSERT ON activity
WHEN NEW.id IS NOT NULL AND EXISTS (SELECT 1 FROM activity a WHERE a.id = NEW.id) BEGIN
  SELECT RAISE(ABORT, 'activity_append_only');
END""",
)
SQLITE_TRIGGERS = (
    "booking_no_overlap_insert",
    "booking_no_overlap_update",
    "booking_span_insert",
    "booking_span_update",
    "activity_append_only_update",
    "activity_append_only_delete",
    "activity_append_only_insert",
)

POSTGRES = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    f"""ALTER TABLE booking ADD CONSTRAINT booking_no_overlap EXCLUDE USING gist
        (machine WITH =, unit WITH =, tstzrange(starts_at, busy_until, '[)') WITH &&)
        WHERE (status IN {BLOCKING})""",
    """ALTER TABLE booking ADD CONSTRAINT booking_span
       CHECK (ends_at > starts_at AND busy_until >= starts_at)""",
    """
CREATE FUNCTION activity_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'activity_append_only' USING ERRCODE = '23514', CONSTRAINT = TG_NAME;
END $$""",
    """CREATE TRIGGER activity_append_only BEFORE UPDATE OR DELETE ON activity
       FOR EACH ROW EXECUTE FUNCTION activity_append_only()""",
    """CREATE TRIGGER activity_append_only_all BEFORE TRUNCATE ON activity
       FOR EACH STATEMENT EXECUTE FUNCTION activity_append_only()""",
)


async def run(statements: tuple[str, ...] | list[str]) -> None:
    for statement in statements:
        await db.engine().run_ddl(statement)


async def up() -> None:
    kind = db.engine().engine_type
    await run(INDEXES)
    await run(SQLITE if kind == "sqlite" else POSTGRES)
    for name, tables in STAMPED.items():
        await run(stamping.one_for_all(name, tables, kind))
    await run(stamping.one_for_all("people", ("member",), kind, NAMES))
    await run(stamping.one_each("booking", "machine", SHOWN, versions.BOOKINGS, kind))


async def down() -> None:
    kind = db.engine().engine_type
    for name, tables in STAMPED.items():
        await run(stamping.no_more(name, tables, kind))
    await run(stamping.no_more("people", ("member",), kind, NAMES))
    await run(stamping.none_each("booking", kind))
    if kind == "sqlite":
        await run([f"DROP TRIGGER {name}" for name in SQLITE_TRIGGERS])
    else:
        await run(
            [
                "ALTER TABLE booking DROP CONSTRAINT booking_no_overlap",
                "ALTER TABLE booking DROP CONSTRAINT booking_span",
                "DROP TRIGGER activity_append_only ON activity",
                "DROP TRIGGER activity_append_only_all ON activity",
                "DROP FUNCTION activity_append_only()",
            ]
        )
    names = [statement.split(" ON ")[0].split()[-1] for statement in INDEXES]
    await run([f"DROP INDEX {name}" for name in names])


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="fablab", description=DESCRIPTION)
    manager.add_raw(up)
    manager.add_raw_backwards(down)
    return manager
