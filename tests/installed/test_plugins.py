"""Plugins and servers of tools in the built program, which has no Python of its own beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.tools.mcp.test_real_servers import in_javascript, javascript, python
from tests.service import KEY, Blocks, Call, Rule, ServiceProcess, Text
from tests.support.pictures import png

pytestmark = pytest.mark.installed

PLUGIN = '''
"""Looks at what it was given, with what Python brings."""

import csv
import io
import os
import pathlib
import sqlite3
import statistics
import tomllib
import xml.etree.ElementTree as ET
import zoneinfo

from kireji.plugins import Image, tool

import {more}


@tool(read_only=True)
def middle(numbers: list[float]) -> str:
    """The median of numbers, by many ways."""
    table = io.StringIO()
    csv.writer(table).writerow(numbers)
    rows = [float(cell) for cell in next(csv.reader(io.StringIO(table.getvalue())))]
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE t (n REAL)")
        database.executemany("INSERT INTO t VALUES (?)", [(row,) for row in rows])
        kept = [row[0] for row in database.execute("SELECT n FROM t")]
    factor = tomllib.loads("factor = 2")["factor"] / float(ET.fromstring("<a>2</a>").text)
    assert zoneinfo.ZoneInfo("Europe/Berlin")
    return str(statistics.median(kept) * factor)


@tool(read_only=True)
def drawing() -> Image:
    """A picture."""
    return Image(pathlib.Path(__file__).with_name("picture.png"))


@tool(read_only=True)
def surroundings() -> dict[str, str]:
    """The environment."""
    return dict(os.environ)
'''
WHOLE = (
    "argparse, array, ast, asyncio, base64, bisect, calendar, cmath, codecs, colorsys, concurrent.futures, "
    "configparser, contextvars, ctypes, dataclasses, datetime, decimal, difflib, email.message, enum, fractions, "
    "functools, getpass, glob, gzip, hashlib, heapq, hmac, html.parser, http.server, imaplib, ipaddress, itertools, "
    "json, locale, logging.handlers, lzma, mimetypes, mmap, multiprocessing, operator, pickle, platform, plistlib, "
    "poplib, pprint, queue, random, secrets, selectors, shelve, shlex, shutil, smtplib, socketserver, ssl, string, "
    "struct, subprocess, tarfile, tempfile, textwrap, threading, timeit, trace, traceback, typing, unicodedata, "
    "unittest.mock, urllib.request, uuid, wave, weakref, webbrowser, wsgiref.simple_server, xml.sax, xmlrpc.client, "
    "zipfile, zlib"
)


@pytest.fixture
def somebody(variables: dict[str, str]) -> dict[str, str]:
    """The same person with the plugin."""
    folder = Path(variables["KIREJI_HOME"]) / "plugins"
    (folder / "sums").mkdir(parents=True)
    (folder / "sums" / "__init__.py").write_text(PLUGIN.format(more=WHOLE))
    (folder / "sums" / "picture.png").write_bytes(png(8, 8))
    return variables


def run(built: Path, variables: dict[str, str], *arguments: str, code: int = 0) -> str:
    done = subprocess.run([built / "kireji", *arguments], env=variables, capture_output=True, timeout=60, check=False)
    assert done.returncode == code, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    return done.stdout.decode()


def test_a_plugin_has_pythons_whole_library(built: Path, somebody: dict[str, str]) -> None:
    assert run(built, somebody, "tools", "call", "sums__middle", "numbers=[3, 1, 2]", "--yes") == "2.0\n"


def test_a_plugin_gives_a_picture(built: Path, somebody: dict[str, str]) -> None:
    told = run(built, somebody, "tools", "call", "sums__drawing", "--yes", "--json")
    assert "image/png" in told


def test_a_model_calls_a_plugin(built: Path, somebody: dict[str, str]) -> None:
    rules = [
        Rule(Blocks([Call("sums__middle", {"numbers": [1, 5]})]), contains="middle", times=None),
        Rule(Text(["It is ", "three."]), times=None),
    ]
    with ServiceProcess(*rules) as service:
        environ = somebody | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
        assert run(built, environ, "ask", "The middle?", "--tools", "sums", "--yes") == "It is three.\n"


@pytest.mark.parametrize("own", ["", "/opt/of-the-person"])
def test_what_a_plugin_starts_gets_the_persons_library_path(built: Path, somebody: dict[str, str], own: str) -> None:
    environ = somebody | ({"LD_LIBRARY_PATH": own} if own else {})
    told = run(built, environ, "tools", "call", "sums__surroundings", "--yes")
    seen: dict[str, str] = json.loads(told)
    assert seen.get("LD_LIBRARY_PATH", "") == own
    assert not [name for name in seen if name.startswith(("_PYI", "QT_", "LD_LIBRARY_PATH_"))]


def add(built: Path, variables: dict[str, str], name: str, entry: dict[str, Any]) -> None:
    run(built, variables, "mcp", "add", name, "--", entry["command"], *entry["args"])


def test_a_server_in_python(built: Path, variables: dict[str, str]) -> None:
    add(built, variables, "time", python("mcp_server_time"))
    call = ("tools", "call", "time__get_current_time", "timezone=Asia/Tokyo", "--yes")
    assert "+09:00" in run(built, variables, *call)


@in_javascript
def test_a_server_in_javascript(built: Path, variables: dict[str, str]) -> None:
    add(built, variables, "all", javascript("server-everything", "stdio"))
    assert "Echo: hi" in run(built, variables, "tools", "call", "all__echo", "message=hi", "--yes")


@pytest.mark.parametrize("own", ["", "/opt/of-the-person"])
def test_a_server_gets_the_persons_library_path(
    built: Path, variables: dict[str, str], tmp_path: Path, own: str
) -> None:
    seen, script = tmp_path / "seen", tmp_path / "server"
    script.write_text(f"#!/bin/sh\nenv > {seen}\nexec {sys.executable} -m mcp_server_time\n")
    script.chmod(0o755)
    environ = variables | ({"LD_LIBRARY_PATH": own} if own else {})
    add(built, environ, "time", {"command": str(script), "args": []})
    run(built, environ, "mcp", "test", "time")
    lines = dict(line.partition("=")[::2] for line in seen.read_text().splitlines())
    assert lines.get("LD_LIBRARY_PATH", "") == own
    assert os.fspath(built) not in seen.read_text()
