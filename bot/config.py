"""config.toml and the environment → Config. Every error names its key, and all of them are told at once.

The environment goes before the file: `CLAIMWATCH_POLLING__INTERVAL=600` is `interval` in `[polling]`. Paths that are
not absolute start at the folder of config.toml. config.example.toml holds every key with its default; a test keeps it
so.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from rapidfuzz import process

from bot.config_values import (
    DESTINATION,
    DESTINATIONS,
    FeedAddress,
    Host,
    Length,
    Port,
    WebAddress,
    host_and_port,
    plain_address,
)
from bot.errors import ConfigError
from bot.log import LogFormat, LogLevel, redact

DEFAULT_FILE = Path("config.toml")
_PREFIX = "CLAIMWATCH_"
_DELIMITER = "__"
_ALIKE = 70  # of 100, rapidfuzz's ratio: `intervall` and `token-file` find their key, `colour` finds none
_SECRETS = (("discord", "token"), ("slack", "token"), ("slack", "app_token"))  # each may come from a file: token_file
_SHOWN = 80  # characters of a wrong value that an error repeats


# ── the keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────
# A field's description ends the sentence "… must be": it is what an error says is allowed.


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Polling(_Keys):
    """How feeds are fetched and read."""

    interval: int = Field(
        default=900, ge=60, le=604_800, description="a whole number of seconds, from 60 to 604800 (a week)"
    )
    jitter: float = Field(default=0.1, ge=0, le=0.5, description="a part of the interval, from 0 to 0.5")
    concurrency: int = Field(default=8, ge=1, le=64, description="a whole number of feeds, from 1 to 64")
    min_interval: int = Field(
        default=300, ge=60, le=604_800, description="a whole number of seconds, from 60 to 604800 (a week)"
    )
    max_interval: int = Field(
        default=3_600, ge=60, le=604_800, description="a whole number of seconds, from 60 to 604800 (a week)"
    )
    host_delay: float = Field(default=1, ge=0, le=60, description="a number of seconds, from 0 to 60")
    timeout: float = Field(default=30, ge=1, le=600, description="a number of seconds, from 1 to 600")
    max_bytes: int = Field(
        default=10_485_760,
        ge=65_536,
        le=268_435_456,
        description="a whole number of bytes, from 65536 to 268435456 (256 MiB)",
    )
    parse_seconds: float = Field(default=5, ge=0.1, le=600, description="a number of seconds, from 0.1 to 600")
    user_agent: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        pattern=r"^[ -~]+$",
        description="a text of 1 to 200 plain ASCII characters",
    )
    allow_hosts: tuple[Host, ...] = Field(
        default=(), description='a list of hosts as addresses have them, such as ["nas.lan", "192.168.1.5:8080"]'
    )
    allow_ports: tuple[Port, ...] = Field(default=(), description="a list of whole numbers from 1 to 65535")


class FeedKeys(_Keys):
    """One [[feeds]] table."""

    url: FeedAddress = Field(description="an http:// or https:// address without a login (user:password@)")
    outlet: str | None = Field(default=None, min_length=1, max_length=100, description="a name of 1 to 100 characters")
    interval: int | None = Field(
        default=None, ge=60, le=604_800, description=Polling.model_fields["interval"].description
    )
    read_article: bool = Field(default=False, description="true or false")


class Discord(_Keys):
    """The Discord platform; without a token it is off."""

    token: SecretStr | None = Field(default=None, min_length=1, description="the bot's token, as text")
    token_file: Path | None = Field(default=None, description="the path of a file that holds the bot's token")
    prefix: str = Field(
        default="!", min_length=1, max_length=10, pattern=r"^\S+$", description="1 to 10 characters, no space"
    )
    api_base: WebAddress = Field(default="https://discord.com/api/v10", description="an http:// or https:// address")
    gateway: str | None = Field(default=None, pattern=r"^wss?://\S+$", description="a ws:// or wss:// address")


class Slack(_Keys):
    """The Slack platform; without its two tokens it is off."""

    token: SecretStr | None = Field(default=None, min_length=1, description="the bot's token (xoxb-…), as text")
    token_file: Path | None = Field(default=None, description="the path of a file that holds the bot's token")
    app_token: SecretStr | None = Field(default=None, min_length=1, description="the app's token (xapp-…), as text")
    app_token_file: Path | None = Field(default=None, description="the path of a file that holds the app's token")
    prefix: str = Field(
        default="!", min_length=1, max_length=10, pattern=r"^\S+$", description="1 to 10 characters, no space"
    )
    base_url: WebAddress = Field(default="https://slack.com/api/", description="an http:// or https:// address")
    admin_group: str | None = Field(
        default=None, pattern=r"^S[A-Z0-9]{2,20}$", description='the id of a user group, as in "S0123ABCD"'
    )


class WebSub(_Keys):
    """What hubs push; without a public address it is off."""

    public_url: Annotated[FeedAddress, AfterValidator(plain_address)] | None = Field(
        default=None, max_length=500, description="an http:// or https:// address without login, query or fragment"
    )
    listen: Annotated[str, AfterValidator(host_and_port)] = Field(
        default="127.0.0.1:8480",
        description='an address of this machine with a port, such as "127.0.0.1:8480"',
    )


class Metrics(_Keys):
    """What tells other programs how the bot is; without an address it is off."""

    listen: Annotated[str, AfterValidator(host_and_port)] | None = Field(
        default=None, description='an address of this machine with a port, such as "127.0.0.1:9464"'
    )


class Retention(_Keys):
    """For how long things are kept."""

    stories: Length = Field(default="forever", description='"forever", or 14 days or longer: "90d", "12w", "6m", "2y"')
    alerts: Length = Field(default="90d", description='"forever", or 14 days or longer: "90d", "12w", "6m", "2y"')


class SubscriptionKeys(_Keys):
    """One [[subscriptions]] table."""

    to: str = Field(pattern=DESTINATION, description=DESTINATIONS)
    query: str = Field(
        default="", max_length=500, description="a query of up to 500 characters; an empty one takes everything"
    )


class Config(_Keys):
    """All settings, whole and checked; nothing can change them later."""

    database: Path = Field(default=Path("claimwatch.db"), description="the path of a file")
    rules: Path | None = Field(default=None, description="the path of a folder")
    alert_on_first_poll: Literal["none", "newest", "all"] = Field(
        default="none", description='"none", "newest" or "all"'
    )
    operators: str | None = Field(default=None, pattern=DESTINATION, description=DESTINATIONS)
    log_level: LogLevel = Field(default="info", description='"debug", "info", "warning" or "error"')
    log_format: LogFormat = Field(default="auto", description='"auto", "console", "logfmt" or "json"')
    polling: Polling = Field(default=Polling(), description="a [polling] table")
    feeds: tuple[FeedKeys, ...] = Field(default=(), description="one or more [[feeds]] tables")
    websub: WebSub = Field(default=WebSub(), description="a [websub] table")
    metrics: Metrics = Field(default=Metrics(), description="a [metrics] table")
    retention: Retention = Field(default=Retention(), description="a [retention] table")
    discord: Discord = Field(default=Discord(), description="a [discord] table")
    slack: Slack = Field(default=Slack(), description="a [slack] table")
    subscriptions: tuple[SubscriptionKeys, ...] = Field(default=(), description="one or more [[subscriptions]] tables")


class _Environment(EnvSettingsSource):
    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """What is no JSON stays text, so that it is told like any other wrong value."""
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


class _Loaded(Config, BaseSettings):
    """A Config that looks into the environment as well; one made by hand, as the demo's, does not."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_nested_delimiter=_DELIMITER, env_ignore_empty=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before what the file holds."""
        return _Environment(settings_cls), init_settings


