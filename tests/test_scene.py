"""What every other test relies on: the frozen clock, the database that is undone, the browser."""

from datetime import timedelta

import pytest

from fablab.core import clock, db
from fablab.machines.tables import Category
from tests import factories
from tests.conftest import Travel
from tests.support.browser import Browser
from tests.support.counting import Counting
from tests.support.databases import Copy
from tests.support.forms import forms
from tests.support.run import Outcome
from tests.support.sources import ROOT


def test_the_clock_stands_until_it_is_moved(travel: Travel) -> None:
    assert clock.now() == clock.now() == factories.MONDAY
    travel(timedelta(minutes=16))
    assert clock.now() == factories.hours(0, 16 / 60).end


@pytest.mark.parametrize("time", ["first", "second"])
async def test_what_a_test_writes_is_gone_after_it(time: str) -> None:
    assert await Category.count() == 0
    await factories.a_category()
    assert await Category.count() == 1


async def test_a_transaction_of_the_code_is_undone_alone() -> None:
    async def break_off() -> None:
        async with db.transaction():
            await factories.a_category()
            raise ZeroDivisionError

    await factories.a_category()
    with pytest.raises(ZeroDivisionError):
        await break_off()
    assert await Category.count() == 1


async def test_a_committed_database_is_nobody_elses(committed_database: Copy) -> None:
    async with db.transaction():
        await factories.a_category()
    assert not db.engine().transaction_exists()
    assert committed_database.environment["FABLAB_DATABASE_URL"] == committed_database.url
    assert await Category.count() == 1


async def test_statements_are_counted(counted: Counting) -> None:
    with counted() as sent:
        async with db.transaction():
            await Category.count()
    assert sent.count == 1, sent.statements


async def test_the_browser_brings_the_token_and_keeps_cookies(browser: Browser) -> None:
    answer = await browser.post("/language", data={"language": "fr", "next": "/"})
    assert answer.status_code == 303
    assert 'lang="fr"' in (await browser.get("/nowhere")).text


def test_a_form_sends_what_the_page_shows() -> None:
    [form] = forms(
        '<main><form method="POST" action="/x"><input name="a" value="1"><input type="checkbox"'
        ' name="b"><select name="c"><option value="2"><option value="3" selected></select>'
        '<textarea name="d">\nlong</textarea><input type="submit" name="e"></form></main>'
    )
    assert (form.method, form.action, form.is_main) == ("post", "/x", True)
    assert form.fields == {"a": ["1"], "c": ["3"], "d": ["long"]}


def test_a_run_that_broke_down_has_no_counts() -> None:
    outcome = Outcome.read("sqlite", 3, 1.0, ROOT / "no-report.xml")
    assert (outcome.passed, outcome.failed, outcome.code) == (0, 0, 3)
