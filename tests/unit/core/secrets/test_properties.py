"""What holds for every text: positions are in order, what is planted is found, time does not explode."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.core.secrets.detection import Detection
from kireji.core.secrets.gates import lowered
from kireji.core.secrets.kinds import EVERY_KIND, Kind
from tests.support import known_secrets as made

APP = Path(__file__).resolve().parents[4] / "app"
DETECTION = Detection(own=["Heron", "北風"])
STRICT = Detection(EVERY_KIND - {Kind.MAIL})

PIECES = st.sampled_from(
    [
        *("sk-", "sk-ant-", "AKIA", "ghp_", "eyJ", "://", "@", "a:b@", ".com", "password", "=", ": ", "'", '"', "\\n"),
        *("\n", " ", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "MIIEow", "Bearer ", "token", "4111"),
        *(
            "DE89",
            "+49",
            "Heron",
            "北風",
            "aB3dE5gH7jK9",
            "0123456789",
            "-",
            "_",
            "/",
            "+",
            "İ",
            "ß",
            "\u00a0",
            "۳",
            "²",
        ),
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join))
MAKERS = [*made.KEYS.values(), made.card, made.iban, made.mail, made.person, made.private_key]


@given(TEXTS)
def test_what_is_found_lies_in_the_text_in_order(text: str) -> None:
    for found in (DETECTION.find(text), DETECTION.find_read(text)):
        end = 0
        for one in found:
            assert end <= one.start < one.end <= len(text)
            end = one.end


@given(TEXTS)
def test_what_is_found_strictly_is_found_tolerantly(text: str) -> None:
    read = DETECTION.find_read(text)
    for one in DETECTION.find(text):
        assert any(other.start <= one.start and one.end <= other.end for other in read)


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(MAKERS), st.integers(0, 999))
@settings(max_examples=300)
def test_what_is_planted_between_lines_is_found(before: str, after: str, make: object, seed: int) -> None:
    assert callable(make)
    secret = make(random.Random(seed))
    text = f"{before}\n{secret}\n{after}"
    start = len(before) + 1
    inside = set(range(start, start + len(secret)))
    for one in DETECTION.find(text):
        inside -= set(range(one.start, one.end))
    assert not inside


@given(st.text(max_size=50))
def test_small_letters_keep_their_places(text: str) -> None:
    assert len(lowered(text)) == len(text)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "piece",
    [
        *(
            "a",
            "1",
            " ",
            "\n",
            "@",
            "a@",
            "a.",
            "sk-",
            "sk-ant-",
            "eyJ",
            "eyJa.",
            "://",
            "://a:",
            "password",
            "password=",
        ),
        *("password ", "--password ", "token: ", "Bearer ", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"),
        *(
            "-----BEGIN ",
            "MIIEow",
            "MIIEowaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
            "4 ",
            "4111-",
            "DE89 ",
            "+49 ",
            "1-",
        ),
        *(
            "AKIA2345",
            "0:AA",
            "aB3dE5gH7jK9",
            "aB3 ",
            "aB3dE5gH7jK9lM1nO3pQ5rS7 ",
            "Heron",
            "Heron ",
            "ssn ",
            "tel ",
            "\\n",
        ),
        *("passport ", "K-", "BEGIN PRIVATE KEY\nAAAAAAAAAAAAAAAAAA\n", "AAAAaaaa0000AAAAaaaa0000AAAAaaaa0000AAAA\n"),
    ],
)
def test_hostile_repetition_takes_time_in_proportion(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    DETECTION.find(text)
    DETECTION.find_read(text[:20_000])


def test_the_source_of_this_program_holds_no_secret() -> None:
    texts = {path.relative_to(APP).as_posix(): path.read_text(encoding="utf-8") for path in sorted(APP.rglob("*.py"))}
    del texts["kireji/ui/settings/privacy/hiding.py"]  # the page that shows an example of each kind
    found = [(name, text[one.start : one.end]) for name, text in texts.items() for one in STRICT.find(text)]
    assert found == []


PROSE = """
Das Passwort ist abgelaufen; bitte melden Sie sich mit Ihrem neuen Kennwort an. Am 29.11.2026 um 10:41 Uhr kostete es
1.234,56 Euro, Rechnung Nr. 2026-004711, Kundennummer 100200300, Az. 12 O 345/26, PLZ 10115 Berlin, § 123 Abs. 4.
Le mot de passe est obligatoire. Commande n° 4500012345 du 12/03/2026, montant 12 345,67 €, réf. AB-2026-00017.
La contraseña es incorrecta. El pedido 2026/118 llegó a las 17:45; pesa 1.250 kg y mide 120 x 80 x 60 cm.
密码不能为空。订单编号 20261129104100 的总价为 12,345.00 元，请在 2026 年 12 月 1 日前付款。
パスワードを入力してください。注文番号は 2026-11-29-0001 です。 كلمة المرور غير صحيحة. Пароль неверен, заказ 10045.
The token is invalid. Each token costs 0.000003 USD; 128000 tokens cost 0.384. The secret to happiness: coffee.
Version 2.31.0-rc.1+build.20261129; ISBN 978-3-16-148410-0
DOI 10.1000/xyz123; UUID 550e8400-e29b-41d4-a716-446655440000.
commit 3f786850e387550fdab836ed7e6dc881de23001b, tree 89e6c98d92887913cadf06b2adb97f26cde4849b, parent 20681f5.
sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  integrity sha512-abc
192.168.1.100:8080 fe80::1ff:fe23:4567:890a 00:1A:2B:3C:4D:5E 2026-11-29T10:41:36.123456+00:00 1764412896123
SELECT id, token_count FROM answers WHERE key = :key AND password_hash IS NOT NULL LIMIT 100 OFFSET 2000;
key: value, keys: [a, b], apiKeyName: header, secretName: my-secret, tokenUrl: https://example.org/oauth/token
3.14159265358979323846 2.718281828459045 6.02214076e23 0x1F4A9C3E 1e-9 (555) 12 +1 -1 1/2 50% 100,000,000
PWD=/home/anna/projects/x1 OLDPWD=/srv/www2 --password-file /run/secrets/db1 passwd: C:\\keys\\a1\\b2
AbstractSingletonProxyFactoryBean sk-learn ghp page AKIA means nothing eyJ xoxo glpattern hf_hub npm_config_registry
"""


@pytest.mark.parametrize("line", [line for line in PROSE.split("\n") if line])
def test_prose_code_hashes_and_numbers_hold_no_secret(line: str) -> None:
    assert [line[one.start : one.end] for one in STRICT.find(line)] == []
