"""Where a request comes from.

The rule: the peer's own address counts. Only where the peer is a proxy of ours (the setting
`FABLAB_TRUSTED_PROXIES`, this machine unless said otherwise) the last hop it wrote into
X-Forwarded-For counts instead: earlier hops are whatever the sender liked to write, and so is all
of it from somebody on the lab's own network.
"""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from fablab.core.errors import WrongSetup
from fablab.core.settings import settings


@lru_cache(maxsize=1)
def proxies() -> tuple[IPv4Network | IPv6Network, ...]:
    """Where proxies of ours stand; nowhere when the setting is empty.

    `WrongSetup` when it names something else than networks.
    """
    named = settings.trusted_proxies.split(",") if settings.trusted_proxies.strip() else []
    try:
        return tuple(ip_network(text.strip()) for text in named)
    except ValueError as wrong:
        raise WrongSetup("FABLAB_TRUSTED_PROXIES must be networks, apart by commas.") from wrong


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
    return any(found in network for network in proxies())


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
