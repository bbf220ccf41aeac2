"""`!reload rules` and `!sync`: what whoever runs the bot changed on its machine, taken in at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot import cards
from bot.commands.context import Context, Controls
from bot.errors import ConfigError, DeliveryError, UserError
from bot.model import Card, Line, Section, Subscription, Text
from bot.queries.language import parse_standing
from bot.rules_watch import Reloaded
from bot.store.subscriptions import all_subscriptions
from bot.syncing import Synced

_SHOWN = 15  # changes that are listed


async def reload(context: Context, arguments: str, page: int = 0) -> Card:
    """Read the user's rules anew and say what has changed, and which subscriptions they can't read.

    Raises UserError with what is wrong where they can't be used.
    """
    if arguments.strip().casefold() != "rules":
        raise UserError("What is to be read again? Write !reload rules. For config.toml there is !sync.")
    found = await _controls(context).reload_rules()
    if found is None:
        how = (Text("To add your own, name a folder in config.toml: "), Text('rules = "rules"', "code"))
        return Card("Only the rules that come with Claimwatch are in use", (Section(None, (how,)),))
    if found.wrong:
        raise UserError(f"The rules are not taken, and those before them stay. {found.wrong}")
    sections = [Section(None, ((Text(_files(found)),),))]
    if found.changes:
        when = "Changed" if found.now else f"Last changed, {found.changed_at:%Y-%m-%d %H:%M} UTC"
        sections.append(Section(when, _listed(found.changes)))
    if broken := [f"{one.id} · {one.query}: {why}" for one, why in await _unreadable(context)]:
        sections.append(Section("Subscriptions that these rules can't read", _listed(broken)))
    title = f"{cards.counted(len(found.changes), 'rule')} changed" if found.now else "The rules have not changed"
    return Card(title, tuple(sections))


async def sync(context: Context, arguments: str, page: int = 0) -> Card:
    """Bring feeds and subscriptions in step with config.toml, announce the slash commands, and say what that did.

    Raises UserError with what is wrong in the configuration; then nothing is changed.
    """
    controls = _controls(context)
    try:
        synced = await controls.sync()
    except ConfigError as error:
        raise UserError(f"Nothing was changed. {error}") from error
    sections = [Section(heading, _listed(lines)) for heading, lines in _synced(synced) if lines]
    if not sections:
        sections = [Section("Feeds and subscriptions", _listed(["They are as config.toml has them."]))]
    sections.append(Section("Slash commands", _listed([await _announced(controls)])))
    return Card("In step with config.toml", tuple(sections), footer="Other settings count from the next start")


def _controls(context: Context) -> Controls:
    if context.controls is None:
        raise UserError("There is no bot here that could do that. Write it where the bot runs.")
    return context.controls


def _files(found: Reloaded) -> str:
    files = ", ".join(found.files) if found.files else "no file that is read"
    return f"{found.folder}: {files}. All examples of the rules hold."


async def _unreadable(context: Context) -> list[tuple[Subscription, str]]:
    lexicon = context.controls.lexicon() if context.controls else context.lexicon
    wrong = []
    for one in await context.store.read(all_subscriptions):
        try:
            parse_standing(one.query, lexicon, context.clock())
        except UserError as error:
            wrong.append((one, str(error)))
    return wrong


async def _announced(controls: Controls) -> str:
    try:
        told = await controls.announce()
    except DeliveryError as error:
        return f"They could not be announced. {error}"
    if not told:
        return "No platform that has to be told of them is on."
    return "; ".join(f"{name.capitalize()} was told of {count}" for name, count in told.items()) + "."


def _synced(synced: Synced) -> Iterator[tuple[str, list[str]]]:
    yield "Feeds that are polled now", list(synced.feeds_added)
    yield "Feeds that are polled no longer", list(synced.feeds_left)
    yield "Subscriptions that began", [f"{to}: {query or 'everything'}" for to, query in synced.subscriptions_added]
    yield "Subscriptions that ended", [f"{to}: {query or 'everything'}" for to, query in synced.subscriptions_ended]


def _listed(texts: Sequence[str]) -> tuple[Line, ...]:
    lines: list[Line] = [(Text(text),) for text in texts[:_SHOWN]]
    if len(texts) > _SHOWN:
        lines.append((Text(f"and {cards.counted(len(texts) - _SHOWN, 'other')}", "dim"),))
    return tuple(lines)
