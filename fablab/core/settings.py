"""What a deployment may set, read once from the environment.

Anything the lab's staff may change while the app runs is a row, not a setting.
"""

import os
from dataclasses import dataclass, fields
from pathlib import Path

from fablab.core.errors import WrongSetup

PACKAGE = Path(__file__).parents[1]


def shipped(name: str) -> Path:
    """A folder that lies beside the package in a checkout and inside it in a wheel."""
    beside = PACKAGE.parent / name
    return beside if (PACKAGE.parent / "pyproject.toml").exists() else PACKAGE / name


@dataclass(frozen=True, slots=True)
class Settings:
    """Every `FABLAB_` name. One we do not know is an error, not a silent typo."""

    database_url: str = "sqlite:///fablab.sqlite"
    secret_key: str = ""
    base_url: str = "http://127.0.0.1:8000"
    data_dir: str = "fablab-data"
    api_rate: str = "600"
    test_require: str = ""
    test_database: str = ""
    test_postgres: str = ""
    mail_url: str = ""
    mail_from: str = "Fab Lab <fablab@localhost>"
    log_format: str = "text"
    trusted_proxies: str = "127.0.0.0/8,::1/128"

    @classmethod
    def from_environment(cls) -> "Settings":
        known = {field.name for field in fields(cls)}
        given = {
            name.removeprefix("FABLAB_").lower(): value
            for name, value in os.environ.items()
            if name.startswith("FABLAB_")
        }
        if unknown := sorted(given.keys() - known):
            names = ", ".join(f"FABLAB_{name.upper()}" for name in unknown)
            raise WrongSetup(f"Unknown setting: {names}.")
        return cls(**given)

    @property
    def folder(self) -> Path:
        return Path(self.data_dir).absolute()

    @property
    def sqlite_path(self) -> Path | None:
        """Where the SQLite file lies, or None on PostgreSQL. Relative: inside the data folder."""
        if not self.database_url.startswith("sqlite:///"):
            return None
        return self.folder / self.database_url.removeprefix("sqlite:///")

    @property
    def mail_target(self) -> str:
        """Mail goes to a folder until an operator names a server."""
        return self.mail_url or (self.folder / "mail").as_uri()

    @property
    def secure(self) -> bool:
        """Whether people reach the site through TLS, so that cookies must too."""
        return self.base_url.startswith("https://")

    @property
    def requests_a_minute(self) -> int:
        """The API's limit a token and address; 0 switches it off."""
        try:
            return int(self.api_rate)
        except ValueError as wrong:
            raise WrongSetup("FABLAB_API_RATE must be a whole number.") from wrong


settings = Settings.from_environment()
