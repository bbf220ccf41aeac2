"""config.toml and the environment, through `load`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from bot.config import (
    Config,
    Discord,
    FeedKeys,
    Metrics,
    Polling,
    Retention,
    Slack,
    SubscriptionKeys,
    WebSub,
    load,
)
from bot.errors import ConfigError

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"
TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789AB"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, with none of the machine's own settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("CLAIMWATCH_DATABASE", "CLAIMWATCH_DISCORD__TOKEN", "CLAIMWATCH_DISCORD__TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)


def write(text: str) -> Path:
    file = Path("config.toml").absolute()
    file.write_text(text, encoding="utf-8")
    return file


def complaint(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(write(text))
    return str(caught.value)


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    assert load() == Config(database=tmp_path / "claimwatch.db")


def test_the_file_in_the_current_folder_is_read_without_being_named() -> None:
    write("[polling]\ninterval = 120")
    assert load().polling.interval == 120


def test_a_file_that_was_named_must_exist() -> None:
    with pytest.raises(ConfigError, match=r"other\.toml does not exist.*config\.example\.toml"):
        load(Path("other.toml"))


def test_the_result_can_not_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load().polling.interval = 5


# ── the example ──────────────────────────────────────────────────────────────────────────────────────────────────────

TABLES: list[tuple[str, type[BaseModel]]] = [
    ("", Config),
    ("polling", Polling),
    ("feeds", FeedKeys),
    ("websub", WebSub),
    ("metrics", Metrics),
    ("retention", Retention),
    ("discord", Discord),
    ("slack", Slack),
    ("subscriptions", SubscriptionKeys),
]


@pytest.mark.parametrize(("table", "model"), TABLES, ids=[name or "top" for name, _ in TABLES])
def test_the_example_holds_every_key_with_its_default(table: str, model: type[BaseModel]) -> None:
    """Keys without a default value stand there as comments."""
    text = EXAMPLE.read_text(encoding="utf-8")
    keys = tomllib.loads(text)
    part = keys if not table else keys[table][0] if isinstance(keys[table], list) else keys[table]
    commented = set(re.findall(r"^# (\w+) = ", text, re.MULTILINE))
    for name, field in model.model_fields.items():
        if field.default is None and table != "feeds":
            assert name in commented
        else:
            assert name in part
            tables = {name for name, _ in TABLES}
            if table not in {"feeds", "subscriptions"} and name not in tables:
                assert type(field.default)(part[name]) == field.default


def test_the_example_loads() -> None:
    config = load(EXAMPLE)
    assert (config.polling, config.discord, config.slack) == (Polling(), Discord(), Slack())
    assert config.subscriptions == (SubscriptionKeys(to="console"),)


def test_the_example_with_every_comment_taken_in_loads() -> None:
    text = re.sub(r"^# (?=\w+ = )", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    Path("token").write_text(TOKEN)
    text = re.sub(r"^(app_)?token = .*$", "", text, flags=re.MULTILINE)
    config = load(write(re.sub(r"/run/secrets/\w+", "token", text)))
    assert config.discord.gateway == "wss://gateway.discord.gg"
    assert config.slack.app_token == config.slack.token == config.discord.token


# ── what is wrong, and what is allowed ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("databse = 'x'", "databse is not a key. Did you mean database?"),
        ("[polling]\nintervall = 60", "polling.intervall is not a key. Did you mean polling.interval?"),
        ("[polling]\ndatabase = 'x'", "polling.database is not a key. Did you mean database?"),
        ("interval = 60", "interval is not a key. Did you mean polling.interval?"),
        ("[discord]\nzzzz = 1", "The keys of discord are token, token_file, prefix"),
        (
            "[polling]\njitter = 'fast'",
            'polling.jitter is "fast": it must be a part of the interval, from 0 to 0.5.',
        ),
        ("[polling]\ninterval = 5", "polling.interval is 5: it must be a whole number of seconds, from 60"),
        (
            "[polling]\nmin_interval = 900\nmax_interval = 600",
            "polling.min_interval is longer than polling.max_interval. Change one of them.",
        ),
        (
            "operators = 'desk'",
            'operators is "desk": it must be "console", "discord:CHANNEL_ID", "discord:user:USER_ID", ',
        ),
        ("log_level = 'loud'", 'log_level is "loud": it must be "debug", "info", "warning" or "error".'),
        ("polling = 3", "polling is 3: it must be a [polling] table."),
        ("[feeds]\nurl = 'http://x'", "feeds is a table: it must be one or more [[feeds]] tables."),
        (
            "[[feeds]]\noutlet = 'X'",
            "feeds.1.url is missing: it must be an http:// or https:// address without a login (user:password@).",
        ),
        ("[websub]\npublic_url = 'https://a.example/?b'", 'websub.public_url is "https://a.example/?b": it must be'),
        (
            "[websub]\nlisten = '127.0.0.1'",
            'websub.listen is "127.0.0.1": it must be an address of this machine with a',
        ),
        ("[websub]\nlisten = '127.0.0.1:99999'", 'websub.listen is "127.0.0.1:99999": it must be an address'),
        ("[retention]\nstories = '13d'", 'retention.stories is "13d": it must be "forever", or 14 days or longer'),
        ("[retention]\nalerts = 'soon'", 'retention.alerts is "soon": it must be "forever"'),
        ("[metrics]\nlisten = '9464'", 'metrics.listen is "9464": it must be an address of this machine'),
        ("[[feeds]]\nurl = 'feeds.example'", 'feeds.1.url is "feeds.example": it must be an http://'),
        ("[[feeds]]\nurl = 'http://['", "feeds.1.url is"),
        ("[[feeds]]\nurl = 'http://ann:pw@x/'", "address without a login"),
        (
            "[[subscriptions]]\nto = '#news'",
            'subscriptions.1.to is "#news": it must be "console", "discord:CHANNEL_ID", "discord:user:USER_ID"',
        ),
        ("[slack]\ntoken = 'xoxb-1'", "slack.token is set without slack.app_token. Slack needs both"),
        ("[slack]\napp_token_file = 'x'", "slack.app_token is set without slack.token. Slack needs both"),
        ("[slack]\nadmin_group = '#desk'", 'slack.admin_group is "#desk": it must be the id of a user group'),
        ("a = 1\nb = [1,\nc", "not valid TOML: Invalid value (at line 3, column 1)"),
        (
            "[[feeds]]\nurl='http://a/'\n[[feeds]]\nurl='http://b/'\n[[feeds]]\nurl='http://a/'",
            "feeds.3.url is the same address as feeds.1.url",
        ),
    ],
)
def test_each_mistake_names_its_key_what_was_found_and_what_is_allowed(text: str, told: str) -> None:
    assert told in complaint(text)


def test_all_mistakes_are_told_at_once_a_line_each() -> None:
    lines = complaint("databse = 'x'\nlog_level = 3\n[polling]\njitter = -1").splitlines()
    assert len(lines) == 3
    assert all("config.toml: " in line for line in lines)


def test_a_file_that_is_not_text_is_told_so() -> None:
    Path("config.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        load(Path("config.toml"))


def test_a_folder_in_place_of_the_file_is_told_so() -> None:
    with pytest.raises(ConfigError, match="can't be read: Is a directory"):
        load(Path())


Toml = st.recursive(
    st.booleans() | st.integers(-(2**60), 2**60) | st.text('aé1 "\\\n', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["url", "to", "é"]), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*Config.model_fields, "", "feed", "ß"]), Toml, max_size=4))
def test_whatever_stands_in_the_file_gives_a_config_or_a_config_error(keys: dict[str, object]) -> None:
    try:
        load(write("\n".join(f"{_quoted(key)} = {_toml(value)}" for key, value in keys.items())))
    except ConfigError as error:
        assert "config.toml" in str(error)


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return _quoted(value)
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            return "{" + ", ".join(f"{_quoted(key)} = {_toml(inner)}" for key, inner in value.items()) + "}"
    return str(value)


def _quoted(text: str) -> str:
    escaped = (f"\\U{ord(c):08x}" if not c.isalnum() or ord(c) > 127 else c for c in text)
    return '"' + "".join(escaped) + '"'


def test_hosts_are_allowed_as_they_stand_in_addresses() -> None:
    hosts = '["NAS.lan.", "nas.lan:8080", "192.168.1.5", "[FD00:0::1]:8000", "münchen.lan"]'
    polling = load(write(f"[polling]\nallow_hosts = {hosts}\nallow_ports = [8080]")).polling
    assert polling.allow_hosts == ("nas.lan", "nas.lan:8080", "192.168.1.5", "[fd00::1]:8000", "xn--mnchen-3ya.lan")
    assert polling.allow_ports == (8080,)


@pytest.mark.parametrize(
    "host", ["http://nas.lan", "nas.lan/feed", "ann@nas.lan", "nas.lan:99999", "fd00::1", "10.0.0.0/8", "*.lan", ""]
)
def test_what_is_no_host_is_not_allowed(host: str) -> None:
    told = complaint(f"[polling]\nallow_hosts = ['nas.lan', '{host}']")
    assert "polling.allow_hosts.2 is " in told
    assert "it must be a list of hosts as addresses have them" in told


@pytest.mark.parametrize("ports", ["8080", "[0]", "[70000]", "['http']"])
def test_what_is_no_port_is_not_allowed(ports: str) -> None:
    assert "it must be a list of whole numbers from 1 to 65535" in complaint(f"[polling]\nallow_ports = {ports}")


# ── environment, secrets, paths ──────────────────────────────────────────────────────────────────────────────────────


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMWATCH_POLLING__INTERVAL", "600")
    config = load(write("[polling]\ninterval = 120\njitter = 0.2"))
    assert (config.polling.interval, config.polling.jitter) == (600, 0.2)


def test_feeds_can_come_from_the_environment_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMWATCH_FEEDS", '[{"url": "https://news.example/rss"}]')
    assert load().feeds == (FeedKeys(url="https://news.example/rss"),)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("CLAIMWATCH_POLLING__INTERVAL", "soon", 'CLAIMWATCH_POLLING__INTERVAL (environment) is "soon"'),
        (
            "CLAIMWATCH_FEEDS",
            "[x",
            'CLAIMWATCH_FEEDS (environment) is "[x": it must be one or more [[feeds]] tables in JSON',
        ),
        (
            "CLAIMWATCH_DATABSE",
            "x",
            "CLAIMWATCH_DATABSE (environment) is not a setting. Did you mean CLAIMWATCH_DATABASE?",
        ),
        ("CLAIMWATCH_DISCORD__TOKNE", "x", "is not a key. Did you mean CLAIMWATCH_DISCORD__TOKEN?"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(
    name: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load()
    assert told in str(caught.value)


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMWATCH_DISCORD__TOKEN", "")
    assert load().discord.token is None


def test_a_config_made_by_hand_does_not_look_into_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMWATCH_DATABASE", "other.db")
    assert Config().database == Path("claimwatch.db")


def test_the_token_can_come_from_a_file() -> None:
    Path("secret").write_text(f"{TOKEN}\n")
    token = load(write("[discord]\ntoken_file = 'secret'")).discord.token
    assert token is not None
    assert token.get_secret_value() == TOKEN


def test_a_token_in_the_environment_takes_the_place_of_the_file_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMWATCH_DISCORD__TOKEN", TOKEN)
    token = load(write("[discord]\ntoken_file = 'missing'")).discord.token
    assert token is not None
    assert token.get_secret_value() == TOKEN


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("token_file = 'missing'", r"discord\.token_file: .*missing can't be read \(No such file or directory\)"),
        ("token_file = 'empty'", r"discord\.token_file: .*empty is empty"),
        ("token_file = 'binary'", r"discord\.token_file: .*binary can't be read \(it is not text\)"),
        ("token_file = 'empty'\ntoken = 'x'", r"discord\.token and discord\.token_file are both set"),
    ],
)
def test_a_token_s_file_that_can_not_serve_is_told(text: str, told: str) -> None:
    Path("empty").touch()
    Path("binary").write_bytes(b"\xff\xff")
    with pytest.raises(ConfigError, match=told):
        load(write(f"[discord]\n{text}"))


def test_no_text_about_the_config_shows_a_secret() -> None:
    config = load(write(f"[discord]\ntoken = '{TOKEN}'"))
    assert TOKEN not in f"{config!r} {config} {config.model_dump_json()}"
    wrong = complaint(f"[discord]\ntoken = ['{TOKEN}']\n[[feeds]]\nurl = 'ftp://me:hunter2@news.example'")
    assert TOKEN not in wrong
    assert "hunter2" not in wrong


def test_paths_start_at_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/config.toml").write_text("database = 'data/x.db'\nrules = '/rules'")
    config = load(Path("etc/config.toml"))
    assert (config.database, config.rules) == (tmp_path / "etc/data/x.db", Path("/rules"))
