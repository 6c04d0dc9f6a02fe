"""What a machine may lack.

It is said in red, and it is an error where FABLAB_TEST_REQUIRE names it.
"""

import os

from tests.support import browsers, postgres

SENTENCES = {
    "postgres": (
        "PostgreSQL is missing: nothing was tested on it. "
        "Install it (apt install postgresql), or name its binaries: PG_BIN=/folder/bin"
    ),
    "browser": (
        "A browser is missing: no page was tested in one. "
        "Install one (apt install chromium) so that chromium or google-chrome is on the path."
    ),
    "root": (
        "This is not root, or namespaces and mounts are not allowed: no cable was pulled between "
        "two hosts, and no disk was full. Run the simulations as root (sudo bin/test --all)."
    ),
}


def wants_postgres() -> bool:
    return os.environ.get("FABLAB_TEST_DATABASE", "sqlite") == "postgresql"


def required() -> set[str]:
    """The needs that must not be missing. One we do not know is an error, not a silent typo."""
    named = {name.strip() for name in os.environ.get("FABLAB_TEST_REQUIRE", "").split(",")} - {""}
    if unknown := sorted(named - SENTENCES.keys()):
        raise SystemExit(
            f"FABLAB_TEST_REQUIRE knows no {', '.join(unknown)}: {', '.join(SENTENCES)}."
        )
    return named


def missing() -> set[str]:
    found = set() if browsers.executable() else {"browser"}
    if "FABLAB_TEST_POSTGRES" not in os.environ and not postgres.binaries():
        found.add("postgres")
    return found
