"""Letters leave whole, harmless and recognisable, into a folder or to a server."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fablab.core import mail
from fablab.core.errors import WrongSetup
from fablab.core.letters import Letter, Undeliverable, composed
from tests.factories import MONDAY
from tests.support.postbox import Postbox, mail_server, read

LETTER = Letter(
    to="salma@example.org",
    name="سلمى الإدريسي",
    subject="حجز الطابعة ثلاثية الأبعاد",
    text="مرحبا سلمى\n",
    html="<p>مرحبا سلمى</p>\n",
    language="ar",
    mark="20261130T090000Z.7",
    at=MONDAY,
)


@pytest.fixture
async def postbox() -> AsyncIterator[Postbox]:
    async with mail_server() as box:
        yield box


async def test_a_letter_becomes_one_file_in_the_folder(tmp_path: Path) -> None:
    async with mail.post((tmp_path / "mail").as_uri()) as deliver:
        await deliver(LETTER)
        await deliver(LETTER)  # again after a crash
    [file] = (tmp_path / "mail").iterdir()
    assert file.name == "20261130T090000Z.7.eml"
    message = read(file.read_bytes())
    assert message["Message-ID"] == "<20261130T090000Z.7@lab.test>"
    assert message["Subject"] == LETTER.subject
    assert str(message["To"]) == "سلمى الإدريسي <salma@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "ar"
    assert message["Date"].datetime == MONDAY
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content() == LETTER.text
    assert html.get_content() == LETTER.html


async def test_the_folder_of_letters_is_its_owner_s_alone(tmp_path: Path) -> None:
    async with mail.post((tmp_path / "mail").as_uri()) as deliver:
        await deliver(LETTER)
    assert (tmp_path / "mail").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "subject",
    [
        "تأكيد حجز: طابعة ثلاثية الأبعاد بالخيط (ب)، الثلاثاء 24 نونبر،\u00a009:00",
        "Créneau libéré : imprimante 3D multimatériaux, mardi 24 novembre,\u00a009:00",
    ],
)
async def test_a_long_subject_keeps_its_spaces(tmp_path: Path, subject: str) -> None:
    async with mail.post(tmp_path.as_uri()) as deliver:
        await deliver(replace(LETTER, subject=subject))
    [file] = tmp_path.iterdir()
    assert read(file.read_bytes())["Subject"] == subject


async def test_a_file_can_be_read_without_a_mail_program(tmp_path: Path) -> None:
    link = "https://lab.test/confirm/" + "x" * 90
    async with mail.post(tmp_path.as_uri()) as deliver:
        await deliver(replace(LETTER, text=f"{link}\n"))
    [file] = tmp_path.iterdir()
    assert link in file.read_text().splitlines()


async def test_letters_share_a_connection(postbox: Postbox) -> None:
    async with mail.post(postbox.url) as deliver:
        await deliver(LETTER)
        await deliver(replace(LETTER, to="amine@example.org"))
    assert postbox.recipients == ["salma@example.org", "amine@example.org"]
    assert postbox.connections == 1
    assert postbox.messages[0]["Subject"] == LETTER.subject


async def test_nothing_is_opened_for_no_letter(postbox: Postbox) -> None:
    async with mail.post(postbox.url):
        pass
    assert postbox.connections == 0


async def test_a_refused_recipient_does_not_hold_up_the_next(postbox: Postbox) -> None:
    postbox.refused = {
        "gone@example.org": "550 No such user",
        "full@example.org": "451 Try again later",
    }
    async with mail.post(postbox.url) as deliver:
        with pytest.raises(Undeliverable, match="No such user"):
            await deliver(replace(LETTER, to="gone@example.org"))
        with pytest.raises(mail.LATER, match="Try again later"):
            await deliver(replace(LETTER, to="full@example.org"))
        await deliver(LETTER)
    assert postbox.recipients == ["salma@example.org"]


async def test_a_server_that_is_away_is_asked_once(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    connect = mail.aiosmtplib.SMTP.connect

    async def counted(self: Any) -> Any:
        nonlocal asked
        asked += 1
        return await connect(self)

    monkeypatch.setattr(mail.aiosmtplib.SMTP, "connect", counted)
    async with mail.post("smtp://127.0.0.1:1") as deliver:
        for _ in range(3):
            with pytest.raises(mail.LATER, match="Error connecting"):
                await deliver(LETTER)
    assert asked == 1


@pytest.mark.parametrize(
    "subject", ["Booked\r\nBcc: all@example.org", "Booked\nBcc: all@example.org", "a\x00b\x85c"]
)
def test_no_header_can_be_slipped_in(subject: str) -> None:
    made = composed(
        replace(LETTER, subject=subject, name=f"Salma{subject}"), "lab@example.org", "http://l"
    )
    message = read(made.as_bytes())
    assert message["Bcc"] is None
    assert [address.addr_spec for address in message["To"].addresses] == [LETTER.to]
    assert "\n" not in str(message["Subject"])


@pytest.mark.parametrize(
    "to", ["", "salma", "a@b.org, c@d.org", "a@b.org\nBcc: c@d.org", "<script>@", "a b@c.org"]
)
def test_what_is_no_address_is_undeliverable(to: str) -> None:
    with pytest.raises(Undeliverable):
        composed(replace(LETTER, to=to), "lab@example.org", "http://lab.test")


def test_a_name_cannot_turn_the_line_round() -> None:
    message = composed(replace(LETTER, name="\u202egro.elpmaxe"), "lab@example.org", "http://l")
    assert "\u202e" not in str(message["To"])


@pytest.mark.parametrize("url", ["http://mail", "smtp://", "mail.example.org", "file://mail"])
def test_an_address_for_mail_that_leads_nowhere_is_said(url: str) -> None:
    with pytest.raises(WrongSetup, match="FABLAB_MAIL_URL"):
        mail.check_target(url)


@pytest.mark.parametrize("url", ["smtp://u:p%40ss@host:587", "smtps://host"])
def test_the_addresses_for_mail_we_know(url: str) -> None:
    mail.check_target(url)


def test_a_folder_for_mail_is_there_or_can_be_made(tmp_path: Path) -> None:
    mail.check_target(tmp_path.as_uri())
    mail.check_target((tmp_path / "some" / "day").as_uri())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["file", "file/mail"])
def test_a_folder_that_takes_no_mail_is_said(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WrongSetup, match=f"written to {tmp_path}/{name}"):
        mail.check_target((tmp_path / name).as_uri())


def test_a_folder_of_somebody_else_takes_no_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may write everywhere, so the system's answer to anybody else is made up."""
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    with pytest.raises(WrongSetup, match=f"{tmp_path} is no folder that this user may write to"):
        mail.check_target((tmp_path / "mail").as_uri())