# ── loading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def load(path: Path | None = None) -> Config:
    """Read the configuration from `path`, or from ./config.toml where that exists, and from the environment.

    Raises ConfigError, with one line for each thing to mend: a file named here that is missing or no TOML, a key that
    does not exist, a value that is not allowed, a secret's file that can't be read.
    """
    file = path or DEFAULT_FILE
    keys = _read(file) if path or file.exists() else {}
    _let_environment_choose_secrets(keys)
    wrong = list(_unknown_variables())
    try:
        config = _Loaded(**keys)
    except ValidationError as error:
        wrong += [_sentence(file, detail) for detail in error.errors()]
    else:
        wrong += _contradictions(config)
    if wrong:
        raise ConfigError("\n".join(wrong))
    return _finished(config, file.absolute().parent)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{file} does not exist. Copy config.example.toml there, or name another file.") from None
    except OSError as error:
        raise ConfigError(f"{file} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not valid TOML: {error}.") from error


def _let_environment_choose_secrets(keys: dict[str, Any]) -> None:
    """A token from the environment takes the place of a token_file in config.toml, and the other way round."""
    for table, secret in _SECRETS:
        names = (secret, f"{secret}_file")
        given = keys.get(table)
        if isinstance(given, dict) and any(os.environ.get(_variable((table, name))) for name in names):
            for name in names:
                given.pop(name, None)


def _finished(config: Config, folder: Path) -> Config:
    """With absolute paths, and with the tokens out of their files."""
    tables: dict[str, BaseModel] = {"discord": config.discord, "slack": config.slack}
    for table, secret in _SECRETS:
        if file := getattr(tables[table], f"{secret}_file"):
            found = _secret(f"{table}.{secret}_file", folder / file.expanduser())
            tables[table] = tables[table].model_copy(update={secret: found})
    return Config(
        **dict(config)
        | {
            "database": folder / config.database.expanduser(),
            "rules": config.rules and folder / config.rules.expanduser(),
        }
        | tables
    )


