from datetime import timedelta
from tests import factories
from tests.support.browser import Browser
from tests.factories import MONDAY, hours


async def test_first(browser: Browser, travel) -> None:
    await factories.a_lab()
    machine = await factories.a_machine()
    ada = await factories.a_member()
    await browser.sign_in(ada)
    b = await factories.a_booking(hours(3), machine=machine, member=ada)
    for a in (f"/bookings/{b.id}", f"/bookings/{b.id}/change", "/me", "/bookings/new", "/me/notices"):
        shown = await browser.get(a)
        assert shown.status_code == 200, shown.text
        i = shown.text.index("<main")
        print(shown.text[i:])
    r = await browser.submit(f"/bookings/{b.id}/change", f"/bookings/{b.id}/move", starts_at="2026-11-30T09:00:00+00:00", ends_at="2026-11-30T10:00:00+00:00")
    print(r.status_code, r.text)
    shown = await browser.get("/me")
    print(shown.text[shown.text.index("<main"):])
    shown = await browser.get("/me/notices")
    print(shown.text[shown.text.index("<main"):])
