"""What stands on planted screens: secrets, what leads to them, and ordinary text that looks a little like them."""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Callable

from kireji.core.secrets.kinds import Kind
from tests.support import known_secrets as made

OWN = ("Nordlicht", "Projekt Habicht", "Orion-7 Labs", "Maximiliane Oberhuber")
"""The person's own words."""

MAKERS: dict[Kind, Callable[[random.Random], str]] = {
    Kind.KEY: lambda rng: rng.choice(list(made.KEYS.values()))(rng),
    Kind.CARD: made.card,
    Kind.IBAN: made.iban,
    Kind.MAIL: made.mail,
    Kind.PHONE: made.phone,
    Kind.PERSON: made.person,
    Kind.PASSWORD: made.password,
    Kind.OWN: lambda rng: rng.choice(OWN),
}
LEADS: dict[Kind, tuple[str, ...]] = {
    Kind.KEY: (
        "export API_KEY=",
        "token: ",
        "key ",
        "",
        '"secret": "',
        "Authorization: Bearer ",
        "# ",
        "-H 'x-api-key: ",
    ),
    Kind.CARD: ("Card number: ", "Visa ", "", "Karte: ", "pan="),
    Kind.IBAN: ("IBAN: ", "Konto ", "", "to account "),
    Kind.MAIL: ("From: ", "Mail ", "", "<", "Author: "),
    Kind.PHONE: ("Tel. ", "Phone: ", "", "call "),
    Kind.PERSON: ("Number: ", "ID ", ""),
    Kind.PASSWORD: ("Password: ", "password=", "DB_PASSWORD=", 'passwd = "', "Passwort: "),
    Kind.OWN: ("Customer: ", "", "with ", "project = "),
}
PROSE = (
    "The build finished without warnings in 42 seconds",
    "Invoice 2026-004711 of 12 March, 1,234.56 EUR",
    "Please check the token before the meeting on Friday",
    "Das Treffen findet am 29.11.2026 um 14:30 Uhr statt",
    "La reunión empieza a las 17:45 en la sala principal",
    "Order 4000 1234 was shipped on Monday, tracking 1Z999AA10123456784",
    "Reset your password in the settings if you forgot it",
    "ISBN 978-3-16-148410-0, second edition, 412 pages",
    "Room 12.03, floor 2, seats 24, projector and whiteboard",
    "Version 1.24.3-rc.2 fixes 18 bugs and adds 4 commands",
    "Les résultats du trimestre sont meilleurs que prévu: +3,2 %",
    "The secret of a good soup is patience and salt",
    "Distance 42.195 km, time 3:41:07, pace 5:14 per km",
    "Temperature -12.5 to 3.0 degrees, wind 35 km/h from NW",
    "See chapter 7, figures 12 to 15, for the whole derivation",
)
TERMINAL = (
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "request id 550e8400-e29b-41d4-a716-446655440000",
    "2026-11-29 10:34:04 INFO kireji.services.chat started",
    "-rw-r--r-- 1 user user 18211 Nov 29 10:34 README.md",
    "drwxr-xr-x 14 user user 4096 2026-11-02 08:00 node_modules",
    "Reading package lists... Done. 12 upgraded, 0 removed",
    "GET /api/v2/items?page=3&limit=50 HTTP/1.1 200 OK 1234567",
    "Total of 18 files, 2,048 lines, version 1.24.3-rc.2",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "  PID USER      PR  NI    VIRT    RES  %CPU COMMAND",
    "12345 root      20   0 1245632  84512   3.2 dockerd",
    "64 bytes from 192.168.178.21: icmp_seq=4 ttl=64 time=0.412 ms",
    "inet6 fe80::a00:27ff:fe4e:66a1/64 scope link valid_lft forever",
    "Compiling serde_json v1.0.128 (/home/user/src/vendor)",
    "error[E0382]: borrow of moved value: `request_builder`",
    "docker pull registry.example.org/team/app:2026.11.3-alpine",
    "tests/unit/core/test_tokens.py::test_every_family PASSED [ 43%]",
    "[1127394.402113] usb 1-4: new high-speed USB device number 12",
    "CONTAINER ID   IMAGE          CREATED        STATUS",
    "4c01db0b339c   ubuntu:24.04   3 hours ago    Up 3 hours",
)
CODE = (
    "def read_all(self, picture: bytes) -> Reading:",
    "for index, value in enumerate(values[1:], start=2):",
    "SELECT id, title FROM conversations ORDER BY changed",
    "const token = await getToken(request.headers);",
    "    return self._connection.execute(QUERY, (row, limit))",
    'password = os.environ["DATABASE_PASSWORD"]',
    "import { useEffect, useState } from 'react';",
    "private static final int MAX_RETRIES = 5;",
    "api_key: ${API_KEY}",
    "assert response.status_code == 200, response.text",
    "background: #1e1e2e; color: rgba(205, 214, 244, 0.87);",
    '"integrity": "sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZN",',
    "uuid = '123e4567-e89b-12d3-a456-426614174000'",
    "# TODO: the key of the cache is the hash of its content",
    "if (attempt > 3 && !isRetryable(error)) throw error;",
    "fn parse<'a>(input: &'a str) -> Result<Token<'a>, Error> {",
)
LINKS = (
    "https://docs.example.org/guide/installation.html#linux",
    "https://example.org/watch?v=dQw4w9WgXcQ&t=42s",
    "https://shop.example.org/en/p/blue-chair-40021?ref=mail",
    "https://git.example.org/team/app/-/merge_requests/1204/diffs",
)


def escaped_key(rng: random.Random) -> str:
    """A private key in the file that a cloud gives to a program, on one line."""
    return json.dumps(made.private_key(rng, rng.randrange(3, 6)) + "\n")[1:-1]


def any_private_key(rng: random.Random) -> list[str]:
    """The lines of a private key of some kind."""
    lines = made.private_key(rng, rng.randrange(3, 8)).split("\n")
    kind = rng.random()
    if kind < 0.25:  # OpenSSH has lines of 70
        code = "".join(lines[1:-1])
        wide = [code[at : at + 70] for at in range(0, len(code), 70)]
        return ["-----BEGIN OPENSSH PRIVATE KEY-----", *wide, "-----END OPENSSH PRIVATE KEY-----"]
    if kind < 0.4:
        check = "=" + "".join(rng.choices(string.ascii_letters + string.digits, k=4))
        return ["-----BEGIN PGP PRIVATE KEY BLOCK-----", "", *lines[1:-1], check, "-----END PGP PRIVATE KEY BLOCK-----"]
    if kind < 0.5:
        body = base64.b64encode(rng.randbytes(48)).decode()
        return ["-----BEGIN PRIVATE KEY-----", body, "-----END PRIVATE KEY-----"]
    return lines