def _secret(key: str, file: Path) -> SecretStr:
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ConfigError(f"{key}: {file} can't be read ({reason}). Name a file that holds the token.") from error
    if not secret:
        raise ConfigError(f"{key}: {file} is empty. Write the token into it.")
    return SecretStr(secret)


# ── what is wrong ────────────────────────────────────────────────────────────────────────────────────────────────────

_Place = tuple[int | str, ...]


def _sentence(file: Path, error: ErrorDetails) -> str:
    """What is wrong, what was found and what is allowed."""
    place = error["loc"]
    from_environment = bool(os.environ.get(_variable(place)))
    source = f"{_variable(place)} (environment)" if from_environment else f"{file}: {_dotted(place)}"
    if error["type"] == "extra_forbidden":
        return f"{source} is not a key. {_instead(place, _variable if from_environment else _dotted)}"
    field = _field(place)
    allowed = (field and field.description) or "a table"
    if error["type"] == "missing":
        return f"{source} is missing: it must be {allowed}."
    form = " in JSON" if from_environment and "[[" in allowed else ""
    return f"{source} is {_found(error['input'], field)}: it must be {allowed}{form}."


def _contradictions(config: Config) -> Iterator[str]:
    for table, secret in _SECRETS:
        keys = getattr(config, table)
        if getattr(keys, secret) and getattr(keys, f"{secret}_file"):
            yield f"{table}.{secret} and {table}.{secret}_file are both set. Keep one of them."
    slack = config.slack
    given = [bool(slack.token or slack.token_file), bool(slack.app_token or slack.app_token_file)]
    if any(given) and not all(given):
        there, missing = ("token", "app_token") if given[0] else ("app_token", "token")
        yield f"slack.{there} is set without slack.{missing}. Slack needs both: the bot's token and the app's."
    if config.polling.min_interval > config.polling.max_interval:
        yield "polling.min_interval is longer than polling.max_interval. Change one of them."
    first: dict[str, int] = {}
    for number, feed in enumerate(config.feeds, start=1):
        if first.setdefault(feed.url, number) != number:
            yield f"feeds.{number}.url is the same address as feeds.{first[feed.url]}.url. Keep one of them."


def _unknown_variables() -> Iterator[str]:
    """pydantic-settings passes over variables that have our prefix and no key; a typo there must not go unseen."""
    for name in sorted(os.environ):
        top = name.removeprefix(_PREFIX).split(_DELIMITER)[0].lower()
        if name.startswith(_PREFIX) and top not in Config.model_fields:
            place = tuple(name.removeprefix(_PREFIX).lower().split(_DELIMITER))
            yield f"{name} (environment) is not a setting. {_instead(place, _variable)}"


def _instead(place: _Place, write: Callable[[_Place], str]) -> str:
    """The key that was probably meant: alike in the same table, else of that name in another; else those there are."""
    *table, name = place
    here = list(_keys_of(tuple(table)))
    if alike := process.extractOne(str(name), here, score_cutoff=_ALIKE):
        return f"Did you mean {write((*table, alike[0]))}?"
    for other in ((), ("polling",), ("websub",), ("metrics",), ("retention",), ("discord",), ("slack",)):
        if name in _keys_of(other):
            return f"Did you mean {write((*other, name))}?"
    return f"The keys {'of ' + _dotted(tuple(table)) if table else 'there'} are {', '.join(here)}."


def _found(value: Any, field: FieldInfo | None) -> str:
    if field and SecretStr in get_args(field.annotation):
        return f"of the wrong kind ({type(value).__name__})"
    match value:
        case dict():
            return "a table"
        case list():
            return "a list"
        case bool():
            return str(value).lower()
    shown = redact(str(value)) if not isinstance(value, str) else f'"{redact(value)}"'
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def _field(place: _Place) -> FieldInfo | None:
    """The field that a place names, also by an entry of its list; None for an entry of a list of tables."""
    *table, name = place
    if isinstance(name, int) and not _keys_of(tuple(table)):
        return _field(tuple(table))
    return _keys_of(tuple(table)).get(str(name))


def _keys_of(table: _Place) -> Mapping[str, FieldInfo]:
    """The fields of a table: of the whole file for (), of each entry for ("feeds", 3)."""
    fields: Mapping[str, FieldInfo] = Config.model_fields
    for name in table:
        if isinstance(name, str):
            kinds = (fields[name].annotation, *get_args(fields[name].annotation)) if name in fields else ()
            fields = next((k.model_fields for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), {})
    return fields


def _dotted(place: _Place) -> str:
    """polling.interval; entries of lists count from one, as people do."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)


def _variable(place: _Place) -> str:
    return _PREFIX + _DELIMITER.join(str(part) for part in place).upper()
