"""The connector's settings: their JSON Schema, and reading them with all problems at once.

Pure.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from componentize_py_types import Err
from rows import BLANKS, File
from wit_world.exports.identity_source import EventDelivery, InvalidSettings, Origin, Plan, SecretUse
from wit_world.imports.model import Diagnosis
from words import Text, diagnosis, quoted

# Read while the component is made: it is part of the component then.
SCHEMA = Path(__file__).with_name("settings.schema.json").read_text(encoding="utf-8")

NAMES = tuple(json.loads(SCHEMA)["properties"])

DELIMITERS = (",", ";", "\t", "|")

DEFAULT_PORTS = {"https": 443, "http": 80}

WEBHOOK_TOKEN = re.compile(r"[!-~]{16,256}")


@dataclass(frozen=True)
class Address:
    """Where a file is: `https://example.com`, the path, and `?` with the query, which may carry a secret."""

    origin: str
    path: str
    query: str

    @property
    def url(self) -> str:
        """What to ask."""
        return f"{self.origin}{self.path}{self.query}"

    @property
    def file(self) -> File:
        """How messages name it."""
        host = self.origin.rpartition("/")[2]
        return File(self.path.rpartition("/")[2] or host, f"{self.origin}{self.path}")

    @classmethod
    def parse(cls, text: str) -> Address | Diagnosis:
        """Read an address, or say what is wrong with it. What a person copies may hold letters that a request cannot."""
        encoded = "".join(
            char if "!" <= char <= "~" else "".join(f"%{byte:02X}" for byte in char.encode()) for char in text
        )
        parts = re.fullmatch(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", encoded, re.IGNORECASE)
        if parts is None:
            return not_an_address()
        scheme, authority, path, query = parts[1].lower(), parts[2], parts[3], parts[4] or ""
        if "@" in authority:
            return password_in_address()
        host = re.fullmatch(r"(\[[0-9A-Za-z:.]+\]|[0-9A-Za-z.-]+)(?::([0-9]{0,5}))?", authority)
        if host is None or 65_535 < int(host[2] or 0):
            return not_an_address()
        has_port = host[2] and int(host[2]) != DEFAULT_PORTS[scheme]
        origin = f"{scheme}://{host[1].lower()}" + (f":{int(host[2])}" if has_port else "")
        return cls(origin, path or "/", query)


@dataclass(frozen=True)
class Settings:
    """What an administrator has chosen: the address of a JSON document, or those of two CSV files."""

    addresses: tuple[Address, ...]
    delimiter: str
    # What stands for the value of the header: this connector never has the value itself.
    authorization: str | None
    webhook_token: str | None

    @property
    def is_json(self) -> bool:
        return len(self.addresses) == 1

    @property
    def exposes_authorization(self) -> bool:
        """Whether the secret would cross the network unencrypted."""
        return self.authorization is not None and any(one.origin.startswith("http:") for one in self.addresses)

    def plan(self) -> Plan:
        """The origins that it will talk to, each of which gets the authorization."""
        origins = sorted({address.origin for address in self.addresses})
        return Plan(
            origins=[Origin(origin, False) for origin in origins],
            limits=[],
            secrets=[SecretUse("/authorization", origins)] if self.authorization is not None else [],
            event_delivery=EventDelivery.NONE if self.webhook_token is None else EventDelivery.CALLBACKS,
            poll_interval_ms=None,
            exclusive=[],
        )


def read_settings(text: str) -> Settings:
    """Read the settings. Raises every problem."""
    reader = Reader(text)
    addresses = reader.addresses()
    delimiter = reader.delimiter()
    # It is sealed: what is wrong with it, only the host can say.
    authorization = reader.text("authorization")
    webhook_token = reader.webhook_token()
    if reader.problems:
        raise Err(InvalidSettings(reader.problems))
    return Settings(addresses, delimiter, authorization, webhook_token)


class Reader:
    """Reads settings one by one and gathers what is wrong."""

    def __init__(self, text: str) -> None:
        self.problems: list[Diagnosis] = []
        try:
            self.settings: Any = json.loads(text)
        except ValueError:
            self.settings = None
        if not isinstance(self.settings, dict):
            said = ("the settings are not a JSON object", "配置不是一个 JSON 对象")
            raise Err(InvalidSettings([diagnosis("settings-not-an-object", said, setting="")]))
        for name in sorted(self.settings.keys() - set(NAMES)):
            said = (f"setting {quoted(name)} is not known", f"未知的配置项 {quoted(name)}")
            remedy = (f"the settings are {', '.join(NAMES)}", f"可用的配置项：{'、'.join(NAMES)}")
            self.problem(name, "unknown-setting", said, remedy)

    def addresses(self) -> tuple[Address, ...]:
        """One of a JSON document, or two of CSV files."""
        document, departments, people = (self.address(name) for name in ("url", "departments_url", "people_url"))
        match document is not None, departments is not None, people is not None:
            case True, False, False:
                found = (document,)
            case False, True, True:
                found = (departments, people)
            case False, False, False:
                self.problem("url", "no-address", *NO_ADDRESS)
                return ()
            case False, False, True:
                self.problem("departments_url", "half-a-pair", *other_half("departments_url", "people_url"))
                return ()
            case False, True, False:
                self.problem("people_url", "half-a-pair", *other_half("people_url", "departments_url"))
                return ()
            case _:
                self.problem("url", "two-formats", *TWO_FORMATS)
                return ()
        return tuple(one for one in found if isinstance(one, Address))

    def address(self, name: str) -> Address | Diagnosis | None:
        text = self.text(name)
        if text is None:
            return None
        address = Address.parse(text)
        if isinstance(address, Diagnosis):
            address.setting = pointer(name)
            self.problems.append(address)
        return address

    def delimiter(self) -> str:
        # Not `text`: a tab is white space.
        given = self.settings.get("delimiter") or ","
        if given not in DELIMITERS:
            said = (
                "the delimiter must be a comma, a semicolon, a vertical bar or a tab",
                "分隔符必须是逗号、分号、竖线或制表符",
            )
            self.problem("delimiter", "not-a-delimiter", said)
        return given if isinstance(given, str) else ","

    def webhook_token(self) -> str | None:
        token = self.text("webhook_token")
        # The value is not repeated: it is a secret.
        if token is not None and not WEBHOOK_TOKEN.fullmatch(token):
            said = (
                "`webhook_token` must have 16 to 256 characters: letters, digits and signs of ASCII without blanks",
                "webhook_token 必须为 16 到 256 个字符，只含 ASCII 字母、数字和符号，不含空格",
            )
            remedy = (
                "make a random one, for example by `openssl rand -hex 32`",
                "请随机生成，例如使用 openssl rand -hex 32",
            )
            self.problem("webhook_token", "not-a-token", said, remedy)
        return token

    def text(self, name: str) -> str | None:
        """The text of a setting; forms send an empty one for nothing."""
        value = self.settings.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            said = (f"setting `{name}` must be a text", f"配置项 {name} 必须是文本")
            self.problem(name, "setting-not-a-text", said)
            return None
        return value.strip(BLANKS) or None

    def problem(self, name: str, code: str, said: Text, remedy: Text | None = None) -> None:
        self.problems.append(diagnosis(code, said, remedy, setting=pointer(name)))


def pointer(name: str) -> str:
    """The JSON pointer of a setting."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def not_an_address() -> Diagnosis:
    # The value is not repeated: someone may have pasted a secret.
    return diagnosis(
        "not-an-address",
        (
            "this is not an address that begins with https:// or http://",
            "这不是以 https:// 或 http:// 开头的地址",
        ),
        (
            "enter the whole address, such as https://example.com/roster.json",
            "请填写完整地址，例如 https://example.com/roster.json",
        ),
    )


