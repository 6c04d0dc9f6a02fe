"""What operators read names everything there is to set and to type."""

import re
from dataclasses import fields

from fablab.cli import COMMANDS
from fablab.core.settings import Settings
from tests.support.sources import ROOT

OPERATING = (ROOT / "docs" / "operating.md").read_text()
README = (ROOT / "README.md").read_text()


def test_every_setting_is_described() -> None:
    names = {f"FABLAB_{field.name.upper()}" for field in fields(Settings)}
    assert names == set(re.findall(r"FABLAB_[A-Z_]+", OPERATING))


def test_the_defaults_are_right() -> None:
    told = dict(re.findall(r"^\| `FABLAB_(\w+)` \| `([^`]+)` \|", OPERATING, re.MULTILINE))
    real = {field.name.upper(): str(field.default) for field in fields(Settings)}
    assert {name: real[name] for name in told} == told
    assert len(told) >= 7


def test_every_command_is_listed() -> None:
    listed = {line.split()[0] for line in re.findall(r"^\| `fablab ([^`]+)`", README, re.MULTILINE)}
    assert listed == set(COMMANDS)
