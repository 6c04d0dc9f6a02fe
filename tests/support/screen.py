"""A person at a real browser, who goes to pages, presses and types.

Whatever the browser complains of meanwhile fails the test that asked for the window: errors of
scripts, what the Content-Security-Policy stopped, answers of 500 and more, files that are missing,
and a page wider than the window.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
)

from fablab.demo.accounts import PASSWORD
from fablab.web.headers import POLICY

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCALES = {"ar": "ar-MA", "fr": "fr-FR", "en": "en-GB"}
DIRECTIONS = {"ar": "rtl", "fr": "ltr", "en": "ltr"}
HEIGHTS = {390: 844, 1280: 800}
PATIENCE = 10_000  # milliseconds; a page that takes so long is a failure
# An answer of 400 and more is told as an error too; which of them is one is for us to say.
NOT_FOUND = "Failed to load resource"
WATCH = """
document.addEventListener("securitypolicyviolation", (event) =>
  window.complain(`${event.effectiveDirective} stopped ${event.blockedURI} on ${location.href}`));
"""
OVERFLOW = """() => {
  const page = document.documentElement;
  return page.scrollWidth > page.clientWidth ? [page.scrollWidth, page.clientWidth] : null;
}"""


class Screen:
    """One window of a browser of its own: nobody is signed in, nothing is cached."""

    def __init__(self, page: Page, language: str) -> None:
        self.page = page
        self.language = language
        self.complaints: list[str] = []
        self.may_fail: list[str] = []  # ends of addresses that scripts are refused at
        self.texts: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(NOT_FOUND):
            self.complaints.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        is_page = response.request.is_navigation_request()
        refused = not is_page and not response.url.endswith(tuple(self.may_fail))
        if response.status >= 500 or (response.status >= 400 and refused):
            self.complaints.append(f"{response.status} for {response.url}")
        if is_page and response.headers.get("content-security-policy") != POLICY:
            self.complaints.append(f"another policy for {response.url}")

    async def go(self, path: str) -> Response:
        """Open a page by its address."""
        response = await self.page.goto(path)
        assert response is not None
        await self.look()
        return response

    async def look(self) -> None:
        """A page is shown: it is in the window's language and no wider than the window."""
        if too_wide := await self.page.evaluate(OVERFLOW):
            self.complaints.append(f"{too_wide[0]} wide in {too_wide[1]}: {self.page.url}")

    async def follow(self, act: Callable[[], Awaitable[Any]]) -> Response | None:
        """Do something that leads to another page, and wait for it."""
        async with self.page.expect_navigation() as leading:
            await act()
        response = await leading.value
        await self.look()
        return response

    async def press(self, what: Locator | str) -> Response | None:
        """Click something that leads to another page."""
        found = self.page.locator(what) if isinstance(what, str) else what
        return await self.follow(found.click)

    async def press_at(self, found: Locator, part: float) -> Response | None:
        """Click it at that part of its width, from the left."""
        await found.scroll_into_view_if_needed()
        box = await found.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] * part, box["y"] + box["height"] / 2
        return await self.follow(lambda: self.page.mouse.click(x, y))

    async def send(self, action: str) -> Response | None:
        """Press the button of the form that goes there, opening what it is folded in."""
        form = f"form[action='{action}']"
        button = self.page.locator(f"main {form} button").first
        folded = self.page.locator("main details.ask", has=self.page.locator(form))
        if await folded.count() and not await button.is_visible():
            await folded.locator("summary").click()
        return await self.press(button)

    async def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Through the sign-in page, then in the window's language, chosen in the page's head."""
        await self.go("/sign-in")
        await self.page.locator("#login").fill(email)
        await self.page.locator("#password").fill(password)
        await self.press("main form[action='/sign-in'] button")
        assert "/sign-in" not in self.page.url, await self.told()
        if await self.spoken() != self.language:
            await self.press(f".tongues button[value={self.language}]")
        assert await self.spoken() == self.language

    async def spoken(self) -> str:
        found = await self.page.locator("html").get_attribute("lang")
        return (found or "").partition("-")[0]

    async def told(self) -> str:
        """What the page says, without its menus."""
        return " ".join((await self.page.locator("main").inner_text()).split())

    async def reasons(self) -> list[str]:
        """Why something was refused."""
        return await self.page.locator("#problems li").all_inner_texts()

    @property
    def path(self) -> str:
        return re.sub(r"^https?://[^/]+", "", self.page.url)


async def new_screen(
    chromium: Browser, home: str, language: str, width: int = 1280, **options: Any
) -> tuple[BrowserContext, Screen]:
    """A window on the site at `home`. `options` are those of Playwright's contexts."""
    context = await chromium.new_context(
        base_url=home,
        locale=LOCALES[language],
        viewport={"width": width, "height": HEIGHTS[width]},
        reduced_motion="reduce",
        **({"has_touch": width < 640} | options),
    )
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    screen = Screen(page, language)
    await context.expose_binding(
        "complain", lambda _, text: screen.complaints.append(f"policy: {text}")
    )
    await context.add_init_script(WATCH)
    return context, screen
