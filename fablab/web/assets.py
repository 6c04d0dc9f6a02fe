"""Style sheets, scripts and icons: read once at start, served from memory under names that change
with their content, so that a browser may keep them for ever.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from litestar import asgi
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.types import Receive, Scope, Send

STATIC = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
# One style sheet is one request; its parts are files of a readable length.
SHEETS = {
    "css/fablab.css": ("tokens", "ground", "house", "parts", "forms"),
    "css/schedule.css": ("day", "phone"),
    "css/kiosk.css": ("kiosk",),
}
# Parts of a script stand side by side in one module: what is fetched is not asked to fetch more.
SCRIPTS = {
    "js/schedule.js": ("strip", "pointing", "choosing", "now"),
    "js/arranging.js": ("strip", "arranging"),
}
PARTS = STATIC / "js" / "parts"
STEPS_AN_HOUR, LONGEST_DAY = 12, 25  # five minutes; the day on which the clock goes back
FOR_EVER = b"public, max-age=31536000, immutable"

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent: its address, and its bytes plain and compressed."""

    address: str
    kind: str
    etag: str
    plain: bytes
    packed: bytes

    @classmethod
    def of(cls, name: str, content: bytes) -> "Asset":
        mark = hashlib.sha256(content).hexdigest()[:12]
        stem, _, ending = name.rpartition(".")
        packed = gzip.compress(content, compresslevel=9, mtime=0)
        address = f"/static/{stem}.{mark}.{ending}"
        return cls(address, TYPES[f".{ending}"], mark, content, packed)


def placement() -> str:
    """Where a piece of the day begins and how long it is, in steps of five minutes.

    The policy allows no inline style, so each place is a class: `.c24` starts after two hours,
    `.s12` is an hour long, `.h10` shows ten hours.
    """
    steps = range(LONGEST_DAY * STEPS_AN_HOUR + 1)
    hours = "".join(f".h{number}{{--h:{number}}}" for number in range(1, LONGEST_DAY + 1))
    starts = "".join(f".c{number}{{--c:{number}}}" for number in steps)
    return hours + starts + "".join(f".s{number}{{--s:{number}}}" for number in steps[1:])


def tightened(sheet: str) -> str:
    """The same rules without comments and indentation."""
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    return re.sub(r"\s*([{};])\s*", r"\1", re.sub(r"\s+", " ", sheet)).strip()


def style_sheet(name: str) -> bytes:
    parts = [(STATIC / "css" / f"{part}.css").read_text("utf-8") for part in SHEETS[name]]
    extra = placement() if name == "css/schedule.css" else ""
    return (tightened("\n".join(parts)) + extra).encode()


def script(name: str) -> bytes:
    parts = ((PARTS / f"{part}.js").read_text("utf-8") for part in SCRIPTS[name])
    return unspoken("\n".join(parts)).encode()


def content(path: Path) -> bytes:
    return unspoken(path.read_text("utf-8")).encode() if path.suffix == ".js" else path.read_bytes()


def unspoken(script: str) -> str:
    """The same lines without indentation and without those that only explain."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


@lru_cache(maxsize=1)
def shelf() -> dict[str, Asset]:
    """Every asset by its plain name, such as `css/fablab.css`."""
    found = {name: Asset.of(name, style_sheet(name)) for name in SHEETS}
    found |= {name: Asset.of(name, script(name)) for name in SCRIPTS}
    for path in sorted(STATIC.rglob("*")):
        if path.suffix in TYPES and path.suffix != ".css" and path.parent != PARTS:
            name = path.relative_to(STATIC).as_posix()
            found[name] = Asset.of(name, content(path))
    return found


@lru_cache(maxsize=1)
def addresses() -> dict[str, Asset]:
    return {asset.address: asset for asset in shelf().values()}


def asset(name: str) -> str:
    """The address of an asset for a template. A name that is not there is an error at once."""
    return shelf()[name].address


@lru_cache(maxsize=256)
def accepts_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding asks for gzip; `q=0` says no to it."""
    for choice in accepted.split(","):
        coding, _, weight = choice.partition(";")
        if coding.strip().lower() in ("gzip", "*"):
            return not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight)
    return False


def is_known(etag: str, held: str) -> bool:
    """Whether If-None-Match names this version, in whatever encoding it was sent."""
    marks = (mark.strip().removeprefix("W/").strip('"') for mark in held.split(","))
    return any(mark in (etag, f"{etag}-gzip", "*") for mark in marks)


def headers_of(found: Asset, packed: bool) -> list[Header]:
    body = found.packed if packed else found.plain
    etag = f"{found.etag}-gzip" if packed else found.etag
    headers = [
        (b"content-type", found.kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", FOR_EVER),
        (b"etag", f'"{etag}"'.encode()),
        (b"vary", b"accept-encoding"),
    ]
    return [*headers, (b"content-encoding", b"gzip")] if packed else headers


@asgi("/static", is_mount=True, copy_scope=True, opt={"plain": True, "packed": True})
async def static_files(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer from memory only: an address that is not on the shelf leads nowhere."""
    asked_for = scope["path"].removeprefix("/static").strip("/")  # a mount ends its paths with "/"
    found = addresses().get(f"/static/{asked_for}")
    if found is None:
        raise NotFoundException
    if scope.get("method") not in ("GET", "HEAD"):
        raise MethodNotAllowedException(headers={"Allow": "GET, HEAD"})
    asked = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    packed = accepts_gzip(asked.get(b"accept-encoding", ""))
    headers = headers_of(found, packed)
    status, body = 200, found.packed if packed else found.plain
    if is_known(found.etag, asked.get(b"if-none-match", "")):
        kept = (b"cache-control", b"etag", b"vary")
        headers, status, body = [pair for pair in headers if pair[0] in kept], 304, b""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = b"" if scope.get("method") == "HEAD" else body
    await send({"type": "http.response.body", "body": body, "more_body": False})
