"""A transfer as one unit tells of it: what the frames find and the claims are made of."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Phase, Weapon


@dataclass(frozen=True, slots=True)
class Mention:
    """A transfer as one unit tells it. `at` is the token of its nucleus, `start` and `end` the tokens it takes in."""

    rule: str
    at: int
    start: int
    end: int
    suppliers: tuple[str, ...]
    recipients: tuple[str, ...]
    weapons: tuple[Weapon, ...]
    phase: Phase
    negated: bool
    subject: tuple[str, ...] = ()  # who acts in it: the supplier, the buyer, whoever halts or asks
    group: bool = False  # the recipient is an armed group that is named elsewhere
    frame: str = "give"
    open_subject: bool = False  # "the ministry", "the kingdom" acts in it: somebody whom another unit names
    undirected: bool = False  # a deal of two, of whom it is not told who sells
    general: bool = False  # all that goes abroad, whoever gets it: "has banned arms exports"
    makers: tuple[str, ...] = ()  # whose its named systems are
    abroad: bool = False  # the goods leave the country, though nobody says whereto
    group_noun: str = ""  # what the group is called that is named elsewhere: "rebels"
    noun: str = ""  # the noun that tells of it: "licences"
    meant: bool = False  # bare weapons "for" somebody: not yet given
