"""SQLite as this app needs it: connections that are kept, one writer at a time, durable commits."""

from fablab.core.sqlite.engine import KeptSQLiteEngine

__all__ = ["KeptSQLiteEngine"]
