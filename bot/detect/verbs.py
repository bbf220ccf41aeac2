"""Transfers whose nucleus is a verb: who supplies, arms, receives, loads or seizes what."""

from __future__ import annotations

from dataclasses import replace

from bot.detect.clauses import LETTING, clause, is_passive
from bot.detect.getting import getting
from bot.detect.giving import arming, giving
from bot.detect.goods import (
    DEPLOYED,
    FIRING,
    are_craft,
    carries,
    categories,
    makers,
    meant_for,
    names_goods,
    one_list,
)
from bot.detect.mention import Mention
from bot.detect.nucleus import Nucleus
from bot.detect.origins import origin, possessor, vessel_of
from bot.detect.parties import FROM, TO, bound, for_group, object_of, role
from bot.detect.phrases import TransferWord
from bot.detect.subjects import subject_of
from bot.detect.text import Token, words

_REACH = 14  # tokens: how far goods may stand from their nucleus
_SHIPPED = words(
    "shipment shipments cargo smuggled smuggling bound ship boat vessel dhow truck container consignment parts from"
)
_GONE = words("gone went go going")
_UNDER_WAY = frozenset({"on its way", "on their way", "on the way", "on way", "en route"})
_HAD = words("needed needs need wanted wants fired fires uses used has had received receives bought ordered")
_TAKEN = words("captured seized destroyed burnt trophy trophies abandoned")
_FREIGHT = words("container containers port cargo freighter dhow ship vessel truck trucks airport lorry lorries hold")
_LEAVING = words("leave leaves left leaving")
_FRESH = words("first new batch latest long-awaited final last promised delivery batteries battery shipment")
_CRAFT = words("plane planes aircraft")


def verb_mention(row: list[Token], i: int, word: TransferWord, arms: list[int]) -> Mention | None:
    """The transfer that the verb at `i` tells of, if it is one."""
    left, right = clause(row, i)
    goods = [
        j
        for j in arms
        if left <= j < right and abs(j - i) <= _REACH and not (meant_for(row, j) or carries(row, j) or _is_ban(row[j]))
    ]
    behind = one_list(row, [j for j in goods if j < i][::-1])[::-1]
    ahead = one_list(row, [j for j in goods if j > i])
    passive = is_passive(row, i, word, left) and not (word.rule == "carry" and ahead)  # "the Y-20 carried rifles"
    nucleus = Nucleus(row, i, word, left, right, behind, ahead, passive)
    if word.rule == "carry" and behind and not ahead and not passive:
        return _arrive(nucleus)  # "rifles move to the rebels"
    return _FRAMES[word.frame](nucleus)


def _is_ban(token: Token) -> bool:
    """Whether it is a ban on arms and no arms: "extends the arms embargo"."""
    noun = token.tags.get("noun")
    return noun is not None and noun.frame == "embargo"


