"""Every way to a model from outside: the real program against services, proxies and certificates of this computer."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.service import KEY, Delivery, Rule, Status, Text
from tests.service.openrouter import KEY as ROUTER_KEY
from tests.service.outside import ServiceThread
from tests.service.personas import PersonaThread
from tests.support.authority import NAME, Authority, make_authority
from tests.support.outside import Seat
from tests.support.program import COMMAND, kireji
from tests.support.proxy import Proxy

pytestmark = pytest.mark.display

PICTURE = "resources/examples/error.png"
CLAUDE = "anthropic/claude-haiku-5.5"
BUSY = Rule(Status(503, "overloaded_error", "Overloaded", headers={"retry-after": "0"}), times=None)
ANSWER = Text(["The lamp ", "is green."])
SIGNED_IN = "You are signed in to OpenRouter; the key is kept in the keychain.\n"


def run(variables: dict[str, str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """What a command prints to standard output and standard error."""
    done = kireji(arguments, variables)
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == code, err
    assert "Traceback" not in err
    return out, err


def history(variables: dict[str, str]) -> list[dict[str, Any]]:
    """The messages of the latest conversation."""
    messages: list[dict[str, Any]] = json.loads(run(variables, "history", "show", "--json")[0])["messages"]
    return messages


def settings(seat: Seat, text: str) -> None:
    seat.home.mkdir(mode=0o700, exist_ok=True)
    (seat.home / "settings.toml").write_text(text)


def routed(seat: Seat, service: PersonaThread) -> dict[str, str]:
    """The environment of somebody whose OpenRouter is `service`."""
    return seat.variables | {"OPENROUTER_BASE_URL": service.base_url, "OPENROUTER_API_KEY": ROUTER_KEY}


def direct(seat: Seat, service: ServiceThread) -> dict[str, str]:
    """The environment of somebody whose Anthropic is `service`."""
    return seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}


def asked(service: ServiceThread) -> list[str]:
    """The paths of the questions that were answered."""
    return [request.path for request in service.requests if request.method == "POST" and request.status == 200]


# OpenRouter


@pytest.mark.parametrize(
    ("model", "path"), [(CLAUDE, "/api/v1/messages"), ("openai/gpt-test", "/api/v1/chat/completions")]
)
@pytest.mark.parametrize("whole", [False, True])
def test_openrouter_answers_in_the_form_of_the_model(seat: Seat, model: str, path: str, *, whole: bool) -> None:
    with PersonaThread("openrouter", ANSWER) as service:
        out, err = run(
            routed(seat, service), "ask", "-p", "openrouter", "-m", model, "-i", PICTURE, "?", *["--no-stream"][:whole]
        )
        assert (out, err) == ("The lamp is green.\n", "")
        assert asked(service) == [path]
        [request] = [request for request in service.requests if request.path == path]
        assert bool(request.body.get("stream")) is not whole
        assert request.body["provider"] == {"data_collection": "deny"}


def test_an_answer_of_openrouter_says_what_it_cost(seat: Seat) -> None:
    with PersonaThread("openrouter", ANSWER) as service:
        variables = routed(seat, service)
        typed = ["ask", "-p", "openrouter", "-m", "openai/gpt-test", "--json", "--no-stream", "?"]
        found = json.loads(run(variables, *typed)[0])
        assert (found["text"], found["provider"], found["stop"]) == ("The lamp is green.", "openrouter", "end_turn")
        assert found["usage"]["cost"] > 0
        listed = json.loads(run(variables, "models", "--provider", "openrouter", "--json")[0])
        assert listed["providers"][0]["list"] == "service"
        assert "openai/gpt-test" in {model["id"] for model in listed["models"]}


def test_an_answer_that_is_cut_goes_on(seat: Seat) -> None:
    cut = Text(["The lamp "], stop_reason="max_tokens")
    with PersonaThread("openrouter", cut, Text(["is green."])) as service:
        variables = routed(seat, service)
        out, err = run(variables, "ask", "-p", "openrouter", "-m", CLAUDE, "What is it?")
        assert out == "The lamp \n"
        way_on = re.search(r"kireji (ask --continue \d+)", err)
        assert way_on is not None
        assert run(variables, *way_on[1].split())[0] == "is green.\n"
        assert [message["provider"] for message in history(variables)] == ["", "openrouter", "", "openrouter"]


# a server on this computer


def test_a_local_model_without_sight_gets_the_text_in_the_picture_and_says_so(seat: Seat) -> None:
    with PersonaThread("ollama", ANSWER) as service:
        settings(seat, f'[local]\naddress = "{service.base_url}/v1"\n')
        typed = ["ask", "-p", "local", "-m", "llama3.2:3b", "-i", PICTURE, "What is wrong?"]
        out, err = run(seat.variables, *typed)
        assert out == "The lamp is green.\n"
        assert err == "llama3.2:3b cannot see pictures; it gets the text this computer reads in them.\n"
        [request] = [request for request in service.requests if request.path == "/v1/chat/completions"]
        sent = json.dumps(request.body["messages"])
        assert "Text in the picture, read on this computer:" in sent
        assert "image_url" not in sent
        assert "Error" in sent
        question, answer = history(seat.variables)
        assert (len(question["images"]), answer["model"]) == (1, "llama3.2:3b")


def test_without_any_key_a_local_server_answers(seat: Seat) -> None:
    with PersonaThread("ollama", ANSWER) as service:
        settings(seat, f'[local]\naddress = "{service.base_url}/v1"\n')
        assert run(seat.variables, "ask", "?")[0] == "The lamp is green.\n"
        [model] = [each for each in history(seat.variables) if each["role"] == "assistant"]
        assert (model["provider"], model["model"]) == ("local", "gemma3:4b")
        listed, _ = run(seat.variables, "models", "--provider", "local")
        assert f"Ollama at {service.base_url}/v1" in listed


# who answers instead


def test_those_in_the_persons_order_stand_in_and_it_is_said(seat: Seat) -> None:
    settings(seat, '[models]\nfallback = ["openrouter", "device"]\n')
    with ServiceThread(BUSY) as anthropic, PersonaThread("openrouter", ANSWER) as openrouter:
        variables = direct(seat, anthropic) | routed(seat, openrouter)
        out, err = run(variables, "ask", "-i", PICTURE, "What is wrong?")
        assert out == "The lamp is green.\n"
        assert err.count("\n") == 1
        assert re.search(rf"Anthropic.*OpenRouter answers with {re.escape(CLAUDE)}\.", err)
        question, answer = history(variables)
        assert question["provider"] == ""
        assert (answer["provider"], answer["model"], answer["state"]) == ("openrouter", CLAUDE, "complete")


def test_at_the_end_of_the_order_this_computer_reads(seat: Seat) -> None:
    settings(seat, '[models]\nfallback = ["openrouter", "device"]\n')
    with ServiceThread(BUSY) as anthropic, PersonaThread("openrouter", BUSY) as openrouter:
        variables = direct(seat, anthropic) | routed(seat, openrouter)
        out, err = run(variables, "ask", "-i", PICTURE, "What is wrong?")
        assert "Error" in out
        assert re.search(r"Anthropic.*OpenRouter.*This computer reads the text in the picture instead\.", err.strip())
        assert history(variables)[-1]["provider"] == "device"
        assert asked(anthropic) == asked(openrouter) == []


def test_nobody_stands_in_for_the_one_that_was_named(seat: Seat) -> None:
    settings(seat, '[models]\nfallback = ["openrouter", "device"]\n')
    with ServiceThread(BUSY) as anthropic, PersonaThread("openrouter", ANSWER) as openrouter:
        variables = direct(seat, anthropic) | routed(seat, openrouter)
        out, err = run(variables, "ask", "-p", "anthropic", "-i", PICTURE, "?", code=1)
        assert (out, err.count("\n")) == ("", 1)
        assert asked(openrouter) == []


def test_what_broke_off_is_kept_and_goes_on(seat: Seat) -> None:
    broken = Text(["The lamp ", "is"], delivery=Delivery(break_after=1))
    with ServiceThread(broken, Text(["is green."])) as service:
        variables = direct(seat, service)
        out, err = run(variables, "ask", "?", code=1)
        assert out == "The lamp \n"
        assert err.endswith("Go on with: kireji ask --continue 1\n")
        assert run(variables, "ask", "--continue")[0] == "is green.\n"
        assert [message["state"] for message in history(variables)][1::2] == ["interrupted", "complete"]


# sign-in


@pytest.fixture
def openrouter_ai(seat: Seat, tmp_path: Path) -> Iterator[tuple[dict[str, str], PersonaThread]]:
    """The address openrouter.ai, which leads to a service of this computer by way of a proxy and a private CA."""
    authority = make_authority(tmp_path, names=("openrouter.ai",))
    with PersonaThread("openrouter", Rule(ANSWER, times=None), tls=authority.server_context()) as service:
        port = int(service.base_url.split(":")[2].partition("/")[0])
        with Proxy(elsewhere={"openrouter.ai:443": ("127.0.0.1", port)}) as proxy:
            yield (
                seat.variables
                | {"HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": str(authority.certificate)}
                | {"BROWSER": str(_browser(tmp_path))},
                service,
            )
    run(seat.variables, "keys", "delete", "openrouter")


def _browser(folder: Path) -> Path:
    """A browser of a person who agrees with everything: it opens the page and goes where it leads."""
    script = folder / "browser"
    script.write_text(
        f"#!{sys.executable}\n"
        "import os, pathlib, sys, urllib.request\n"
        "with urllib.request.urlopen(sys.argv[1], timeout=30) as page:\n"
        "    seen = page.geturl() + '\\n' + page.read().decode() + '\\n' + repr(dict(os.environ))\n"
        f"pathlib.Path({str(folder / 'seen')!r}).write_text(seen)\n"
    )
    script.chmod(0o755)
    return script


def test_signing_in_gives_a_key_that_works(openrouter_ai: tuple[dict[str, str], PersonaThread], tmp_path: Path) -> None:
    variables, _ = openrouter_ai
    out, err = run(variables, "keys", "login", "openrouter")
    assert out == SIGNED_IN
    assert "https://openrouter.ai/auth?" in err
    kept, _ = run(variables, "keys", "list")
    assert re.search(r"openrouter +present +keychain +https://openrouter.ai/api/v1", kept)
    tested, _ = run(variables, "keys", "test", "openrouter")
    assert "$7.50 of $10.00 left, $2.50 used" in tested
    assert run(variables, "ask", "?")[0] == "The lamp is green.\n"
    assert "sk-or-v1" not in out + err + kept + tested
    assert (tmp_path / "seen").read_text().startswith("http://localhost:")


def test_the_browser_is_not_handed_the_keys_of_the_environment(
    openrouter_ai: tuple[dict[str, str], PersonaThread], tmp_path: Path
) -> None:
    variables, _ = openrouter_ai
    run(variables | {"ANTHROPIC_API_KEY": "canary-0123456789"}, "keys", "login", "openrouter")
    seen = tmp_path / "seen"
    assert "SSL_CERT_FILE" in seen.read_text()
    assert "canary" not in seen.read_text()


def test_a_sign_in_that_is_declined_is_one_sentence(seat: Seat, tmp_path: Path) -> None:
    with PersonaThread("openrouter", consent="deny") as service:
        variables = seat.variables | {"OPENROUTER_BASE_URL": service.base_url, "BROWSER": str(_browser(tmp_path))}
        out, err = run(variables, "keys", "login", "openrouter", code=1)
        assert out == ""
        assert err.splitlines()[-1].startswith("kireji: The sign-in was declined in the browser.")


def test_a_sign_in_without_a_browser_can_be_left(seat: Seat) -> None:
    variables = seat.variables | {"BROWSER": "/nowhere/browser", "PATH": "/nowhere"}
    process = subprocess.Popen(
        [*COMMAND, "keys", "login", "openrouter"], env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    assert b"open this address yourself: https://openrouter.ai/auth?" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"")


# proxies and certificates


@contextmanager
def private_service(authority: Authority) -> Iterator[tuple[ServiceThread, dict[str, tuple[str, int]]]]:
    """Anthropic as api.test, a name that only a proxy knows; the service and where the name leads."""
    with ServiceThread(Rule(ANSWER, times=None), tls=authority.server_context()) as service:
        yield service, {"api.test:443": ("127.0.0.1", int(service.base_url.rpartition(":")[2]))}


@pytest.mark.parametrize("user", ["", "me"])
def test_a_proxy_carries_everything(seat: Seat, tmp_path: Path, user: str) -> None:
    authority = make_authority(tmp_path, names=("api.test",))
    with private_service(authority) as (service, names), Proxy(user, "hunter22", elsewhere=names) as proxy:
        address = proxy.url.replace("//", f"//{user}:hunter22@" if user else "//")
        variables = direct(seat, service) | {"ANTHROPIC_BASE_URL": "https://api.test", "HTTPS_PROXY": address}
        variables["SSL_CERT_FILE"] = str(authority.certificate)
        assert run(variables, "ask", "-p", "anthropic", "?")[0] == "The lamp is green.\n"
        assert {(passed.method, passed.target, passed.status) for passed in proxy.passed} == {
            ("CONNECT", "api.test:443", 200)
        }


def test_a_proxy_that_wants_another_password_is_named_and_the_password_is_not(seat: Seat, tmp_path: Path) -> None:
    authority = make_authority(tmp_path, names=("api.test",))
    with private_service(authority) as (service, names), Proxy("me", "right", elsewhere=names) as proxy:
        address = proxy.url.replace("//", "//me:hunter22@")
        variables = direct(seat, service) | {"ANTHROPIC_BASE_URL": "https://api.test", "HTTPS_PROXY": address}
        out, err = run(variables, "ask", "-p", "anthropic", "?", code=1)
        assert (out, err.count("\n")) == ("", 1)
        assert "proxy" in err
        assert "hunter22" not in err
        assert service.requests == []
        shown = kireji(["doctor"], variables).stdout.decode()
        assert "hunter22" not in shown


def test_a_proxy_from_the_settings_is_used(seat: Seat, tmp_path: Path) -> None:
    authority = make_authority(tmp_path, names=("api.test",))
    with private_service(authority) as (service, names), Proxy(elsewhere=names) as proxy:
        settings(seat, f'[network]\nproxy = "{proxy.url}"\nca_file = "{authority.certificate}"\n')
        variables = direct(seat, service) | {"ANTHROPIC_BASE_URL": "https://api.test"}
        assert run(variables, "ask", "-p", "anthropic", "?")[0] == "The lamp is green.\n"
        assert proxy.passed


def test_this_computer_itself_is_never_reached_by_a_proxy(seat: Seat) -> None:
    with ServiceThread(ANSWER) as service, Proxy(refuse=403) as proxy:
        variables = direct(seat, service) | {"HTTP_PROXY": proxy.url, "HTTPS_PROXY": proxy.url, "ALL_PROXY": proxy.url}
        assert run(variables, "ask", "-p", "anthropic", "?")[0] == "The lamp is green.\n"
        assert proxy.passed == []


@pytest.mark.parametrize("expired", [False, True])
def test_a_certificate_that_is_not_trusted_is_named(seat: Seat, tmp_path: Path, *, expired: bool) -> None:
    authority = make_authority(tmp_path, expired=expired)
    with ServiceThread(ANSWER, tls=authority.server_context()) as service:
        variables = direct(seat, service)
        if expired:
            variables["SSL_CERT_FILE"] = str(authority.certificate)
        out, err = run(variables, "ask", "-p", "anthropic", "?", code=1)
        assert (out, err.count("\n")) == ("", 1)
        assert "certificate" in err
        assert ("expired" in err) if expired else (NAME in err)
        assert service.requests == []


@pytest.mark.parametrize("by", ["environment", "settings"])
def test_a_private_authority_that_is_trusted_is_no_hindrance(seat: Seat, tmp_path: Path, by: str) -> None:
    authority = make_authority(tmp_path)
    with ServiceThread(ANSWER, tls=authority.server_context()) as service:
        variables = direct(seat, service)
        if by == "environment":
            variables["SSL_CERT_FILE"] = str(authority.certificate)
        else:
            settings(seat, f'[network]\nca_file = "{authority.certificate}"\n')
        assert run(variables, "ask", "-p", "anthropic", "?")[0] == "The lamp is green.\n"
