"""Keys, tokens, passwords and private keys in texts."""

from __future__ import annotations

import random

import pytest

from kireji.core.secrets.detection import Detection
from kireji.core.secrets.kinds import Kind
from tests.support import known_secrets as made

DETECTION = Detection()


def found(text: str) -> list[tuple[str, Kind]]:
    return [(text[one.start : one.end], one.kind) for one in DETECTION.find(text)]


def test_text_without_secrets_is_left_alone() -> None:
    assert found("The sk-learn package wants a token, says the password page.") == []


@pytest.mark.parametrize("service", made.KEYS)
@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "key {} here",
        "export KEY={}",
        '"apiKey": "{}",',
        "a line\n{}\nmore",
        "say '{}'.",
        "\\n{}\\n",
        "({})",
        "{},",
    ],
)
def test_keys_of_services_are_found_whole(service: str, around: str) -> None:
    for seed in range(20):
        key = made.KEYS[service](random.Random(seed))
        assert [text for text, _ in found(around.format(key))] == [key]


def test_a_key_says_whose_it_is() -> None:
    (one,) = DETECTION.find("use sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x")
    assert one.what == "Anthropic key"


def test_the_secret_beside_an_access_key_of_aws_is_found() -> None:
    rng = random.Random(1)
    secret = made.signs(rng, made.LETTERS + "/+", 40)
    text = f"{made.KEYS['aws'](rng)}\n{secret}\n"
    assert [text for text, _ in found(text)][1] == secret


