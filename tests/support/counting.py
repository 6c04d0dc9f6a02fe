"""The type of the fixture `counted`, for tests that name their arguments' types."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from fablab.core import db

Counting = Callable[[], AbstractContextManager[db.Counted]]
