"""The pieces pages are made of: what they tell a screen reader, and what they escape."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from fablab.core import i18n
from fablab.core.errors import Problem
from fablab.web.jinja import pages

TAKEN = Problem("taken", "The machine is taken.", about="start")
CHARTER = Problem("charter", "The charter is not accepted.")
ICONS = '{% from "macros/icons.html" import icon, pictogram %}'
FORMS = '{% from "macros/forms.html" import field, select, choices, checkbox, textarea, ask %}'


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = i18n.language.set("en")
    yield
    i18n.language.reset(before)


def shown(source: str, **context: Any) -> str:
    return " ".join(pages.from_string(source).render(**context).split())


def visit(**more: Any) -> dict[str, Any]:
    """What every page knows, for a visitor on the schedule."""
    common = {"lang": "fr", "dir": "ltr", "place": None, "viewer": None, "unread": 0}
    return {**common, "flashes": [], "csrf_input": "", "path": "/schedule", "again": "/", **more}


def page(layout: str = "base", **more: Any) -> str:
    source = (
        f'{{% extends "layouts/{layout}.html" %}}'
        "{% block title %}{{ 'A & B' }}{% endblock %}{% block main %}<h1>A</h1>{% endblock %}"
    )
    return shown(source, **visit(**more))


def test_a_wrong_field_says_so_to_everybody() -> None:
    html = shown(
        FORMS + '{{ field("start", "Start", {"start": "<b>"}, [told, other], hint="Any time") }}',
        told=TAKEN,
        other=CHARTER,
    )
    assert 'value="&lt;b&gt;"' in html
    assert 'aria-invalid="true" aria-describedby="start-hint start-wrong "' in html
    assert '<p class="wrong" id="start-wrong">The machine is taken.</p>' in html
    assert '<p class="hint" id="start-hint">Any time</p>' in html
    assert "charter" not in html


def test_a_field_in_order_is_tied_to_nothing() -> None:
    html = shown(FORMS + '{{ field("start", "Start") }}')
    assert "aria-invalid" not in html
    assert "aria-describedby" not in html
    assert 'for="start"' in html
    assert 'aria-required="true"' in html


def test_an_optional_field_says_so_and_takes_attributes() -> None:
    html = shown(
        FORMS + '{{ field("mail", "E-mail", optional=true, attrs={"autocomplete": "email"}) }}'
    )
    assert "(optional)" in html
    assert "aria-required" not in html
    assert 'autocomplete="email"' in html


def test_a_password_is_never_shown_again() -> None:
    html = shown(FORMS + '{{ field("word", "Password", {"word": "secret"}, type="password") }}')
    assert "secret" not in html


def test_a_select_keeps_what_was_chosen() -> None:
    html = shown(
        FORMS
        + '{{ select("start", "Start", [(10, "Ten"), (11, "Eleven", true)], {"start": "10"}) }}'
    )
    assert '<option value="10" selected>Ten</option>' in html
    assert '<option value="11" disabled>Eleven</option>' in html


def test_several_ticks_are_kept_and_their_reasons_tied() -> None:
    html = shown(
        FORMS
        + '{{ choices("start", "Days", [("1", "Mon"), ("2", "Tue")], {"start": ["2"]}, [told],'
        ' kind="checkbox") }}',
        told=TAKEN,
    )
    assert 'value="2" checked aria-describedby="start-wrong"' in html
    assert 'value="1" aria-describedby' in html
    assert "<legend>Days</legend>" in html


def test_a_text_keeps_its_first_line_break() -> None:
    """A browser drops the line break after the opening tag: ours is the one it may drop."""
    source = FORMS + '{{ textarea("note", "Note", {"note": text}) }}'
    html = pages.from_string(source).render(text="\nTwo lines")
    assert ">\n\nTwo lines</textarea>" in html


def test_a_dangerous_action_asks_first() -> None:
    html = shown(FORMS + '{{ ask("/x", "Cancel", "The time goes to others.", "") }}')
    assert html.index("<details") < html.index("The time goes to others.") < html.index("<form")


def test_reasons_lead_to_their_fields() -> None:
    source = '{% from "macros/problems.html" import summary %}{{ summary(problems) }}'
    html = shown(source, problems=[TAKEN, CHARTER])
    assert 'role="alert" tabindex="-1"' in html
    assert '<li><a href="#start">The machine is taken.</a></li>' in html
    assert "<li>The charter is not accepted.</li>" in html
    assert shown(source, problems=[]) == ""


def test_a_reason_without_its_field_leads_nowhere() -> None:
    source = '{% from "macros/problems.html" import summary %}{{ summary(problems, fields=()) }}'
    assert "<a" not in shown(source, problems=[TAKEN])


def test_a_period_over_midnight_names_the_other_day() -> None:
    source = '{% from "macros/time.html" import period %}{{ period(start, end) }}'
    start = datetime(2026, 11, 24, 15, tzinfo=UTC)
    assert "15:00 – 17:00" in shown(source, start=start, end=start.replace(hour=17))
    assert "25" in shown(source, start=start, end=start.replace(day=25))


def test_pieces_of_the_day_stand_where_they_belong() -> None:
    source = (
        '{% from "macros/schedule.html" import gap, block %}'
        '{{ gap(24, 6, "/bookings/new?a=1&b=2", "11:00 – 11:30", "30 min") }}'
        '{{ block("mine", 30, 12, "Your booking", "11:30 – 12:30", "/bookings/7") }}'
        '{{ block("taken", 42, 3, "Taken", "12:30 – 12:45") }}'
    )
    html = shown(source)
    assert '<a class="free c24 s6" href="/bookings/new?a=1&amp;b=2">' in html
    assert '<a class="block mine c30 s12" href="/bookings/7">' in html
    assert '<span class="block taken c42 s3">' in html


def test_the_legend_tells_only_what_is_there() -> None:
    source = '{% from "macros/schedule.html" import legend %}{{ legend(["free", "mine"]) }}'
    html = shown(source)
    assert html.count("<li>") == 2
    assert "Closed" not in html


def test_an_icon_speaks_only_when_it_is_alone() -> None:
    source = (
        '{% from "macros/icons.html" import icon %}{{ icon("clock") }}{{ icon("plus", "Add") }}'
    )
    html = shown(source)
    assert html.count('aria-hidden="true"') == 1
    assert 'role="img" aria-label="Add"' in html


def test_every_category_of_machines_has_its_drawing() -> None:
    """The words a category's icon may be; another one still gets a drawing, not an error."""
    source = ICONS + "{{ icon(word) }}{{ pictogram(word) }}"
    words = ["cube", "laser", "scissors", "router", "circuit", "soldering-iron", "needle", "room"]
    drawings = {shown(source, word=word) for word in words}
    assert len(drawings) == len(words)
    assert "<path" in shown(source, word="loom")


def test_a_page_knows_its_language_and_where_one_is() -> None:
    html = page(lang="ar", dir="rtl")
    assert '<html lang="ar-MA" dir="rtl">' in html
    assert "<title>A &amp; B · " in html
    assert '<a href="/schedule" aria-current="page">' in html
    assert '<meta property="og:title" content="A &amp; B">' in html
    assert html.index('class="skip"') < html.index("<header") < html.index('<main id="main"')


def test_a_visitor_may_come_in_and_a_member_may_leave() -> None:
    class Viewer:
        is_staff = False

        def name(self, language: str) -> str:
            return f"<i>Salma</i> {language}"

    visitor, member = page(), page(viewer=Viewer())
    assert 'href="/sign-in"' in visitor
    assert "/sign-out" not in visitor
    assert 'action="/sign-out"' in member
    assert 'href="/sign-in"' not in member
    assert "&lt;i&gt;Salma&lt;/i&gt; fr" in member
    assert 'href="/desk"' not in member


def test_an_error_page_needs_nothing_at_all() -> None:
    source = '{% extends "layouts/bare.html" %}{% block title %}404{% endblock %}'
    html = shown(source)
    assert '<html lang="en" dir="ltr">' in html
    assert "<nav" not in html
