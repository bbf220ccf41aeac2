"""Completes mentions from each other: a party that one sentence leaves out is the one that another names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bot.detect.mention import Mention
from bot.model import Weapon

Parties = tuple[str, ...]

TRANSIT = "transit+"
"""Before the rule of arms that only pass through a state, so that who denies it is not their supplier."""

NOUN_RULES = frozenset({"sale", "deal", "weapons to", "weapons for"})
"""Rules of a noun, whose subject is not who supplies."""


@dataclass(slots=True)
class _Told:
    """The dyads that a story tells whole, the first for each party."""

    recipients_of: dict[str, Parties] = field(default_factory=dict)
    suppliers_of: dict[str, Parties] = field(default_factory=dict)
    suppliers: set[Parties] = field(default_factory=set)
    recipients: set[Parties] = field(default_factory=set)
    directed: dict[str, Parties] = field(default_factory=dict)  # recipient → suppliers, but from deals
    first: Mention | None = None

    def add(self, mention: Mention) -> None:
        self.first = self.first or mention
        self.suppliers.add(mention.suppliers)
        self.recipients.add(mention.recipients)
        for code in mention.suppliers:
            self.recipients_of.setdefault(code, mention.recipients)
        for code in mention.recipients:
            if mention.frame != "deal":
                self.directed.setdefault(code, mention.suppliers)
            self.suppliers_of.setdefault(code, mention.suppliers)


@dataclass(frozen=True, slots=True)
class Cast:
    """Whom a story is about, where it tells so otherwise than by its mentions."""

    home: str | None  # its first actor that no preposition holds
    denier: str | None  # the only one who denies
    label: str | None  # whom a label before its headline names
    accused: str | None  # the only one who is accused, blamed or sanctioned
    actors: frozenset[str]  # everybody it names
    states: frozenset[str]  # those of them that are states, but for capitals that something is only said in
    foes: tuple[frozenset[str], ...]  # who don't arm each other


def completed(found: list[list[Mention]], cast: Cast) -> list[list[Mention]]:
    """The mentions of each unit with the parties filled in that others tell; those that stay too open are dropped."""
    if not any(m.suppliers and m.recipients for of_unit in found for m in of_unit):
        deals = [m for of_unit in found for m in of_unit if m.frame == "deal" and m.suppliers and not m.recipients]
        sold = any(m.suppliers != m.subject and not set(m.suppliers) & set(m.makers) for m in deals)
        found = [
            [_with_maker(m, cast) if not sold and (m.recipients or m.frame == "deal") else m for m in of_unit]
            for of_unit in found
        ]
    mentions = [mention for of_unit in found for mention in of_unit]
    told = _Told()
    for mention in mentions:
        if (
            mention.suppliers
            and mention.recipients
            and mention.frame != "bare"
            and not mention.rule.endswith("+request")
        ):
            told.add(mention)
    known = set(told.recipients)
    if told.first is None and (together := _put_together(mentions)):
        told.add(together)
    weapons: tuple[Weapon, ...] = ()
    kept: list[list[Mention]] = []
    for of_unit in found:
        kept.append([])
        for mention in of_unit:
            if mention.rule.startswith(TRANSIT):
                kept[-1].append(mention)
                continue
            filled = _with_other(_filled(_asked_for(_turned(mention, told), told), told, cast), cast)
            if mention.recipients or mention.rule != "arrival":  # else whom it reached is only guessed
                filled = _with_only_state(_with_maker(filled, cast), cast)
            filled = _with_asker(_with_only_receiver(filled, cast))
            if filled.frame != "arm":  # "them" are the weapons that were spoken of before; to arm says nothing of which
                weapons = filled.weapons or weapons
                filled = replace(filled, weapons=weapons)
            if _stands(filled, known) and not _is_of_foe(filled, cast):
                kept[-1].append(filled)
    return kept


def _put_together(mentions: Iterable[Mention]) -> Mention | None:
    """One mention has only the supplier, another only the recipient: they tell of one transfer."""
    supplied = next((m for m in mentions if m.suppliers and not m.recipients), None)
    received = next((m for m in mentions if m.recipients and not m.suppliers), None)
    if supplied and received and not set(supplied.suppliers) & set(received.recipients):
        return replace(supplied, recipients=received.recipients)
    return None


def _turned(mention: Mention, told: _Told) -> Mention:
    """ "Iraq denies arms contract with Iran" does not tell who sells; where another sentence does, it is so."""
    if mention.frame == "deal" and not mention.suppliers and len(mention.recipients) == 1:
        bought = told.recipients_of.get(mention.recipients[0])  # "no deal with Iran", who sold
        return replace(mention, suppliers=mention.recipients, recipients=bought) if bought else mention
    if mention.frame != "deal" or len(mention.suppliers) != 1 or len(mention.recipients) != 1:
        return mention
    if told.directed.get(mention.suppliers[0]) == mention.recipients:
        return replace(mention, suppliers=mention.recipients, recipients=mention.suppliers)
    return mention


def _asked_for(mention: Mention, told: _Told) -> Mention:
    """ "Turns down Berlin's request for shells": whom they are for may be another, as the story tells elsewhere."""
    if not mention.rule.endswith("+request") or len(mention.suppliers) != 1:
        return mention
    recipients = told.recipients_of.get(mention.suppliers[0], mention.recipients)
    return replace(mention, recipients=recipients)


def _filled(mention: Mention, told: _Told, cast: Cast) -> Mention:
    if mention.open_subject and cast.home:
        mention = _acting(mention, cast.home)
    if (mention.suppliers and (mention.recipients or mention.general)) or (
        mention.frame == "seize" and mention.recipients
    ):
        return mention
    if mention.suppliers:
        recipients = next((told.recipients_of[code] for code in mention.suppliers if code in told.recipients_of), None)
        others = [parties for parties in told.recipients if set(parties).isdisjoint(mention.suppliers)]
        if recipients is None and len(others) == 1 and (len(told.recipients) == 1 or mention.negated):
            recipients = others[0]
        if recipients and not set(recipients) & set(mention.suppliers):
            return replace(mention, recipients=recipients)
    elif mention.recipients:
        suppliers = next((told.suppliers_of[code] for code in mention.recipients if code in told.suppliers_of), None)
        if suppliers is None and len(told.suppliers) == 1:
            suppliers = next(iter(told.suppliers))
        if suppliers and not set(suppliers) & set(mention.recipients):
            return replace(mention, suppliers=suppliers)
    elif told.first:
        return replace(mention, suppliers=told.first.suppliers, recipients=told.first.recipients)
    if cast.accused and not mention.suppliers and mention.frame != "get" and cast.accused not in mention.recipients:
        return replace(mention, suppliers=(cast.accused,))
    return _with_home(mention, cast.home, cast.foes)


def _acting(mention: Mention, home: str) -> Mention:
    """ "The kingdom has bought …", "the ministry halted sales": who the story is about acts."""
    if mention.frame == "get" and not mention.recipients and home not in mention.suppliers:
        return replace(mention, recipients=(home,))
    if mention.frame in {"give", "arm"} and not mention.suppliers and home not in mention.recipients:
        return replace(mention, suppliers=(home,))
    return mention


def _with_home(mention: Mention, home: str | None, foes: tuple[frozenset[str], ...]) -> Mention:
    if home is None:
        return mention
    if mention.frame in {"get", "arrive"} and not mention.recipients and home not in mention.suppliers:
        return replace(mention, recipients=(home,))
    untold = mention.recipients and not mention.suppliers and mention.frame != "seize"
    open_phase = mention.phase != "delivered" or mention.negated
    if any(home in sides and sides & set(mention.recipients) for sides in foes):
        return mention
    if untold and home not in {*mention.recipients, "UN"} and open_phase:
        return replace(mention, suppliers=(home,))
    return mention


def _with_other(mention: Mention, cast: Cast) -> Mention:
    """Who denies a transfer is a party to it; "Ukraine war: U.S. to send rockets" says whereto."""
    if not mention.suppliers and mention.frame in {"give", "arm", "arrive"} and mention.recipients and cast.denier:
        return mention if cast.denier in mention.recipients else replace(mention, suppliers=(cast.denier,))
    if mention.recipients or not mention.suppliers or mention.group:
        return mention
    if mention.rule == "weapons of" and (cast.denier is None or cast.denier in {*cast.states, "MEDIA", "UN"}):
        return mention  # an armed group that denies having them is who would have got them
    other = cast.denier or (cast.label if mention.rule not in NOUN_RULES else None)
    return replace(mention, recipients=(other,)) if other and other not in mention.suppliers else mention


def _with_only_state(mention: Mention, cast: Cast) -> Mention:
    """Who supplies where a story names one state beside the receivers: "Jordan says the rifles were sold to Peru"."""
    others = cast.states - set(mention.recipients)
    asked = mention.rule.startswith("ask+")  # who wants it ended is not who supplies
    if asked or mention.suppliers or not mention.recipients or mention.frame in {"get", "seize", "use"}:
        return mention
    if len(others) != 1:
        return mention
    if set(mention.makers) & set(mention.recipients):
        return mention  # a state buys from its own makers
    if any(others & foes and foes & set(mention.recipients) for foes in cast.foes):
        return mention
    return replace(mention, suppliers=tuple(others), rule=f"{mention.rule}+only state")


def _with_only_receiver(mention: Mention, cast: Cast) -> Mention:
    """Whom somebody says they gave nothing, where the story names one state beside them."""
    others = cast.states - set(mention.suppliers)
    whole = mention.recipients or not mention.suppliers or mention.group or mention.general
    if whole or not mention.negated or len(others) != 1 or len(cast.states) != 2:
        return mention
    return replace(mention, recipients=tuple(others), rule=f"{mention.rule}+only state")


def _with_asker(mention: Mention) -> Mention:
    """Who asks for arms that nobody is named to get wants them: "Kyiv's first lady urges Berlin to supply tanks"."""
    asked = mention.rule.startswith("ask+") and mention.suppliers and not mention.recipients and not mention.group
    if asked and mention.subject and not set(mention.subject) & {*mention.suppliers, "UN", "EU", "NATO"}:
        return replace(mention, recipients=mention.subject[:1])
    return mention


def _with_maker(mention: Mention, cast: Cast) -> Mention:
    """Who makes a named system sells it to whoever buys it; "F-16s for Taiwan" where they or nobody else is named."""
    if len(mention.makers) != 1:
        return mention
    if mention.undirected and mention.makers[0] in mention.recipients and mention.suppliers:
        rule = f"{mention.rule}+maker"  # "Sylvania and Freedonia sign letter of intent on …"
        return replace(mention, suppliers=mention.recipients, recipients=mention.suppliers, rule=rule)
    if mention.negated and cast.home and cast.home not in mention.recipients and mention.frame != "get":
        return mention  # "Amman: not one Patriot was passed on" is about Amman's
    if mention.frame == "deal" and mention.suppliers == mention.subject and not mention.recipients:
        if mention.suppliers and mention.makers[0] not in mention.suppliers:  # "Manila walks away from Mi-17 deal"
            return replace(
                mention, suppliers=mention.makers, recipients=mention.suppliers, rule=f"{mention.rule}+maker"
            )
        return mention
    if mention.frame == "get" and not mention.suppliers and mention.makers[0] in mention.recipients[:2]:
        buyers = tuple(code for code in mention.recipients if code != mention.makers[0])
        if buyers:  # "India, Russia sign for S-400 missiles"
            return replace(mention, suppliers=mention.makers, recipients=buyers, rule=f"{mention.rule}+maker")
    if mention.suppliers or not mention.recipients or mention.makers[0] in mention.recipients:
        return mention
    others = cast.states - {mention.makers[0], *mention.recipients}
    named = (mention.makers[0] in cast.actors and len(others) < 2) or cast.actors <= {*mention.recipients}
    if mention.frame in {"get", "deal"} or mention.rule == "order" or named:
        return replace(mention, suppliers=mention.makers, rule=f"{mention.rule}+maker")
    return mention


def _is_of_foe(mention: Mention, cast: Cast) -> bool:
    """Whether a state uses what its foe made, which it has from elsewhere: "Ukraine fires Russian-made rockets"."""
    sides = {*mention.suppliers, *mention.recipients}
    return mention.frame == "use" and any(len(sides & foes) > 1 for foes in cast.foes)


def _stands(mention: Mention, known: set[tuple[str, ...]]) -> bool:
    """Whether enough is known: a purchase needs a seller, "Iranian drones" a receiver, a sale somebody abroad."""
    if not mention.suppliers and mention.makers and set(mention.makers) <= set(mention.recipients):
        return False  # a state buys from its own makers
    if mention.frame == "get":
        return bool(mention.suppliers)
    if mention.frame == "bare":
        halted = (
            mention.phase == "stopped" and "licen" in mention.noun and bool(mention.suppliers and mention.recipients)
        )
        return halted or mention.recipients in known
    if mention.frame in {"deal", "supplier", "use", "boost"} or mention.rule == "weapons of":
        return bool(mention.suppliers and mention.recipients)
    if not mention.recipients and mention.phase != "stopped" and not mention.negated:
        return mention.abroad or (mention.group and bool(mention.suppliers))
    return bool(mention.suppliers or mention.recipients)
