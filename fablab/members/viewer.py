"""Who is asking: the little that every page needs to know of the person in front of it."""

from dataclasses import dataclass

from fablab.members.tables import STAFF, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A member with a session or a token, as of this request. A visitor is None, not a viewer.

    `charter_version` is the newest version accepted, 0 when none; `unread` counts notices not
    read yet. `session_id` is set in a browser; `scopes` is what a token may do, None in a
    browser, where one may do all one's role allows.
    """

    id: int
    number: int
    role: Role
    language: str
    given_name_ar: str = ""
    family_name_ar: str = ""
    given_name_latin: str = ""
    family_name_latin: str = ""
    email: str | None = None
    email_confirmed: bool = False
    charter_version: int = 0
    unread: int = 0
    session_id: int | None = None
    scopes: frozenset[str] | None = None

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF

    @property
    def acts_as_staff(self) -> bool:
        """Whether they may change what is others': a token of staff, only with `manage`."""
        return self.is_staff and self.may("manage")

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def is_trainer(self) -> bool:
        return self.role == Role.TRAINER

    def may(self, scope: str) -> bool:
        """Whether the way they came in reaches that far."""
        return self.scopes is None or scope in self.scopes

    def name(self, language: str) -> str:
        """Their whole name in the script of that language, else in the other script."""
        arabic = joined(self.given_name_ar, self.family_name_ar)
        latin = joined(self.given_name_latin, self.family_name_latin)
        return (arabic or latin) if language == "ar" else (latin or arabic)

    def short_name(self, language: str) -> str:
        """What one calls them: the given name."""
        arabic, latin = self.given_name_ar, self.given_name_latin
        return (arabic or latin) if language == "ar" else (latin or arabic)


def joined(given: str, family: str) -> str:
    return " ".join(filter(None, (given, family)))
