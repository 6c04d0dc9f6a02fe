"""Networks of two hosts, made of Linux's namespaces, each with a cable that can be pulled."""

import ipaddress
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest

from tests.support import needs


@dataclass(frozen=True)
class Network:
    """Where the processes of one host live; `inside` are the words that enter it."""

    address: str
    inside: tuple[str, ...] = ()
    cable: str = ""

    def pull(self) -> None:
        """Nothing gets in or out any more, and nobody is told."""
        if self.cable:
            run("ip", "link", "set", self.cable, "down")


def run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


def are_allowed() -> bool:
    if os.geteuid() != 0 or not all(map(shutil.which, ("ip", "unshare", "nsenter"))):
        return False
    tried = ("unshare", "--net", "ip", "link", "add", "tried", "type", "bridge")
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


def must_be_allowed() -> None:
    """Skips with a reason, and fails where FABLAB_TEST_REQUIRE says so."""
    if are_allowed():
        return
    if "root" in needs.required():
        pytest.fail(needs.SENTENCES["root"])
    pytest.skip(needs.SENTENCES["root"])


@contextmanager
def one_machine() -> Iterator[tuple[str, list[Network]]]:
    """No networks: two groups of processes on this machine."""
    yield "127.0.0.1", [Network("127.0.0.1")] * 2


@contextmanager
def two_networks() -> Iterator[tuple[str, list[Network]]]:
    """This machine's address on a bridge, and the networks of two hosts plugged into it."""
    number = os.getpid() % 65_536
    addresses = list(ipaddress.ip_network(f"10.{200 + number % 50}.{number // 256}.0/24").hosts())
    bridge, [here, *others] = f"flb{number}", map(str, addresses[:3])
    with ExitStack() as undoing:
        run("ip", "link", "add", bridge, "type", "bridge")
        undoing.callback(run, "ip", "link", "del", bridge)
        run("ip", "address", "add", f"{here}/24", "dev", bridge)
        run("ip", "link", "set", bridge, "up")
        yield (
            here,
            [
                plugged(undoing, bridge, f"fl{place}-{number}", address)
                for place, address in enumerate(others)
            ],
        )


def plugged(undoing: ExitStack, bridge: str, cable: str, address: str) -> Network:
    holder = subprocess.Popen(
        ["unshare", "--net", "sh", "-c", "echo; exec sleep infinity"], stdout=subprocess.PIPE
    )
    undoing.callback(holder.wait)
    undoing.callback(holder.kill)
    assert holder.stdout is not None
    holder.stdout.readline()  # it is in its own network now
    inside = ("nsenter", f"--net=/proc/{holder.pid}/ns/net")
    run(
        "ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", str(holder.pid)
    )
    undoing.callback(run, "ip", "link", "del", cable)  # dead sockets would keep it for minutes
    run("ip", "link", "set", cable, "master", bridge, "up")
    run(*inside, "ip", "link", "set", "lo", "up")
    run(*inside, "ip", "address", "add", f"{address}/24", "dev", "eth0")
    run(*inside, "ip", "link", "set", "eth0", "up")
    return Network(address, inside, cable)
