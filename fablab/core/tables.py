"""Tables that belong to no domain: stamps of what may be cached, kept answers, dated jobs."""

from piccolo.columns import BigInt, Bytea, Integer, Serial, Timestamptz, Varchar
from piccolo.table import Table


class Version(Table):
    """A random stamp that changes with every change of what it names (see core.versions)."""

    name = Varchar(40, primary_key=True)
    stamp = BigInt(default=0)


class KeptAnswer(Table):
    """What a request with a one-time key was answered, so that its twin hears the same."""

    id: Serial
    owner = BigInt()
    scope = Varchar(200, help_text="Method and path, or the name of a form.")
    key = Varchar(64)
    body_hash = Varchar(64)
    status = Integer(default=0, help_text="0 while the first request is still at work.")
    answer = Bytea(default=b"")
    location = Varchar(300, default="")
    made_at = Timestamptz(default=None, null=False)


class JobRun(Table):
    """One run of a dated job: claimed by one process, done or claimable again."""

    id: Serial
    job = Varchar(60)
    due = Timestamptz(default=None, null=False)
    claimed_at = Timestamptz(null=True, default=None)
    done_at = Timestamptz(null=True, default=None)


class Heartbeat(Table):
    """When the pages were last served, so that a restart knows how long they were away."""

    name = Varchar(40, primary_key=True)
    at = Timestamptz(default=None, null=False)
