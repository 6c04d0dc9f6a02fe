"""What the line of waiters and the quotas are found by, and when their caches are out of date."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from fablab.core import db, stamping

ID = "2026-11-22T20:30:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of waiting, series, feeds and kiosks; what stamps the lab and its machines"

INDEXES = (
    "CREATE INDEX waiting_line ON waiting (id) WHERE state IN ('waiting', 'offered')",
    "CREATE INDEX waiting_member ON waiting (member)",
    "CREATE INDEX series_member ON series (member)",
    "CREATE INDEX feed_member ON feed (member)",
    "CREATE INDEX booking_waiting ON booking (waiting) WHERE waiting IS NOT NULL",
    "CREATE INDEX booking_buddy ON booking (buddy) WHERE buddy IS NOT NULL",
)
# What the catalogue shows of a machine: all but the minutes it ran, which every finish counts.
SHOWN = (
    "slug",
    "tag",
    "kind",
    "category",
    "position",
    "name",
    "model",
    "description",
    "specs",
    "location",
    "photo",
    "safety_class",
    "status",
    "dangerous",
    "status_note",
    "expected_back_at",
    "booking_mode",
    "units",
    "capacity",
    "certification",
    "level",
    "base_certification",
    "supervision",
    "buddy_required",
    "accepted_materials",
    "restricted_materials",
    "banned_materials",
    "policy",
    "hourly_rate",
)


async def run(statements: tuple[str, ...] | list[str]) -> None:
    for statement in statements:
        await db.engine().run_ddl(statement)


async def up() -> None:
    await run(INDEXES)
    kind = db.engine().engine_type
    await run(stamping.one_for_all("lab", ("quota",), kind))
    await run(stamping.only_for("machines", "machine", SHOWN, kind))


async def down() -> None:
    kind = db.engine().engine_type
    await run(stamping.for_all("machines", "machine", kind))
    await run(stamping.no_more("lab", ("quota",), kind))
    names = [statement.split(" ON ")[0].split()[-1] for statement in INDEXES]
    await run([f"DROP INDEX {name}" for name in names])


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="fablab", description=DESCRIPTION)
    manager.add_raw(up)
    manager.add_raw_backwards(down)
    return manager
