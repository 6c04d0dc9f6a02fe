from tests import factories
from tests.support.browser import Browser


async def test_first(browser: Browser) -> None:
    await factories.a_lab()
    machine = await factories.a_machine()
    ada = await factories.a_member()
    await browser.sign_in(ada)
    shown = await browser.get("/bookings/new")
    assert shown.status_code == 200, shown.text
    shown = await browser.get(f"/bookings/new?machine={machine.slug}")
    assert shown.status_code == 200, shown.text
    print(shown.text)
    await factories.a_booking(factories.hours(1), machine=machine)
    done = await browser.send_form(shown, "/bookings", starts_at="2026-11-30T10:00:00+00:00", ends_at="2026-11-30T10:30:00+00:00")
    print(done.status_code, done.text)
