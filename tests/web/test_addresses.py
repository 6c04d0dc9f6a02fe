"""Whose address counts: the peer's, or the last hop a proxy of ours wrote down."""

import pytest

from fablab.web.addresses import client


@pytest.mark.parametrize(
    ("peer", "forwarded", "counts"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("8.8.8.8", "1.1.1.1", "8.8.8.8"),
        ("127.0.0.1", "1.1.1.1", "1.1.1.1"),
        ("127.0.0.1", "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        ("127.0.0.1", "::ffff:1.1.1.1", "1.1.1.1"),
        ("::1", "1.1.1.1", "1.1.1.1"),
        ("10.0.0.2", "1.1.1.1", "10.0.0.2"),  # somebody on the lab's own network
        ("10.0.0.2", "unknown", "10.0.0.2"),
        ("10.0.0.2", "", "10.0.0.2"),
        (None, "1.1.1.1", "1.1.1.1"),
        (None, "", ""),
    ],
)
def test_the_address_that_counts(peer: str | None, forwarded: str, counts: str) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    assert client({"client": (peer, 1) if peer else None, "headers": headers}) == counts
