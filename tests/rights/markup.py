"""Reads a page as a browser would, and tells what in it could run or load."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

APART = ("bdi", "textarea")
OVERRIDES = re.compile("[\u202a-\u202e]")
ISOLATED = re.compile("[\u2066-\u2068][^\u2066-\u2069]*\u2069")
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
ADDRESSES = ("href", "src", "action", "formaction", "srcset", "poster", "data")


class Page(HTMLParser):
    """`faults` is empty for a page that is safe; `text` is what people read."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.text = ""
        self.apart = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.apart += tag in APART
        for name in given.keys() - {"value"}:
            self.check_direction(f"<{tag} {name}>", given[name])
        if tag in ("style", "iframe", "object", "embed", "base"):
            self.faults.append(f"<{tag}>")
        if tag == "script" and "src" not in given:
            self.faults.append("a script in the page")
        for name, value in given.items():
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.faults.append(f"<{tag} {name}={value}>")
            if name in ADDRESSES:
                self.check_address(tag, name, value)

    def check_address(self, tag: str, name: str, value: str) -> None:
        """Links may lead to mail and telephone, and elsewhere; what is loaded is ours."""
        parts = urlsplit(value.strip())
        known = ("", "mailto", "tel", "geo") + (("https", "http") if tag == "a" else ())
        if parts.scheme not in known or (parts.netloc and tag != "a"):
            self.faults.append(f"<{tag} {name}={value}>")

    def handle_endtag(self, tag: str) -> None:
        self.apart -= tag in APART

    def handle_data(self, data: str) -> None:
        self.text += data
        if not self.apart:
            self.check_direction("text", data)

    def check_direction(self, where: str, text: str) -> None:
        """Nothing turns round what comes after it: overrides are none, isolates are closed."""
        rest, count = text, 1
        while count:
            rest, count = ISOLATED.subn("", rest)
        if TURNS.search(rest) or OVERRIDES.search(text):
            self.faults.append(f"{where} turns direction: {text!r}")
