"""The schedule as people read it."""

from tests import factories
from tests.support.browser import Browser


async def test_first(browser: Browser) -> None:
    await factories.a_lab()
    machine = await factories.a_machine()
    await factories.a_booking(machine=machine)
    for language in ("en", "ar"):
        shown = await browser.get("/schedule", headers={"accept-language": language})
        assert shown.status_code == 200, shown.text
        shown = await browser.get(
            f"/machines/{machine.slug}/week", headers={"accept-language": language}
        )
        assert shown.status_code == 200, shown.text
        print(shown.text)