def _arrive(n: Nucleus) -> Mention | None:
    """ "Iranian drones reached Russia", "10,000 of them have gone to Russia"."""
    under_way = n.row[n.at].low in _UNDER_WAY and bool(role(n.row, n.at, n.right, words("from")))
    goods = [j for j in n.behind if (n.at - j <= 7 or under_way or _goes_on(n.row, j)) and n.row[j].low not in _CRAFT]
    clause_words = {token.low for token in n.row[n.left : n.right]}
    harmless = {"unspecified", "air-defence", "armour", "artillery", "small-arms", "ships"} & set(
        categories(n.row, goods)
    )
    fresh = bool(clause_words & _FRESH)  # "first Rafales land in Sylvania"
    none = any(token.low == "none" for token in n.row[n.left : n.at])  # "none went to Sylvania either"
    if not goods and not none and not names_goods(n.row, n.left, n.at):
        return None
    if clause_words & FIRING and not (harmless or fresh):
        return None
    if are_craft(n.row, goods) and clause_words & DEPLOYED and not fresh:
        return None
    verb = n.row[n.at].low
    ends_up = {"with"} if verb.startswith("end") else set()
    recipients = role(n.row, n.at, min(n.right, n.at + 6), words("to into in at") | ends_up)
    if verb.startswith(("reach", "fall", "fell", "cross")):
        direct = object_of(n.row, n.at, n.right)[1]
        through = verb.startswith("cross") and direct and recipients  # "cross Sylvania into Freedonia"
        if verb.startswith("cross") and not recipients and not harmless:
            return None  # "missile crosses Sylvania"
        recipients = recipients if through else direct or role(n.row, n.at, min(n.right, n.at + 6), words("to"))
    if not recipients and goods:
        recipients = role(n.row, goods[-1], n.at, TO)
    away = role(n.row, n.at, min(n.right, n.at + 8), words("from"))
    if verb in _LEAVING:  # "containers of rockets have left Freedonia for Sylvania"
        away, recipients = object_of(n.row, n.at, n.right)[1], n.role(words("for"))
        if not away or not recipients:
            return None
    if not away:  # "howitzers from South Korea arrived", "shipments from Iran on their way to …"
        away = role(n.row, goods[-1] if goods else n.left, n.at, words("from"))
    suppliers = away or origin(n.row, goods, n.left) or _letting(n)
    recipients = recipients or _needed_by(n, goods)
    if away and not recipients and "components" in categories(n.row, goods):
        recipients = role(n.row, goods[0], n.at, words("in"))  # "engines in Sylvania's missiles came from Freedonia"
    from_us = [token.low for token in n.row[n.at + 1 : n.at + 3]] == ["from", "us"]
    if (away or from_us) and goods and not recipients:
        # "Sylvania's shells come from Freedonia", "the arms of the rebels come from …"
        whose = possessor(n.row, goods[0], n.left) or role(n.row, goods[-1], n.at, words("of"))
        recipients = tuple(code for code in whose if code not in away)
    if fresh and goods and not recipients:  # "Sylvania's first Freedonian jets touch down"
        whose, built = possessor(n.row, goods[0], n.left), makers([n.row[j] for j in goods])
        recipients = whose if built and not set(built) & set(whose) else ()
        suppliers = built if recipients else suppliers
    group = n.any_behind("group", 6)
    told = bool(recipients or group) and bool(goods or suppliers or none or verb in _GONE)
    here = away or (suppliers if verb.startswith(("arriv", "due")) else ())
    if not told and (recipients or not here):
        return None
    recipients = for_group(n.row, n.at, n.right) or recipients
    flows = verb.startswith("flow") and bool(harmless)
    if verb.startswith(("land", "f", "come", "came", "cross")) and not suppliers and not flows:
        suppliers = makers([n.row[j] for j in goods]) if harmless or fresh else ()
        into = role(n.row, n.at, min(n.right, n.at + 6), TO)
        if not suppliers and not from_us and not (harmless and into and verb.startswith("cross")):
            return None  # a missile that lands somewhere was fired
    return n.mention(suppliers, recipients, goods, (), group)


def _letting(n: Nucleus) -> tuple[str, ...]:
    """Who lets the goods go: "Freedonia lets missiles go to Sylvania"."""
    j = next((j for j in range(n.at - 1, max(n.left, n.at - 7), -1) if n.row[j].low in LETTING), None)
    if j is not None and any(token.low in {"where", "how", "whether"} for token in n.row[j : n.at]):
        return ()  # "lets inspectors see where the shells go"
    return subject_of(n.row, j, n.left)[1] if j is not None else ()


def _needed_by(n: Nucleus, goods: list[int]) -> tuple[str, ...]:
    """Who has what came: "the shells that Sylvania needed came from Freedonia"."""
    j = goods[-1] + 1 if goods else n.at
    if j + 2 >= n.at or n.row[j].low not in {"that", "which"}:
        return ()
    at, codes = object_of(n.row, j, n.at)
    return codes if at + 1 < n.at and n.row[at + 1].low in _HAD else ()


def _goes_on(row: list[Token], j: int) -> bool:
    """Whether a clause about the weapon follows it: "rockets that the rebels fired came from …"."""
    behind = row[j + 1] if j + 1 < len(row) else None
    return behind is not None and (behind.low in {"that", "which"} or "verb" in behind.tags)