def password_in_address() -> Diagnosis:
    return diagnosis(
        "password-in-address",
        ("the address holds a user name or password", "地址中包含用户名或密码"),
        (
            "leave it out of the address and put the header's value, such as `Basic …`, into `authorization`",
            "请从地址中去掉，并把请求头的值（例如 Basic …）填入 authorization",
        ),
    )


NO_ADDRESS: tuple[Text, Text] = (
    ("no address of a roster is set", "没有填写花名册的地址"),
    (
        "set `url` for a JSON roster, or `departments_url` and `people_url` for CSV files",
        "JSON 花名册请填写 url；CSV 文件请同时填写 departments_url 和 people_url",
    ),
)

TWO_FORMATS: tuple[Text, Text] = (
    (
        "`url` is for a JSON roster, `departments_url` and `people_url` are for CSV files; both are set",
        "url 用于 JSON 花名册，departments_url 和 people_url 用于 CSV 文件，两者不能同时填写",
    ),
    ("clear one of them", "请清空其中一种"),
)


def other_half(missing: str, given: str) -> tuple[Text, Text]:
    said = (f"`{given}` is set and `{missing}` is not", f"已填写 {given}，但没有填写 {missing}")
    return said, ("a CSV roster is two files; set both", "CSV 花名册由两个文件组成，请同时填写")
