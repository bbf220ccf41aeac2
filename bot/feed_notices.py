"""What is told to whoever looks after a feed, as cards: that it fails, fell quiet, moved or is gone, and what to do."""

from __future__ import annotations

from datetime import datetime

from bot.log import redact
from bot.model import Card, Feed, Line, Section, Text

_BEFORE_FEEDS = 1970


def failing(feed: Feed) -> Card:
    """It failed several times in a row."""
    since = f"It was last read on {_day(feed.last_success_at)}" if feed.last_success_at else "It was never read"
    return _card(
        feed,
        "can't be read",
        (Text(redact(feed.last_error or "")),),
        (
            Text(
                f"{since}. It failed {feed.failures} times in a row, and is tried again ever later, daily at the least."
            ),
        ),
        *_commands(feed, test="shows what is read and why not", pause="leaves it alone"),
    )


def none_answers(last_read: datetime) -> Card:
    """No feed can be read any more, which is hardly each outlet's own fault."""
    since = f" since {last_read:%d %b %Y, %H:%M} UTC" if last_read.year > _BEFORE_FEEDS else ""
    return Card(
        title="No feed can be read",
        sections=(
            Section(
                None,
                (
                    (Text(f"The last ten feeds that were polled all failed, and none was read{since}."),),
                    (Text("That is rather the bot's own network, its name server or a proxy than each outlet."),),
                    (Text("claimwatch feeds list", "code"), Text(" shows the errors. All are tried again.")),
                ),
            ),
        ),
    )


def works_again(feed: Feed) -> Card:
    """It can be read again, after that was told."""
    return _card(feed, "can be read again", (Text("Nothing is left to do."),))


def quiet(feed: Feed) -> Card:
    """It has had nothing new for much longer than it used to."""
    since = f" since {_day(feed.last_new_at)}" if feed.last_new_at else ""
    return _card(
        feed,
        "fell quiet",
        (Text(f"It can be read, but has had no new story{since}. Perhaps the outlet has a new address for it."),),
        *_commands(feed, test="shows what is read", pause="leaves it alone"),
    )


def speaks_again(feed: Feed) -> Card:
    """It has new stories again, after it was told that it fell quiet."""
    return _card(feed, "has new stories again", (Text("Nothing is left to do."),))


def gone(feed: Feed) -> Card:
    """The outlet withdrew it for good."""
    if feed.configured:
        do: Line = (Text("Take it out of config.toml, or put its new address there."),)
    else:
        do = (Text(f"!feed remove {feed.id}", "code"), Text(" takes it out, "), *_resume(feed))
    return _card(
        feed, "is gone", (Text("The server says that it was withdrawn for good (410); it is polled no more."),), do
    )


def _resume(feed: Feed) -> Line:
    return Text(f"!feed resume {feed.id}", "code"), Text(" tries it again.")


def moved(feed: Feed, there: str) -> Card:
    """It was given its new address."""
    return _card(feed, "has moved", (Text("Its address is now "), _address(there), Text(". Nothing is left to do.")))


def moved_in_config(feed: Feed, there: str) -> Card:
    """It is fetched at its new address, which config.toml does not know."""
    return _card(
        feed,
        "has moved",
        (Text("It is now at "), _address(there), Text(", and is read there. Change its url in config.toml.")),
    )


def moved_to_other(feed: Feed, there: str, other: int) -> Card:
    """It moved to the address of another feed."""
    where = "Take it out of config.toml" if feed.configured else f"Take it out with !feed remove {feed.id}"
    return _card(
        feed,
        f"is the same as feed {other}",
        (Text("It has moved to "), _address(there), Text(f", which is feed {other}. {where}.")),
    )


def _card(feed: Feed, what: str, *lines: Line) -> Card:
    name = feed.outlet or feed.title or redact(feed.url)
    return Card(title=f"Feed {feed.id} {what}: {name}", sections=(Section(None, ((_address(feed.url),), *lines)),))


def _address(url: str) -> Text:
    return Text(redact(url), "dim")


def _commands(feed: Feed, **does: str) -> tuple[Line, ...]:
    return tuple((Text(f"!feed {name} {feed.id}", "code"), Text(f" {what}.")) for name, what in does.items())


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"
