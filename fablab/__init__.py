"""The Fab Lab system: who may use which machine when, with what, and who taught them."""

# Operating systems ship older time-zone data than we pin, and Python prefers theirs: this must
# come before anything builds a zone (domain: time).
from fablab.core import zones

__all__ = ["zones"]
