"""`bin/messages`: the strings of the sources, and the catalogues brought up to date with them.

Translations of strings that are still there are kept, new strings are added untranslated, and
those that went are dropped and told. A catalogue holds nothing that changes by itself (no date,
no line number), so that a difference is always a difference of words.
"""

import ast
import io
import sys
from collections.abc import Collection, Iterator
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from tests.support.sources import ROOT

LANGUAGES = ("ar", "fr")
# What marks a string, and which of its arguments hold it ("c": the first is a context).
MARKS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "NN_": (1, 2),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
HEADER = """\
# The words of the pages and mails. docs/translating.md says how they are kept.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""


def literals(
    file: io.BufferedIOBase, marks: Collection[str], comments: Any, options: Any
) -> Iterator[tuple[Any, ...]]:
    """Marked strings of a Python file. Only those that are arguments themselves: Babel's own
    reader would also take the key of `gettext(told["description"])`."""
    del comments, options
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and name_of(node.func) in marks:
            for texts in zip(*map(choices, node.args), strict=False):
                yield node.lineno, name_of(node.func), texts if len(texts) > 1 else texts[0], []


def name_of(called: ast.expr) -> str:
    return getattr(called, "attr", "") or getattr(called, "id", "")


def choices(argument: ast.expr) -> list[str | None]:
    """The texts an argument may be: one, or those of `"…" if … else "…"`."""
    if isinstance(argument, ast.IfExp):
        return [*choices(argument.body), *choices(argument.orelse)]
    is_text = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    return [argument.value if is_text else None]  # type: ignore[attr-defined]


def path(language: str) -> str:
    return f"locale/{language}/LC_MESSAGES/messages.po"


def extracted() -> Catalog:
    """Every marked string, in the order of the files that hold it."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = extract_from_dir(ROOT, methods, options, MARKS)
    catalog = Catalog(fuzzy=False)
    for filename, line, message, _, context in sorted(found, key=lambda each: each[:2]):
        if message and any(message):
            catalog.add(message, locations=[(filename, line)], context=context)
    return catalog


def stored(language: str) -> Catalog:
    """The catalogue as it is kept; an empty one when there is none."""
    file = ROOT / path(language)
    if not file.exists():
        return Catalog(locale=language, fuzzy=False)
    with file.open("rb") as opened:
        return read_po(opened, locale=language)


def updated(language: str, template: Catalog) -> Catalog:
    catalog = stored(language)
    catalog.update(template, no_fuzzy_matching=True)
    for message in catalog:
        if message.id and message.fuzzy:  # it was counted before and is not now, or the reverse
            message.flags.discard("fuzzy")
            message.string = ("",) * catalog.num_plurals if message.pluralizable else ""
    return catalog


def written(catalog: Catalog) -> str:
    body = io.BytesIO()
    write_po(
        body,
        catalog,
        width=96,
        omit_header=True,
        ignore_obsolete=True,
        sort_by_file=True,
        include_lineno=False,
    )
    header = HEADER.format(language=catalog.locale_identifier, plurals=catalog.plural_forms)
    return header + body.getvalue().decode()


def untranslated(catalog: Catalog) -> Iterator[Message]:
    for message in catalog:
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and not all(forms):
            yield message


def update(language: str, template: Catalog) -> None:
    catalog = updated(language, template)
    file = ROOT / path(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(written(catalog))
    waiting = len(list(untranslated(catalog)))
    print(f"{path(language)}: {len(catalog)} messages, {waiting} to translate")  # noqa: T201
    for message in catalog.obsolete.values():
        print(f"  dropped: {message.id!r}: {message.string!r}")  # noqa: T201


def main() -> None:
    wanted = sys.argv[1:] or LANGUAGES
    unknown = set(wanted) - set(LANGUAGES)
    if unknown:
        sys.exit(f"bin/messages knows: {', '.join(LANGUAGES)}.")
    template = extracted()
    for language in wanted:
        update(language, template)


if __name__ == "__main__":
    main()
