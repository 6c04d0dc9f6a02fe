"""Where Piccolo looks for the database and for the one app that owns the schema."""

from typing import Any

from piccolo.conf.apps import AppRegistry

from fablab.core import db


def __getattr__(name: str) -> Any:
    """`DB` is whatever engine is in use, and `APP_REGISTRY` needs tables that look here for it."""
    if name == "DB":
        return db.engine()
    if name == "APP_REGISTRY":
        return AppRegistry(apps=["fablab.piccolo_app"])
    raise AttributeError(name)