def _load(n: Nucleus) -> Mention | None:
    """ "A Sylvanian ship loaded arms in Freedonia": the ship's state receives, whoever holds the port supplies."""
    goods = n.ahead or n.behind
    if not goods and n.row[min(n.at + 1, n.right - 1)].low in {"it", "her", "them"}:  # "Iran had loaded it for …"
        subject, into = n.subject()[1], n.role(words("for to"))
        return n.mention(subject, into, []) if subject and into else None
    if not goods:
        return None
    into, port = n.role(TO), n.role(words("in at near"))
    vessel = vessel_of(n.row, n.left, n.at)
    if vessel:
        suppliers, recipients = port, into or vessel
    else:
        own = n.subject()[1] if into or n.row[n.at].low == "loading" else ()
        suppliers, recipients = own or port, into
    return n.mention(suppliers, recipients, goods) if suppliers or recipients else None


def _unload(n: Nucleus) -> Mention | None:
    """ "A Freedonian warship unloads arms in Sylvania"."""
    vessel, port = vessel_of(n.row, n.left, n.at), n.role(words("in at near"))
    if not n.ahead or not vessel or set(vessel) == set(port):
        return None
    return n.mention(vessel, port, n.ahead)


def _find(n: Nucleus) -> Mention | None:
    """ "Officials found rifles on a Freedonian plane": whose it is supplies; what lay in a port goes no further."""
    vessel = vessel_of(n.row, n.at + 1, n.right)
    suppliers = vessel or _brought(n)
    if not n.ahead or any(token.low == "that" for token in n.row[n.at : n.ahead[0]]):
        return None
    if not suppliers or vessel_of(n.row, n.at + 1, n.ahead[0]):
        return None
    found = n.mention(suppliers, (), [j for j in n.ahead if n.row[j].low not in _CRAFT])
    return found if vessel else replace(found, phase="stopped")


def _brought(n: Nucleus) -> tuple[str, ...]:
    """Whom what was found in a port or a cargo is from: "finds rockets from Freedonia in containers"."""
    if not n.ahead or not any(token.low in _FREIGHT for token in n.row[n.at : n.right]):
        return ()
    return role(n.row, n.ahead[-1], n.right, words("from")) or origin(n.row, n.ahead, n.at)


def _seize(n: Nucleus) -> Mention | None:
    goods = n.ahead or n.behind
    if not goods or abs(goods[0] - n.at) > 10:
        return None
    shipped = _SHIPPED | {"meant", "destined", "intended", "headed"}
    if are_craft(n.row, goods) and not any(token.low in shipped for token in n.row[n.left : n.right]):
        return None  # a missile that is intercepted was fired, a plane that is seized was captured
    away = words("from") if n.passive else FROM
    holder = n.role(away)
    if holder and all(len(code) > 2 for code in holder):
        return None  # "seized from the rebels": they had them
    suppliers = n.role(away) or role(n.row, goods[0], n.at, away) or origin(n.row, goods, n.left)
    recipients = bound(n.row, n.left, n.right) or n.role(TO) or role(n.row, goods[0], n.at, TO)
    subject = n.role(words("by")) if n.passive else n.subject()[1]
    return n.mention(suppliers, recipients, goods, subject) if suppliers or recipients else None


def _use(n: Nucleus) -> Mention | None:
    """ "Russia fired Iranian-made drones": a foreign weapon in use was delivered."""
    relative = not n.passive and not n.ahead[:1] and n.behind and n.subject()[0] > n.behind[-1]
    goods = n.behind if n.passive or relative else n.ahead[:1]  # "the Freedonian missile that the rebels fired"
    if not goods or abs(goods[-1] - n.at) > 6:
        return None
    suppliers = origin(n.row, goods, n.left, told=True)
    recipients = n.role(words("by")) if n.passive else n.subject()[1]
    if not suppliers or len(recipients) != 1 or set(suppliers) & set(recipients):
        return None
    if any(token.low in _TAKEN for token in n.row[n.left : n.right]):
        return None  # "parades captured Freedonian tanks"
    return n.mention(suppliers, recipients, goods)


def _boost(n: Nucleus) -> Mention | None:
    """ "The U.S. bolsters Sylvania's air defences": with weapons of its own."""
    _, subject = n.subject()
    recipients = origin(n.row, n.ahead[:1], n.at)
    if not n.ahead or not subject or not recipients or set(subject) & set(recipients):
        return None
    return n.mention(subject, recipients, n.ahead, subject)


_FRAMES = {
    "boost": _boost,
    "use": _use,
    "give": giving,
    "arm": arming,
    "get": getting,
    "arrive": _arrive,
    "load": _load,
    "unload": _unload,
    "find": _find,
    "seize": _seize,
}
