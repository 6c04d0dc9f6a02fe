"""Style sheets, scripts and icons: how they are served, what they weigh, how they read."""

import gzip
import re

import httpx
import pytest
from litestar import Litestar

from fablab.web import assets
from tests.support.sources import ROOT, files

SHEET = "css/fablab.css"
# What is written on what, and how far apart they must be: text 4.5, the edges of controls 3.
READ = [
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "hover"),
    ("soft", "paper"),
    ("soft", "card"),
    ("soft", "hover"),
    ("soft", "leaf-wash"),
    ("soft", "clementine-wash"),
    ("soft", "stop-wash"),
    ("leaf", "paper"),
    ("leaf", "card"),
    ("leaf", "hover"),
    ("leaf", "leaf-wash"),
    ("clementine", "card"),
    ("clementine", "clementine-wash"),
    ("stop", "card"),
    ("stop", "stop-wash"),
    ("busy-ink", "busy"),
]
SEEN = [("edge", "card"), ("edge", "paper"), ("clementine", "paper"), ("soft", "card")]


@pytest.fixture
async def browser() -> httpx.AsyncClient:
    app = Litestar([assets.static_files], openapi_config=None)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://lab.test")


def tokens(scheme: str) -> dict[str, str]:
    """The colours of one scheme: the first block of tokens, or the one for dark screens."""
    text = (assets.STATIC / "css" / "tokens.css").read_text()
    screen = text.split("@media print")[0]
    light, dark = screen.split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light if scheme == "light" else dark))
    assert found, scheme
    return found


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((brightness(one), brightness(other)))
    return (lighter + 0.05) / (darker + 0.05)


def brightness(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_an_address_changes_with_the_content() -> None:
    first, second = assets.Asset.of(SHEET, b"p{}"), assets.Asset.of(SHEET, b"q{}")
    assert re.fullmatch(r"/static/css/fablab\.[0-9a-f]{12}\.css", first.address)
    assert first.address != second.address
    assert first.address == assets.Asset.of(SHEET, b"p{}").address


def test_a_misspelt_name_is_an_error_at_once() -> None:
    with pytest.raises(KeyError):
        assets.asset("css/fabalb.css")


def test_every_asset_a_template_names_is_there() -> None:
    templates = "\n".join(path.read_text() for path in files("templates", "*.html"))
    named = set(re.findall(r"asset\(['\"]([^'\"]+)['\"]\)", templates))
    assert named
    assert named <= assets.shelf().keys()


async def test_an_asset_may_be_kept_for_ever(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(assets.asset(SHEET))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.content == assets.shelf()[SHEET].plain


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1, gzip;q=0.5", True),
        ("*", True),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.0, br", False),
        ("", False),
    ],
)
async def test_it_is_sent_compressed_to_who_asks(
    browser: httpx.AsyncClient, accepted: str, packed: bool
) -> None:
    headers = {"accept-encoding": accepted}
    async with browser.stream("GET", assets.asset(SHEET), headers=headers) as answer:
        body = b"".join([piece async for piece in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == ("gzip" if packed else None)
    assert answer.headers["vary"] == "accept-encoding"
    assert int(answer.headers["content-length"]) == len(body)
    assert (gzip.decompress(body) if packed else body) == assets.shelf()[SHEET].plain


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
async def test_a_kept_asset_is_not_sent_again(browser: httpx.AsyncClient, accepted: str) -> None:
    headers = {"accept-encoding": accepted}
    etag = (await browser.get(assets.asset(SHEET), headers=headers)).headers["etag"]
    for held in (etag, f"W/{etag}", f'"old", {etag}', "*"):
        again = await browser.get(assets.asset(SHEET), headers=headers | {"if-none-match": held})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
    other = await browser.get(assets.asset(SHEET), headers=headers | {"if-none-match": '"old"'})
    assert other.status_code == 200


async def test_head_tells_all_but_the_body(browser: httpx.AsyncClient) -> None:
    answer = await browser.head(assets.asset("icons/clementine.svg"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert int(answer.headers["content-length"]) > 0


@pytest.mark.parametrize(
    "address",
    [
        "/static/css/fablab.css",
        "/static/css/fablab.000000000000.css",
        "/static/css/tokens.css",
        "/static/../assets.py",
        "/static/%2e%2e/assets.py",
        "/static/..%2f..%2fcore/settings.py",
        "/static//etc/passwd",
        "/static/",
        "/static",
    ],
)
async def test_what_is_not_on_the_shelf_leads_nowhere(
    browser: httpx.AsyncClient, address: str
) -> None:
    assert (await browser.get(address)).status_code == 404


async def test_an_asset_is_only_read(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(assets.asset(SHEET))
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


def test_every_five_minutes_of_the_longest_day_have_a_place() -> None:
    sheet = assets.placement()
    placed = {int(number) for number in re.findall(r"\.c(\d+)\{", sheet)}
    lengths = {int(number) for number in re.findall(r"\.s(\d+)\{", sheet)}
    assert placed == set(range(25 * 12 + 1))
    assert lengths == placed - {0}
    assert ".h10{--h:10}" in sheet


def test_the_sheets_stay_light() -> None:
    """A first visit to the schedule has 60 KB for everything; most of it is for the page."""
    weight = dict.fromkeys(("css", "js", "svg"), 0)
    for name, found in assets.shelf().items():
        weight[name.rpartition(".")[2]] += len(found.packed)
    assert weight["css"] < 14_000, "the kiosk's alone is a sheet of its own"
    assert weight["js"] < 12_000, "the desk's alone are 3 KB of it"
    assert len(gzip.compress(assets.placement().encode())) < 3_000


def test_comments_and_indentation_are_not_sent() -> None:
    sheet = "/* why */\np {\n  margin: 0 1rem;\n}\n\na:hover , b { color: red }"
    assert assets.tightened(sheet) == "p{margin: 0 1rem;}a:hover , b{color: red}"


def test_a_script_of_parts_is_one_without_its_comments() -> None:
    script = '// why\n\nif (a) {\n  // because\n  b("//c");\n}'
    assert assets.unspoken(script) == 'if (a) {\nb("//c");\n}'
    parts = {path.stem for path in assets.PARTS.glob("*.js")}
    assert parts == {part for each in assets.SCRIPTS.values() for part in each}


def test_nothing_is_fetched_from_elsewhere() -> None:
    for name, found in assets.shelf().items():
        text = found.plain.decode().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|url\(|@import|\bimport\b|eval\(", text), name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_told_apart(scheme: str) -> None:
    colours = tokens(scheme)
    weak = [(*pair, 4.5) for pair in READ if contrast(colours[pair[0]], colours[pair[1]]) < 4.5]
    weak += [(*pair, 3) for pair in SEEN if contrast(colours[pair[0]], colours[pair[1]]) < 3]
    assert not weak


def test_the_guide_names_only_classes_there_are() -> None:
    guide = (ROOT / "docs" / "design-system.md").read_text()
    quoted = " ".join(it for it in re.findall(r"`[^`\n]+`", guide) if "/" not in it)
    named = set(re.findall(r"\.([a-z][a-z-]+)(?=[`.\s,])", quoted))
    sheets = "".join(found.plain.decode() for found in assets.shelf().values())
    assert len(named) > 40
    assert not {name for name in named if f".{name}" not in sheets}
