"""The forms of a page, with what they would send if nobody touched them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

UNSENT = ("submit", "button", "image", "reset", "file")


@dataclass
class Form:
    """Where it goes, how, and its fields. A page's own forms are in `main`, not in the menus."""

    action: str
    method: str
    is_main: bool
    fields: dict[str, list[str]] = field(default_factory=dict)

    def note(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.form: Form | None = None
        self.is_main = False
        self.select: str | None = None
        self.area: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "main":
            self.is_main = True
        elif tag == "form":
            method = given.get("method", "get").lower()
            self.form = Form(given.get("action", ""), method, self.is_main)
            self.found.append(self.form)
        elif self.form and "disabled" not in given:
            self.control(self.form, tag, given)

    def control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "select":
            self.select = name
        elif tag == "textarea":
            self.area = (name, [])
        elif tag == "option" and self.select:
            if "selected" in given or self.select not in form.fields:
                form.fields[self.select] = [given.get("value", "")]
        elif tag == "input" and name and kind not in UNSENT:
            if kind not in ("checkbox", "radio"):
                form.note(name, given.get("value", ""))
            elif "checked" in given:
                form.note(name, given.get("value", "on"))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self.is_main = False
        elif tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.area:
            if self.form:
                self.form.note(self.area[0], "".join(self.area[1]).removeprefix("\n"))
            self.area = None


def forms(page: str) -> list[Form]:
    reader = _Reader()
    reader.feed(page)
    return reader.found
