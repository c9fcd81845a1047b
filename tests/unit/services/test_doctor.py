"""The truth about this machine, one finding per check."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.capturing import Action
from kireji.core.desktop_ports import BoundShortcut
from kireji.core.errors import KeyStoreLocked, StoreCorrupt
from kireji.core.ports import Availability
from kireji.core.settings import NetworkSettings
from kireji.core.shortcuts import Shortcut
from kireji.services import checks as module
from kireji.services.checks import Surroundings, checks, find_capture, find_display, find_folder
from kireji.services.doctor import Check, Doctor, Finding, Verdict
from kireji.services.network_check import find_network
from tests.fakes.desktop import FakeHotkeys
from tests.fakes.network import USUAL, FakeFinder, FakeSystemProxies, local_model, ollama
from tests.fakes.reader import FakeReader
from tests.fakes.world import KEY, World

CHORD = Shortcut.parse("Ctrl+Shift+Space")
assert CHORD is not None


@dataclass(frozen=True)
class Folder:
    path: str = "/data"
    problem: str = ""
    free: int = 10**12
    exposed: tuple[str, ...] = ()


def answering(value: object) -> object:
    async def answer() -> object:
        return value

    return answer


def surroundings(world: World | None = None, **changes: object) -> Surroundings:
    services = (world or World()).services()
    healthy = Surroundings(
        environ={"DISPLAY": ":1"},
        platform="linux",
        capture=services.capture.availability,
        hotkeys=FakeHotkeys(),
        portal=None,
        shortcut_held=lambda: False,
        app_runs=answering(False),  # type: ignore[arg-type]
        app_shortcut=answering(None),  # type: ignore[arg-type]
        credentials=services.credentials,
        preferences=services.preferences,
        local_servers=services.local_servers,
        reader=FakeReader(),
        prompts=services.prompts,
        folder=answering(Folder()),  # type: ignore[arg-type]
        has_route=answering(True),  # type: ignore[arg-type]
        system_proxies=answering(FakeSystemProxies()),  # type: ignore[arg-type]
        file_exists=lambda _: True,
        holds_certificates=lambda _: True,
        tools=services.tools,
        start_program=answering(0),  # type: ignore[arg-type]
    )
    return msgspec.structs.replace(healthy, **changes)


async def findings(at: Surroundings) -> dict[str, Finding]:
    return dict(await Doctor(lambda: checks(at)).examine())


async def test_a_healthy_machine_has_nothing_but_good_findings() -> None:
    found = await findings(surroundings())
    assert {finding.verdict for finding in found.values()} == {Verdict.OK}
    assert list(found) == [
        "display", "capture", "shortcut", "keychain", "keys", "network", "local", "reader", "data", "settings",
        "prompts", "plugins", "servers", "programs", "app",
    ]  # fmt: skip


async def test_no_finding_holds_a_key() -> None:
    assert KEY not in repr(await findings(surroundings()))


async def test_looking_gives_the_shortcut_back() -> None:
    hotkeys = FakeHotkeys()
    await findings(surroundings(hotkeys=hotkeys))
    assert hotkeys.holders == {}


async def test_a_taken_shortcut_is_a_warning() -> None:
    hotkeys = FakeHotkeys()
    hotkeys.taken.add(CHORD)
    found = (await findings(surroundings(hotkeys=hotkeys)))["shortcut"]
    assert (found.verdict, found.hint) == (Verdict.WARNING, "Choose another shortcut.")


async def test_a_taken_shortcut_is_the_running_apps_when_that_says_so() -> None:
    hotkeys = FakeHotkeys()
    hotkeys.taken.add(CHORD)
    at = surroundings(hotkeys=hotkeys, app_runs=answering(True), app_shortcut=answering(""))
    assert (await findings(at))["shortcut"].verdict is Verdict.OK


async def test_a_shortcut_that_another_program_holds_is_a_warning_although_the_app_runs() -> None:
    hotkeys = FakeHotkeys()
    hotkeys.taken.add(CHORD)
    at = surroundings(hotkeys=hotkeys, app_runs=answering(True), app_shortcut=answering("Taken."))
    assert (await findings(at))["shortcut"].verdict is Verdict.WARNING


async def test_a_free_shortcut_beside_a_running_app_is_a_warning() -> None:
    found = (await findings(surroundings(app_runs=answering(True))))["shortcut"]
    assert found.verdict is Verdict.WARNING
    assert "does not hold" in found.sentence


async def test_a_shortcut_held_by_this_process_is_not_asked_for_again() -> None:
    hotkeys = FakeHotkeys()
    hotkeys.taken.add(CHORD)
    found = (await findings(surroundings(hotkeys=hotkeys, shortcut_held=lambda: True)))["shortcut"]
    assert found.sentence == "Ctrl+Shift+Space is held."


async def test_a_desktop_without_shortcuts_says_what_to_do() -> None:
    hotkeys = FakeHotkeys(available=Availability(False, "Not on Wayland.", "Bind kireji capture."))
    found = (await findings(surroundings(hotkeys=hotkeys)))["shortcut"]
    assert (found.verdict, found.hint) == (Verdict.WARNING, "Bind kireji capture.")


@pytest.mark.parametrize(
    ("settings", "words"), [({"capture": ""}, "No shortcut is set."), ({"paused": True}, "is paused")]
)
async def test_a_shortcut_that_is_off_is_told(settings: dict[str, object], words: str) -> None:
    world = World()
    world.settings.tables["shortcuts"] = settings
    assert words in (await findings(surroundings(world)))["shortcut"].sentence


async def test_no_key_is_a_warning_because_the_reader_answers() -> None:
    found = (await findings(surroundings(World(key=""))))["keys"]
    assert (found.verdict, found.hint) == (Verdict.WARNING, "Add one with: kireji keys set anthropic")


async def test_a_locked_keychain_is_a_warning() -> None:
    world = World()
    world.keychain.failure = KeyStoreLocked("The keychain is locked.", "Unlock it.")
    found = (await findings(surroundings(world)))["keys"]
    assert (found.verdict, found.sentence) == (Verdict.WARNING, "The keychain is locked.")


async def test_a_keychain_that_waits_for_its_password_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_KEYCHAIN_SECONDS", 0.01)
    world = World()
    world.keychain.hold = asyncio.Event()
    found = (await findings(surroundings(world)))["keys"]
    assert (found.verdict, found.sentence) == (Verdict.WARNING, "The keychain does not answer.")


async def test_a_silent_keychain_is_said_once_beside_the_keys_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_KEYCHAIN_SECONDS", 0.01)
    world = World(environ={"OPENROUTER_API_KEY": "sk-or-v1-env-0000"})
    world.keychain.hold = asyncio.Event()
    found = (await findings(surroundings(world)))["keys"]
    assert found.sentence == (
        "The keychain does not answer. Present: openrouter (from the environment, for https://openrouter.ai/api/v1)."
    )
    assert found.data["openrouter"] == {"present": True, "source": "environment"}
    assert found.data["anthropic"] == {"present": None, "source": ""}
    assert world.keychain.reads == 1


async def test_the_servers_that_answer_are_named_with_their_models() -> None:
    world = World(finder=FakeFinder(ollama(local_model("llama3"), local_model("llava"))))
    found = (await findings(surroundings(world)))["local"]
    assert (found.verdict, found.sentence) == (Verdict.OK, f"Ollama at {USUAL}: 2 models.")


async def test_no_local_server_is_no_fault_unless_one_was_named() -> None:
    world = World()
    assert (await findings(surroundings(world)))["local"].verdict is Verdict.OK
    world.settings.tables["local"] = {"address": "http://127.0.0.1:9/v1"}
    found = (await findings(surroundings(world)))["local"]
    assert (found.verdict, found.sentence) == (Verdict.WARNING, "No model server answers at http://127.0.0.1:9/v1.")


async def test_a_server_elsewhere_is_named_without_its_password_and_not_asked() -> None:
    world = World(environ={"OPENAI_BASE_URL": "https://me:secret@models.example/v1"})
    found = await findings(surroundings(world))
    assert "https://models.example/v1" in found["local"].sentence
    assert "secret" not in repr(found)
    assert world.ledger.rows == []


async def test_a_missing_reader_is_a_failure() -> None:
    found = (await findings(surroundings(reader=FakeReader(available=False))))["reader"]
    assert found.verdict is Verdict.FAILED


async def test_settings_that_cannot_be_used_are_told_with_their_number() -> None:
    world = World()
    world.settings.tables = {"models": {"max_tokens": "x", "effort": "y"}}
    found = (await findings(surroundings(world)))["settings"]
    assert found.verdict is Verdict.WARNING
    assert "and 1 more" in found.sentence


async def test_a_prompt_that_cannot_be_used_is_told() -> None:
    world = World()
    assert (await findings(surroundings(world)))["prompts"].sentence == "2 quick prompts."
    world.prompts.wrong = ("The prompt a.md (line 3) cannot be used: x.", "The prompt b.md cannot be used: y.")
    found = (await findings(surroundings(world)))["prompts"]
    assert (found.verdict, found.sentence) == (Verdict.WARNING, f"{world.prompts.wrong[0]} (and 1 more)")


async def test_a_check_that_raises_is_a_failed_finding() -> None:
    async def probe() -> Finding:
        raise StoreCorrupt("The database is damaged.", "Restore a copy.")

    [(name, found)] = await Doctor(lambda: [Check("data", probe)]).examine()
    assert (name, found) == ("data", Finding(Verdict.FAILED, "The database is damaged.", "Restore a copy."))


@pytest.mark.parametrize(
    ("environ", "platform", "verdict"),
    [
        ({}, "linux", Verdict.FAILED),
        ({"DISPLAY": ":0"}, "linux", Verdict.OK),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", Verdict.OK),
        ({}, "win32", Verdict.OK),
        ({}, "darwin", Verdict.OK),
    ],
)
def test_a_display_is_there_or_not(environ: dict[str, str], platform: str, verdict: Verdict) -> None:
    assert find_display(environ, platform).verdict is verdict


def test_capture_names_what_works_or_what_the_best_one_lacks() -> None:
    bad = ("portal", Availability(False, "No portal.", "Install one."))
    assert find_capture([bad, ("mss", Availability(True))]).sentence == "Screens are copied with mss."
    assert find_capture([bad]).hint == "Install one."
    assert find_capture([]).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("folder", "verdict"),
    [
        (Folder(), Verdict.OK),
        (Folder(problem="Read-only file system"), Verdict.FAILED),
        (Folder(exposed=("kireji.db",)), Verdict.WARNING),
        (Folder(free=1000), Verdict.WARNING),
    ],
)
def test_the_data_folder_is_writable_private_and_roomy(folder: Folder, verdict: Verdict) -> None:
    assert find_folder(folder).verdict is verdict


@pytest.mark.parametrize(
    ("environ", "route", "verdict"),
    [
        ({}, True, Verdict.OK),
        ({}, False, Verdict.WARNING),
        ({"HTTPS_PROXY": "http://proxy:3128"}, False, Verdict.OK),
        ({"https_proxy": "proxy:3128"}, True, Verdict.OK),
        ({"ALL_PROXY": "socks5://proxy:1080"}, True, Verdict.FAILED),
        ({"HTTPS_PROXY": "http://proxy:port"}, True, Verdict.FAILED),
        ({"HTTPS_PROXY": "http://"}, True, Verdict.FAILED),
        ({"SSL_CERT_FILE": "/missing"}, True, Verdict.FAILED),
    ],
)
def test_the_network_is_judged_without_sending(environ: dict[str, str], route: bool, verdict: Verdict) -> None:
    assert find_network(environ, route, lambda _: False).verdict is verdict


@pytest.mark.parametrize(
    ("network", "verdict", "words"),
    [
        (NetworkSettings("http://me:secret@proxy:3128"), Verdict.OK, "through the proxy http://proxy:3128"),
        (NetworkSettings("none"), Verdict.OK, "There is a way out;"),
        (NetworkSettings("http://proxy:port"), Verdict.FAILED, "network.proxy is not an address"),
        (NetworkSettings("none", ca_file="/ca.pem"), Verdict.OK, "trusting /ca.pem too"),
        (NetworkSettings("none", ca_file="/missing"), Verdict.FAILED, "network.ca_file names /missing"),
    ],
)
def test_the_settings_of_the_network_win_over_the_environment(
    network: NetworkSettings, verdict: Verdict, words: str
) -> None:
    found = find_network({"HTTPS_PROXY": "http://"}, True, lambda path: path == "/ca.pem", network)
    assert found.verdict is verdict
    assert words in found.sentence
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("network", "system", "verdict", "words"),
    [
        (
            NetworkSettings(),
            FakeSystemProxies({"https": "http://me:secret@desk:1"}),
            Verdict.OK,
            "proxy http://desk:1;",
        ),
        (NetworkSettings(), FakeSystemProxies(problem="Not followed."), Verdict.WARNING, "Not followed."),
        (NetworkSettings(), FakeSystemProxies({"https": "ftp://d"}), Verdict.FAILED, "The system's proxy uses ftp"),
        (NetworkSettings("none"), FakeSystemProxies(problem="Not followed."), Verdict.OK, "There is a way out;"),
    ],
)
def test_what_the_desktop_says_is_told(
    network: NetworkSettings, system: FakeSystemProxies, verdict: Verdict, words: str
) -> None:
    found = find_network({}, True, lambda _: True, network, system)
    assert found.verdict is verdict
    assert words in found.sentence
    assert "secret" not in repr(found)


async def test_the_doctor_asks_the_system_for_its_proxies() -> None:
    at = surroundings(system_proxies=answering(FakeSystemProxies(problem="Not followed.")))
    assert (await findings(at))["network"].sentence == "Not followed."


@pytest.mark.parametrize(
    ("proxy", "address"), [("none", ""), ("http://me:secret@own:1", "http://own:1"), ("system", "http://desk:1")]
)
def test_the_proxy_in_force_is_told_without_its_password(proxy: str, address: str) -> None:
    world = World(system_proxies=FakeSystemProxies({"http": "http://other:1", "https": "http://me:secret@desk:1"}))
    world.settings.tables["network"] = {"proxy": proxy}
    assert world.services().proxy_in_force() == address


@pytest.mark.parametrize(("proxy", "problem"), [("system", "Not followed."), ("none", "")])
def test_what_is_wrong_with_the_systems_proxies_matters_where_they_are_followed(proxy: str, problem: str) -> None:
    world = World(system_proxies=FakeSystemProxies(problem="Not followed."))
    world.settings.tables["network"] = {"proxy": proxy}
    assert world.services().proxy_problem() == problem


@given(st.text("abcdefgh:/@", min_size=1, max_size=20))
def test_no_password_of_a_proxy_is_shown(password: str) -> None:
    found = find_network({"HTTPS_PROXY": f"http://user:{password}XYZZY@proxy:3128"}, True, lambda _: True)
    assert "XYZZY" not in repr(found)


@given(st.text())
def test_any_proxy_variable_gets_a_finding(value: str) -> None:
    assert find_network({"HTTPS_PROXY": value}, True, lambda _: True).sentence


@pytest.mark.parametrize(
    ("environ", "network", "verdict", "named"),
    [
        ({"SSL_CERT_FILE": "/empty.pem"}, NetworkSettings("none"), Verdict.FAILED, "SSL_CERT_FILE names /empty.pem"),
        ({}, NetworkSettings("none", ca_file="/empty.pem"), Verdict.FAILED, "network.ca_file names /empty.pem"),
        ({"SSL_CERT_DIR": "/empty.pem"}, NetworkSettings("none"), Verdict.OK, "There is a way out"),
        ({"SSL_CERT_FILE": "/ca.pem"}, NetworkSettings("none"), Verdict.OK, "There is a way out"),
    ],
)
async def test_a_file_without_certificates_is_a_failure(
    environ: dict[str, str], network: NetworkSettings, verdict: Verdict, named: str
) -> None:
    world = World()
    world.settings.tables["network"] = {"proxy": network.proxy, "ca_file": network.ca_file}
    at = surroundings(world, environ=environ, holds_certificates=lambda path: path == "/ca.pem")
    found = (await findings(at))["network"]
    assert (found.verdict, named in found.sentence) == (verdict, True)


class FakePortal:
    """A desktop that hands out chords; asked here only whether it does."""

    name = "portal"

    def __init__(self, available: Availability) -> None:
        self._available = available

    async def availability(self) -> Availability:
        return self._available

    async def bind(self, *_: object) -> dict[Action, BoundShortcut]:
        raise AssertionError("the desktop could ask the person")

    async def aclose(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("app", "verdict", "words"),
    [
        (None, Verdict.OK, "The desktop is asked for Ctrl+Shift+Space when the app starts."),
        ("", Verdict.OK, "the running app has it"),
        ("The desktop gave no keys for this.", Verdict.WARNING, "The desktop gave no keys for this."),
    ],
)
async def test_where_the_desktop_hands_out_shortcuts_it_and_the_app_are_believed(
    app: str | None, verdict: Verdict, words: str
) -> None:
    no_chords = FakeHotkeys(available=Availability(False, "Not on Wayland.", "Bind kireji capture."))
    portal = FakePortal(Availability(True, "Works."))
    at = surroundings(hotkeys=no_chords, portal=portal, app_shortcut=answering(app))
    found = (await findings(at))["shortcut"]
    assert (found.verdict, found.data["backend"]) == (verdict, "portal")
    assert words in found.sentence


async def test_a_desktop_that_hands_out_no_shortcuts_says_what_to_do() -> None:
    portal = FakePortal(Availability(False, "This desktop's portal hands out no shortcuts.", "Bind the command."))
    found = (await findings(surroundings(portal=portal)))["shortcut"]
    assert (found.verdict, found.hint) == (Verdict.WARNING, "Bind the command.")
