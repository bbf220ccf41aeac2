"""What to try when nothing was found."""

from __future__ import annotations

from bot.detect.lexicon import Lexicon
from bot.model import Query
from bot.queries.language import nearest


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
