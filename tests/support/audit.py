"""`bin/audit`: whether anything that runs or tests us has a known vulnerability.

Everything `fablab[dev]` asks for and has installed, asked of the advisory services by pip-audit.
pip and setuptools come with the machine's Python and are its packager's care.

Ends with 0 when all was asked and nothing is known, 1 when something is, and NOT_ASKED when no
service answered for a package: nothing is known then, which must be said and is no failure,
unless `--required` (or AUDIT_REQUIRED=1) says so.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.terminal import red

NOT_ASKED = 3
SERVICES = ("pypi", "osv")  # the second is asked when the first says nothing
LONGEST, A_CONNECTION = 120, 15  # seconds
NOT_OURS = frozenset({"fablab", "pip", "setuptools"})

Versions = dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What the services said: of whom anything, and what is known of whom."""

    asked: frozenset[str] = frozenset()
    known: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, told: str) -> "Answer":
        """pip-audit's JSON. Anything else, such as a traceback, is no answer at all."""
        try:
            packages = json.loads(told)["dependencies"]
        except (ValueError, KeyError, TypeError):
            return cls()
        answered = [package for package in packages if "vulns" in package]
        return cls(
            frozenset(canonicalize_name(package["name"]) for package in answered),
            {
                f"{package['name']} {package['version']}": [
                    described(one) for one in package["vulns"]
                ]
                for package in answered
                if package["vulns"]
            },
        )


def described(vulnerability: dict[str, list[str]]) -> str:
    names = ", ".join([str(vulnerability["id"]), *vulnerability.get("aliases", ())])
    mended = ", ".join(vulnerability.get("fix_versions", ())) or "no version yet"
    return f"{names}: mended in {mended}"


def installed(project: str, extras: Iterable[str]) -> Versions:
    """Everything the project asks for, and that asks for in turn, as far as it is here."""
    found: Versions = {}
    waiting, seen = [(project, frozenset(extras))], set()
    while waiting:
        name, wanted = step = waiting.pop()
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # for another system, or another Python
        if step in seen:
            continue
        seen.add(step)
        found[canonicalize_name(name)] = package.version
        for text in package.requires or ():
            asked = Requirement(text)
            if applies(asked, wanted):
                waiting.append((asked.name, frozenset(asked.extras)))
    return {name: version for name, version in sorted(found.items()) if name not in NOT_OURS}


def applies(asked: Requirement, extras: Iterable[str]) -> bool:
    if asked.marker is None:
        return True
    return any(asked.marker.evaluate({"extra": extra}) for extra in ("", *extras))


def ask(versions: Versions, service: str, ignored: Sequence[str]) -> Answer:
    """What one service says of these; nothing when it cannot be reached in time."""
    with tempfile.TemporaryDirectory(prefix="fablab-audit-") as folder:
        listed = Path(folder) / "packages"
        listed.write_text("".join(f"{name}=={versions[name]}\n" for name in versions))
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(listed), "--no-deps"]
        command += ["--disable-pip", "--format=json", "--progress-spinner=off"]
        command += [f"--timeout={A_CONNECTION}", f"--vulnerability-service={service}"]
        command += [f"--ignore-vuln={one}" for one in ignored]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=LONGEST, check=False
            )
        except subprocess.TimeoutExpired:
            return Answer()
    return Answer.read(done.stdout)


def verdict(versions: Versions, answer: Answer, *, required: bool) -> int:
    """Say how it went; the code to end with."""
    for package, vulnerabilities in answer.known.items():
        for one in vulnerabilities:
            red(f"{package} has a known vulnerability. {one}.")
    if answer.known:
        return 1
    if silent := sorted(versions.keys() - answer.asked):
        named = ", ".join(silent) if answer.asked else "no service of advisories answers here"
        red(f"NOT AUDITED: {len(silent)} of {len(versions)} packages ({named}).")
        return 1 if required else NOT_ASKED
    print(f"{len(versions)} packages, no known vulnerability.")
    return 0


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/audit", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--required", action="store_true", default=os.environ.get("AUDIT_REQUIRED") == "1"
    )
    parser.add_argument("--ignore", metavar="ID", action="append", default=[])
    given = parser.parse_args(arguments)
    versions, answer = installed("fablab", {"dev"}), Answer()
    for service in SERVICES:
        if not answer.asked:
            answer = ask(versions, service, given.ignore)
    return verdict(versions, answer, required=given.required)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
