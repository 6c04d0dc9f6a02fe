"""PostgreSQL as this app needs it: connections always come back, and no session waits for ever."""

from fablab.core.postgres.engine import SafePostgresEngine

__all__ = ["SafePostgresEngine"]
