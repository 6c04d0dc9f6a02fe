"""The language is chosen in the head of every page, and one stays where one is."""

from tests.browser.conftest import Visit
from tests.browser.steps import BOOK, MEMBER, PRINTER, choose
from tests.support.screen import Screen


async def speak(screen: Screen, language: str) -> None:
    response = await screen.press(f".tongues button[value={language}]")
    assert response is not None
    assert response.status == 200
    assert await screen.spoken() == language


async def test_on_a_day_of_the_schedule(visit: Visit) -> None:
    screen = await visit("fr")
    await screen.go("/schedule?date=2026-12-02")
    await speak(screen, "ar")
    assert screen.path == "/schedule?date=2026-12-02"
    await screen.go("/machines")
    assert await screen.spoken() == "ar", "and it stays"


async def test_on_a_form_that_was_refused(visit: Visit) -> None:
    """One comes back to the form; the address it was sent to shows nothing."""
    screen = await visit("fr", email=MEMBER)
    form = f"/bookings/new?machine={PRINTER}&date=2026-11-30"
    await screen.go(form)
    await choose(screen, "2026-11-30T12:00", "2026-11-30T11:00")
    await screen.press(BOOK)
    assert await screen.reasons()
    await speak(screen, "en")
    assert screen.path == form
    await choose(screen, "2026-11-30T12:00", "2026-11-30T11:00")
    await screen.press(BOOK)
    await screen.press(BOOK)
    await speak(screen, "fr")


async def test_on_a_form_that_stands_where_it_is_sent(visit: Visit) -> None:
    screen = await visit("fr")
    await screen.go("/sign-up")
    await screen.press("main form[action='/sign-up'] .submit button")
    assert await screen.reasons()
    await speak(screen, "ar")
    assert screen.path == "/sign-up"
