"""The window notices what it is there to notice."""

import pytest

from tests.browser.conftest import Visit

COMPLAINTS = {
    "policy": "document.body.setAttribute('style', 'color: red')",
    "script": "setTimeout(() => { throw new Error('here') })",
    "console": "console.error('here')",
    "404": "new Image().src = '/static/not-here.svg'",
}


@pytest.mark.parametrize("kind", COMPLAINTS)
async def test_complaints(visit: Visit, kind: str) -> None:
    screen = await visit()
    await screen.go("/sign-in")
    assert screen.complaints == []
    await screen.page.evaluate(f"() => {{ {COMPLAINTS[kind]} }}")
    await screen.page.wait_for_load_state("networkidle")
    assert any(each.startswith(kind) for each in screen.complaints), screen.complaints
    screen.complaints.clear()


async def test_a_page_that_is_too_wide(visit: Visit) -> None:
    screen = await visit("ar", 390)
    await screen.go("/sign-in")
    await screen.page.evaluate("document.querySelector('main').style.inlineSize = '500px'")
    await screen.look()
    assert len(screen.complaints) == 1
    screen.complaints.clear()
