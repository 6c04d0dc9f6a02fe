"""What is stored is closed to the machine's other users, also where it was made open."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from fablab.core import private
from fablab.core.settings import Settings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Rights are another matter elsewhere.")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder as an earlier version left it, in a place that everybody may enter."""
    tmp_path.chmod(0o755)
    made = tmp_path / "data"
    for path in (made, made / "backups", made / "mail"):
        path.mkdir()
        path.chmod(0o755)
    for name in ("fablab.sqlite", "fablab.sqlite-wal", "fablab.sqlite-migrating"):
        (made / name).touch()
        (made / name).chmod(0o644)
    use(monkeypatch, data_dir=str(made))
    return made


def use(monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
    monkeypatch.setattr(private, "settings", replace(Settings(), **changes))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_that_was_made_open_is_closed(folder: Path) -> None:
    assert private.close_to_others() == [folder]
    assert mode(folder) == 0o700
    assert private.close_to_others() == private.open_to_others() == []


def test_a_folder_with_something_else_in_it_stays_open(folder: Path) -> None:
    """It may be somebody's home, or /srv: then only what is ours is closed."""
    (folder / "their-file").touch(0o644)
    assert set(private.close_to_others()) == {
        folder / name for name in ("backups", "mail", "fablab.sqlite", "fablab.sqlite-wal")
    }
    assert (mode(folder), mode(folder / "backups")) == (0o755, 0o700)
    assert mode(folder / "fablab.sqlite") == 0o600
    assert mode(folder / "their-file") == 0o644
    assert private.open_to_others() == []


def test_a_database_that_lies_elsewhere_is_closed_too(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "lab.sqlite"
    database.touch()
    database.chmod(0o644)
    use(monkeypatch, data_dir=str(folder), database_url=f"sqlite:///{database}")
    private.close_to_others()
    assert mode(database) == 0o600


def test_a_group_that_was_let_in_stays(folder: Path) -> None:
    """No umask of a system does that: somebody who copies the backups was meant."""
    folder.chmod(0o750)
    assert private.close_to_others() == []
    assert mode(folder) == 0o750


def test_what_cannot_be_closed_stays_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("It is another user's.")

    monkeypatch.setattr(Path, "chmod", refuse)
    assert private.close_to_others() == []
    assert private.open_to_others() == [folder]


def test_nothing_is_open_where_nothing_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, data_dir=str(tmp_path / "not-yet"))
    assert private.close_to_others() == []
