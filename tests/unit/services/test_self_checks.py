"""What the self-test says of each part, for everything that a part may report."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from kireji.core.errors import KeyStoreLocked, StoreTooNew, ToolSourceError
from kireji.core.ports import Availability
from kireji.core.secret import Secret, SecretName
from kireji.core.self_reports import DatabaseReport, PartsReport, TlsReport, WindowsReport, Writing
from kireji.resources import resource
from kireji.services import self_checks
from kireji.services.doctor import Check, Doctor, Finding, Verdict
from tests.fakes.desktop import FakeCapture
from tests.fakes.keychain import FakeKeyStore
from tests.fakes.reader import FakeReader

EXAMPLE = resource("examples/error.png")
GOOD = WindowsReport("6.11", "xcb", painted=True, on_screen=True, screens=1, families=9)


async def found(check: Check) -> Finding:
    [(_, finding)] = await Doctor(lambda: [check]).examine()
    return finding


def giving(value: object) -> object:
    async def give() -> object:
        return value

    return give


async def windows(report: WindowsReport) -> Finding:
    return await found(self_checks.windows(giving(report)))  # type: ignore[arg-type]


async def test_parts_that_are_all_there() -> None:
    finding = await found(self_checks.parts(giving(PartsReport(900, 40, []))))  # type: ignore[arg-type]
    assert (finding.verdict, finding.sentence) == (Verdict.OK, "900 modules and 40 files are there.")


async def test_missing_parts_are_named_and_the_rest_counted() -> None:
    problems = [f"module_{number} (gone)" for number in range(5)]
    finding = await found(self_checks.parts(giving(PartsReport(900, 0, problems))))  # type: ignore[arg-type]
    assert finding.verdict is Verdict.FAILED
    assert "module_0 (gone); module_1 (gone); module_2 (gone); and 2 more" in finding.sentence
    assert finding.data["problems"] == problems


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({}, Verdict.OK, "were seen on the screen"),
        ({"on_screen": None, "platform": "wayland"}, Verdict.OK, "painted (Qt 6.11, wayland)"),
        ({"on_screen": False}, Verdict.WARNING, "not seen"),
        ({"platform": "offscreen", "on_screen": None}, Verdict.WARNING, "no display"),
        ({"painted": False}, Verdict.FAILED, "not painted"),
        ({"problem": "The library libEGL.so.1 is missing."}, Verdict.FAILED, "libEGL.so.1"),
    ],
)
async def test_windows(changes: dict[str, object], verdict: Verdict, words: str) -> None:
    finding = await windows(msgspec.structs.replace(GOOD, **changes))
    assert (finding.verdict, words in finding.sentence) == (verdict, True)


LATIN = Writing("Latin", "fonts-dejavu-core", shown=True, own=True)
JAPANESE = Writing("Japanese", "fonts-noto-cjk", shown=True, own=True)
CHINESE = Writing("Chinese", "fonts-noto-cjk", shown=True, own=False)


def lost(writing: Writing) -> Writing:
    return msgspec.structs.replace(writing, shown=False)


def test_fonts_for_all() -> None:
    assert self_checks.find_fonts([LATIN, JAPANESE]).verdict is Verdict.OK


def test_letters_without_a_font_are_named_with_one_package_for_both() -> None:
    finding = self_checks.find_fonts([LATIN, lost(JAPANESE), lost(CHINESE)])
    assert finding.verdict is Verdict.WARNING
    assert finding.sentence == "No font here has these letters: Japanese (yours), Chinese."
    assert finding.hint.endswith("apt-get install fonts-noto-cjk")


def test_no_font_at_all_is_a_failure() -> None:
    finding = self_checks.find_fonts([lost(LATIN), lost(JAPANESE)])
    assert (finding.verdict, "no text can be shown" in finding.sentence) == (Verdict.FAILED, True)


async def test_fonts_where_qt_does_not_start_are_not_said_to_be_missing() -> None:
    report = WindowsReport(problem="The library libEGL.so.1 is missing.")
    assert (await found(self_checks.fonts(giving(report)))).verdict is Verdict.WARNING  # type: ignore[arg-type]


async def test_the_keychain_is_written_read_and_left_as_it_was() -> None:
    store = FakeKeyStore()
    kept = SecretName("anthropic", "https://api.anthropic.com")
    await store.set(kept, Secret("sk-1"))
    assert (await found(self_checks.keychain(store))).verdict is Verdict.OK
    assert store.secrets == {kept: Secret("sk-1")}


class Forgetful(FakeKeyStore):
    """Gives back something else."""

    async def get(self, name: SecretName) -> Secret | None:
        return Secret("another") if await super().get(name) else None


async def test_a_keychain_that_gives_back_something_else_has_failed_and_keeps_nothing() -> None:
    store = Forgetful()
    assert (await found(self_checks.keychain(store))).verdict is Verdict.FAILED
    assert store.secrets == {}


async def test_a_locked_keychain_is_a_warning() -> None:
    store = FakeKeyStore()
    store.failure = KeyStoreLocked("The keychain is locked.", "Unlock it.")
    finding = await found(self_checks.keychain(store))
    assert (finding.verdict, finding.hint) == (Verdict.WARNING, "Unlock it.")
    assert "for one session only" in finding.sentence


async def test_a_keychain_that_asks_for_its_password_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_checks, "_WAIT_FOR_KEYCHAIN", 0.01)
    store = FakeKeyStore()
    store.hold = asyncio.Event()
    assert (await found(self_checks.keychain(store))).verdict is Verdict.WARNING


async def database(*reports: DatabaseReport) -> Finding:
    return await found(self_checks.database(giving("SQLite 3"), giving(reports)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reports", "words"),
    [
        ((DatabaseReport("/a", found=False),), "will be made"),
        ((DatabaseReport("/a", True, 10), DatabaseReport("/b", False)), "yours is whole: /a (form 10)"),
        ((DatabaseReport("/a", True, 10, whole=None),), "too large"),
    ],
)
async def test_databases_that_can_be_used(reports: Sequence[DatabaseReport], words: str) -> None:
    finding = await database(*reports)
    assert (finding.verdict, words in finding.sentence) == (Verdict.OK, True)


async def test_a_database_of_a_newer_version_is_a_failure() -> None:
    async def look() -> Sequence[DatabaseReport]:
        raise StoreTooNew("A newer version wrote it.", "Start that.")

    finding = await found(self_checks.database(giving("SQLite 3"), look))  # type: ignore[arg-type]
    assert (finding.verdict, finding.hint) == (Verdict.FAILED, "Start that.")


async def test_a_picture_of_the_screen() -> None:
    finding = await found(self_checks.capture(lambda: [FakeCapture()], asks=False))
    assert (finding.verdict, finding.sentence.startswith("Taken with ")) == (Verdict.OK, True)


async def test_no_picture_is_taken_where_the_desktop_may_ask() -> None:
    capture = FakeCapture()
    finding = await found(self_checks.capture(lambda: [capture], asks=True))
    assert (finding.verdict, "none was" in finding.sentence) == (Verdict.OK, True)
    assert capture.grabs == 0


async def test_a_screen_that_cannot_be_copied_is_a_warning() -> None:
    capture = FakeCapture(available=Availability(False, "There is no display.", "Start it from a desktop."))
    finding = await found(self_checks.capture(lambda: [capture], asks=False))
    assert finding == Finding(Verdict.WARNING, "There is no display.", "Start it from a desktop.")


@pytest.mark.parametrize(("word", "verdict"), [("KeyError", Verdict.OK), ("ValueError", Verdict.FAILED)])
async def test_the_reader_is_held_to_the_words(word: str, verdict: Verdict) -> None:
    reader = FakeReader()
    assert (await found(self_checks.reader(reader, EXAMPLE.read_bytes, [word]))).verdict is verdict


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        (TlsReport("OpenSSL 3", "TLSv1.3", True, 144), Verdict.OK),
        (TlsReport("OpenSSL 3", "TLSv1.3", True, None), Verdict.OK),
        (TlsReport("OpenSSL 3", "TLSv1.3", True, 0), Verdict.WARNING),
        (TlsReport("OpenSSL 3", "TLSv1.3", False, 144), Verdict.FAILED),
    ],
)
async def test_encrypted_connections(report: TlsReport, verdict: Verdict) -> None:
    assert (await found(self_checks.tls(giving(report)))).verdict is verdict  # type: ignore[arg-type]


async def test_work_that_fails_says_why() -> None:
    async def work() -> str:
        raise ToolSourceError("The plugin stopped.", "Try again.")

    assert await found(self_checks.work_of("plugins", work, 5.0)) == Finding(
        Verdict.FAILED, "The plugin stopped.", "Try again."
    )


async def test_some_versions_are_said_and_all_are_in_the_data() -> None:
    known = {"Kireji": "1.0", "numpy": "2", "Qt": "6.11"}
    finding = await found(self_checks.versions(giving(known)))
    assert (finding.sentence, finding.data) == ("Kireji 1.0, Qt 6.11.", known)


async def test_no_more_checks_run_side_by_side_than_are_allowed() -> None:
    running = most = 0

    async def probe() -> Finding:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return Finding(Verdict.OK, "")

    await Doctor(lambda: [Check(str(number), probe) for number in range(8)], at_once=2).examine()
    assert most == 2


async def test_a_check_that_never_ends_is_a_failure() -> None:
    async def probe() -> Finding:
        await asyncio.Event().wait()
        raise AssertionError

    finding = await found(Check("late", probe, 0.01))
    assert (finding.verdict, finding.sentence) == (Verdict.FAILED, "No answer within 0.01 seconds.")
