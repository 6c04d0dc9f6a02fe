"""Names in sentences of the other direction, and names that would turn a sentence round."""

import pytest

from fablab.core import bidi, i18n
from fablab.core.errors import Problem
from fablab.core.rendering import environment
from fablab.core.words import Words


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("Ada", "en", "Ada"),
        ("آدا", "ar", "آدا"),
        ("آدا", "fr", "\u2068آدا\u2069"),
        ("Élodie", "ar", "\u2068Élodie\u2069"),
        ("10:00", "ar", "10:00"),
        ("A\u202eda\u2069\ufeff", "en", "Ada"),
        ("A\u202eda\u2069", "ar", "\u2068Ada\u2069"),
        ("\u200fA\u200d", "en", "\u200fA\u200d"),
    ],
)
def test_a_name_stands_apart_where_it_has_to(text: str, language: str, shown: str) -> None:
    assert bidi.isolated(text, language) == shown


@pytest.mark.parametrize("autoescape", [True, False])
def test_names_in_sentences_of_templates_and_reasons_do_too(autoescape: bool) -> None:
    template = environment(autoescape).from_string('{{ _("Book %(machine)s", machine=name) }}')
    token = i18n.language.set("en")
    try:
        assert template.render(name="ليزر\u202e") == "Book \u2068ليزر\u2069"
        reason = Problem("late", "Not {machine}.", details={"machine": Words(ar="ليزر\u202e")})
        assert i18n.say(reason) == "Not \u2068ليزر\u2069."
    finally:
        i18n.language.reset(token)


def test_a_page_still_escapes_what_it_fills_in() -> None:
    template = environment(True).from_string(
        '{{ ngettext("%(num)s by %(who)s", "%(num)s of %(who)s", 2, who=name) }}'
    )
    assert template.render(name="<b>&ليزر") == "2 of \u2068&lt;b&gt;&amp;ليزر\u2069"
