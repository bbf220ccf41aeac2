"""What to try: when nothing was found, or to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.detect.lexicon import Lexicon
from bot.errors import UserError
from bot.model import Case, Query, Subscription
from bot.queries.language import nearest, parse
from bot.store import Connection
from bot.store.ask import page_of_cases


def wider(command: str, query: Query, lexicon: Lexicon) -> list[tuple[str, str]]:
    """Hints with the command to try for each: another spelling for a word that may be a name, then fewer conditions."""
    terms = [term for clause in query.clauses for term in clause]
    texts = [term.value for term in terms if term.field == "text" and not term.negated]
    names = [(text, nearest(text, lexicon.actor_words())) for text in texts]
    tries = [
        (f"“{text}” was looked for as a word. If an actor was meant", f"!{command} {name}")
        for text, name in names
        if name
    ]
    actor = next((t.value for t in terms if t.field in ("actor", "from", "to", "by") and not t.negated), None)
    if actor and len(terms) > 1:
        tries.append((f"All about {lexicon.name(actor)}", f"!{command} {actor.lower()}"))
    tries.append(("The newest of all", f"!{command}") if terms else ("How it works", "!help"))
    return tries


def as_term(code: str, lexicon: Lexicon) -> str:
    """An actor as a query names it: by its name, since codes such as BY, IN and IT are words too."""
    name = lexicon.name(code).lower()
    return name if name.isalpha() else f'"{name}"'


def newest_fitting(
    connection: Connection, subscriptions: Sequence[Subscription], lexicon: Lexicon, now: datetime
) -> tuple[Case, Subscription] | None:
    """The newest case that fits one of these subscriptions, with which one; None: none does."""
    fitting: list[tuple[Case, Subscription]] = []
    for one in subscriptions:
        try:
            query = parse(one.query, lexicon, now)
        except UserError:  # the rules of now can't read it, as !alerts list says
            continue
        fitting += [(case, one) for case in page_of_cases(connection, query, limit=1)]
    return max(fitting, key=lambda pair: (pair[0].last_at, pair[0].id), default=None)
