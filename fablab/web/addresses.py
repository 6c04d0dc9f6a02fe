"""Where a request comes from.

The rule: the peer's own address counts. Only where the peer is loopback or a private address,
so a proxy of ours, the last hop it wrote into X-Forwarded-For counts instead: earlier hops are
whatever the sender liked to write.
"""

from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

# Loopback, the private networks and a link's own: where a proxy of ours would stand.
OURS = tuple(
    ip_network(text)
    for text in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
        *("::1/128", "fc00::/7", "fe80::/10"),
    )
)


def peer(scope: Any) -> str:
    found = scope.get("client")
    return str(found[0]) if found else ""


@lru_cache(maxsize=4096)
def is_ours(address: str) -> bool:
    """Whether a proxy of ours could be there. No address at all is a socket of this machine."""
    if not address:
        return True
    try:
        found = ip_address(readable(address))
    except ValueError:
        return False
    return any(found in network for network in OURS)


@lru_cache(maxsize=4096)
def readable(address: str) -> str:
    """The address in its shortest form, empty when it is none; IPv4 in IPv6 as IPv4."""
    try:
        found = ip_address(address.strip())
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


def client(scope: Any) -> str:
    """The address a request is counted under."""
    direct = peer(scope)
    if is_ours(direct):
        forwarded = dict(scope["headers"]).get(b"x-forwarded-for", b"").decode("latin-1")
        if last := readable(forwarded.rpartition(",")[2]):
            return last
    return readable(direct) or direct[:45]
