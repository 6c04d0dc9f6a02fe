"""One Piccolo app: one schema, one line of migrations."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

PACKAGES = (
    "core",
    "lab",
    "members",
    "activity",
    "notifications",
    "machines",
    "training",
    "quotas",
    "bookings",
    "calendars",
    "kiosk",
)

APP_CONFIG = AppConfig(
    app_name="fablab",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=table_finder(
        [f"fablab.{name}.tables" for name in PACKAGES], exclude_imported=True
    ),
)