@pytest.mark.parametrize(
    "text",
    [
        "sk-ant-xxxxxxxxxxxxxxxxxxxxxxxx",
        "sk-fading-circle-animation-delay",
        "AKIAXXXXXXXXXXXXXXXX",
        "ghp_000000000000000000000000000000000000",
        "task-ant-colony-simulation-results",
        "eyJust kidding",
    ],
)
def test_examples_and_words_are_no_keys(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("password = 'hunter2'", "hunter2"),
        ('"password": "hunter2"', "hunter2"),
        ('{\\"password\\": \\"hunter2\\"}', "hunter2"),
        ("DB_PASSWORD=tr0ub4dor&3", "tr0ub4dor&3"),
        ("POSTGRES_PASSWORD: s3cr3t!x", "s3cr3t!x"),
        ("mein Passwort: Sommer2026!", "Sommer2026!"),
        ("The password is Tiger-17.", "Tiger-17"),
        ("密码：abc12345", "abc12345"),
        ("mysql --password Xy7kk2qq", "Xy7kk2qq"),
        ("curl -u anna:s3cr3t99 https://example.org", "s3cr3t99"),
        ("postgres://anna:s3cr3t99@db.example.org/x", "s3cr3t99"),
        ("amqp://anna:p%40ss1@host:5672", "p%40ss1"),
        ("Server=x;User Id=sa;Password=Str0ng,1;Encrypt=no", "Str0ng,1"),
        ("SECRET_KEY = 'x8f!k29-dkq02lsa8'", "x8f!k29-dkq02lsa8"),
        ("api_key: 3f9a8b27c1d0e45f", "3f9a8b27c1d0e45f"),
        ("Authorization: Bearer 9f8e7d6c5b4a39281706", "9f8e7d6c5b4a39281706"),
        ("https://example.org/?token=9f8e7d6c5b4a3928&page=2", "9f8e7d6c5b4a3928"),
        ("client-secret := 'Qm8kZ0pT4wLr'", "Qm8kZ0pT4wLr"),
    ],
)
def test_values_beside_a_word_for_them_are_found_alone(text: str, value: str) -> None:
    assert [text for text, _ in found(text)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "password = os.environ['DB_PASSWORD']",
        "password: str = field(default='')",
        "password = getpass.getpass()",
        "token = response.json()['access_token']",
        "PASSWORD=$DB_PASSWORD",
        "PASSWORD=${DB_PASSWORD}",
        "password: {{ vault_password }}",
        "password: <your password>",
        "password=changeme",
        "password=[KEY_1]",
        "password=[PASSWORD_1] :0123",
        "[PASSWORD_1]: hunter2",
        "Password: required",
        "max_tokens: 128000",
        "tokens = tokenize(text)",
        "secret: true",
        "the token is invalid",
        "postgres://user:password@localhost/db",
        "postgres://user:$PASS@localhost/db",
        "postgres://anna:[PASSWORD_1]@db/x",
        "this.apiKey = options.apiKey",
        "https://example.org:8080/@someone",
        "token: contents.read.something",
        "api_key = YOUR_API_KEY_HERE",
    ],
)
def test_variables_words_and_placeholders_are_no_values(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("seed", range(20))
def test_a_private_key_is_found_from_its_first_line_to_its_last(seed: int) -> None:
    key = made.private_key(random.Random(seed))
    assert found(f"before\n{key}\nafter") == [(key, Kind.PRIVATE_KEY)]


@pytest.mark.parametrize("seed", range(5))
def test_a_private_key_without_its_last_line_is_found(seed: int) -> None:
    cut = "\n".join(made.private_key(random.Random(seed)).split("\n")[:6])
    assert found(f"before\n{cut}\n\nand some words follow here") == [(cut, Kind.PRIVATE_KEY)]


@pytest.mark.parametrize("seed", range(5))
def test_a_private_key_without_its_first_line_is_found(seed: int) -> None:
    cut = "\n".join(made.private_key(random.Random(seed)).split("\n")[4:])
    assert found(f"Some words before.\n{cut}\nafter") == [(cut, Kind.PRIVATE_KEY)]


def test_a_private_key_in_one_line_of_json_is_found() -> None:
    key = made.private_key(random.Random(3)).replace("\n", "\\n")
    assert found(f'{{"private_key": "{key}\\n", "id": 3}}') == [(key, Kind.PRIVATE_KEY)]


def test_an_indented_private_key_is_found() -> None:
    key = made.private_key(random.Random(3)).replace("\n", "\n    ")
    assert found(f"key: |\n    {key}\nnext: 1") == [(key, Kind.PRIVATE_KEY)]


def test_a_private_key_with_headers_is_found() -> None:
    lines = made.private_key(random.Random(3)).split("\n")
    cut = "\n".join([lines[0], "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,00FF", "", *lines[1:5]])
    assert found(f"{cut}\nThe end.") == [(cut, Kind.PRIVATE_KEY)]


def test_the_middle_of_a_key_is_found_by_what_keys_begin_with() -> None:
    body = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\nQyNTUxOQAAACB"
    assert found(f"id_ed25519:\n{body}\n") == [(body, Kind.PRIVATE_KEY)]


def test_public_keys_and_certificates_are_not_private() -> None:
    public = made.private_key(random.Random(1)).replace("PRIVATE KEY", "CERTIFICATE")
    assert found(public) == []


def test_words_about_private_keys_are_no_keys() -> None:
    assert found("A file with -----BEGIN PRIVATE KEY----- in it is secret.") == [
        ("-----BEGIN PRIVATE KEY-----", Kind.PRIVATE_KEY)
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n> ", "\n    "])
def test_a_key_that_was_broken_at_the_end_of_a_line_is_found_whole(end: str) -> None:
    key = made.KEYS["anthropic"](random.Random(3))
    text = f"The key is {key[:60]}{end}{key[60:]}\nand that is it"
    (one,) = DETECTION.find(text)
    assert text[one.start : one.end] == f"{key[:60]}{end}{key[60:]}"


@pytest.mark.parametrize("following", ["README", "and more", "3f786850e387550fdab836ed7e6dc881de23001b", "NAME=a1B2"])
def test_what_stands_in_the_line_below_a_key_is_none_of_it(following: str) -> None:
    key = made.KEYS["anthropic"](random.Random(3))
    (one,) = DETECTION.find(f"{key}\n{following}\n")
    assert (one.start, one.end) == (0, len(key))


def test_of_keys_in_lines_of_their_own_each_is_one() -> None:
    keys = [make(random.Random(3)) for name, make in made.KEYS.items() if name != "jwt"]
    assert [value for value, _ in found("\n".join(keys))] == keys
