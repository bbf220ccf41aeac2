"""Transfers whose nucleus is a verb: who supplies, arms, receives, loads or seizes what."""

from __future__ import annotations

from bot.detect.clauses import before, clause, is_passive
from bot.detect.goods import (
    PREPOSITIONS,
    carries,
    categories,
    goes_abroad,
    makers,
    meant_for,
    names_goods,
    one_list,
    weapon,
)
from bot.detect.mention import Mention
from bot.detect.nucleus import Nucleus
from bot.detect.parties import (
    FROM,
    TO,
    actor,
    bound,
    describes_arms,
    loose_object,
    maker,
    object_of,
    origin,
    pronoun_object,
    role,
    vessel_of,
)
from bot.detect.phrases import TransferWord
from bot.detect.subjects import thanked_by
from bot.detect.text import Token, words

_REACH = 14  # tokens: how far goods may stand from their nucleus
# A weapon sent there is deployed, not handed over.
DEPLOYED = words(
    "airspace border skies near around strait across drill drills patrol patrols coast waters towards toward close "
    "over through exercise exercises deploy deploys deployed deployment scramble scrambles scrambled carrier message"
)
FIRING = words(
    "fire fired fires firing launch launched launches launching strike strikes struck hit hits attack attacked attacks "
    "shot shoots rain rained pound pounded target targeted explode exploded land lands landed crash crashed kill "
    "killed kills"
)
_SHIPPED = words(
    "shipment shipments cargo smuggled smuggling bound ship boat vessel dhow truck container consignment parts from"
)
_FORCES = words("forces army troops military junta militia rebels fighters")
_USED = words("fired used launched flown operated")
_NONE = words("none nothing")
_GONE = words("gone went go going")
_UNDER_WAY = frozenset({"on its way", "on their way", "on the way", "en route"})
_MOVING = words("aircraft ships drones armour missiles")
_CRAFT = words("plane planes aircraft")


def verb_mention(row: list[Token], i: int, word: TransferWord, arms: list[int]) -> Mention | None:
    """The transfer that the verb at `i` tells of, if it is one."""
    left, right = clause(row, i)
    goods = [
        j for j in arms if left <= j < right and abs(j - i) <= _REACH and not meant_for(row, j) and not carries(row, j)
    ]
    behind = one_list(row, [j for j in goods if j < i][::-1])[::-1]
    ahead = one_list(row, [j for j in goods if j > i])
    passive = is_passive(row, i, word, left) and not (word.rule == "carry" and ahead)  # "the Y-20 carried rifles"
    return _FRAMES[word.frame](Nucleus(row, i, word, left, right, behind, ahead, passive))


def _arm(n: Nucleus) -> Mention | None:
    _, subject = n.subject()
    if n.passive:
        suppliers, recipients = n.role(FROM), subject
    else:
        suppliers = subject
        recipients = object_of(n.row, n.at, n.right)[1] or loose_object(n.row, n.at, n.right)
    group = n.any_behind("group", 5)
    if not n.passive and not recipients and not group:
        return None
    with_what = any(token.low == "with" for token in n.row[n.at : n.right])
    if n.word.weak and not (n.ahead and _is_with(n.row, n.at, n.ahead[0])):
        return None  # "helps Sylvania", "helps Sylvania with talks on missiles"
    return n.mention(suppliers, recipients, n.ahead if with_what else [], subject, group)


def _is_with(row: list[Token], i: int, goods: int) -> bool:
    """Whether "with" is the last preposition before the goods: "helps Sylvania with 30 old tanks"."""
    last = next((row[j].low for j in range(goods - 1, max(i, goods - 6), -1) if row[j].low in PREPOSITIONS), None)
    return last == "with"


def _give(n: Nucleus) -> Mention | None:
    return _given(n) if n.passive else _gives(n)


def _given(n: Nucleus) -> Mention | None:
    """ "drones were sent to …", "weapons supplied by …", "rebels were given rifles"."""
    into, away = n.role(TO), n.role(FROM)
    subject_at, subject = n.subject()
    goods = n.behind or n.ahead
    suppliers = away or origin(n.row, n.behind[-1:], n.left) or origin(n.row, n.behind, n.left)
    recipients = into
    if not into and n.ahead and not n.behind and n.at - subject_at <= 4:
        recipients = subject
    recipients = recipients or bound(n.row, n.left, n.right)
    if not goods and not (names_goods(n.row, n.left, n.at) and (into or away)):
        return None
    return n.mention(suppliers, recipients, goods, suppliers, n.any_behind("group", 12))


def _gives(n: Nucleus) -> Mention | None:
    into = n.role(TO)
    if n.word.rule == "carry" and (not into or "ing" in n.word.forms):
        return None  # "a dhow carrying rifles" is not who supplies
    object_at, direct = object_of(n.row, n.at, n.right)
    group = n.any_behind("group", 12)
    goods = n.ahead
    if not goods or goods[0] - n.at > 9:
        near = n.behind and not (n.word.weak and len(before(n.row, n.at, n.behind[-1])) > 6)
        forces = direct and any(token.low in _FORCES for token in n.row[n.at + 1 : min(n.at + 5, n.right)])
        of_them = any(
            n.row[j - 1].low in {"of", "the"} and n.row[j].low in {"them", "those", "type"}
            for j in range(n.at + 2, min(n.at + 9, n.right))
        )
        named = of_them or names_goods(n.row, n.at + 1, min(n.at + 3, n.right))
        if (named and (into or direct)) or n.any_behind("group", 4) or (forces and not n.word.weak):
            goods = []
        elif near and (into or direct or group) and _is_relative(n):
            goods = n.behind  # "the drones that Iran sent"; goods that stand as the subject send nothing
        elif n.row[n.at].low.endswith("guns") and into:
            goods = []  # "running guns to"
        elif n.at + 1 < n.right and n.row[n.at + 1].low in _NONE:
            goods = []  # "will send none": of what was told before
        else:
            return None
    if n.word.weak and goods is n.ahead and goods and _is_instrument(n.row, n.at, goods[0]):
        return None
    _, subject = n.subject()
    if direct and describes_arms(n.row, object_at) and (into or _is_adjective(n.row, object_at)):
        direct = ()
    recipients = (
        direct
        or into
        or _fired_by(n, goods)
        or thanked_by(n.row, n.at, n.left)
        or pronoun_object(n.row, n.at, n.left, n.right, subject)
    )
    away = n.role(words("from"))
    carried = any(token.low in {"which", "that"} for token in n.row[max(n.left, n.at - 3) : n.at])
    if carried and away and into:
        subject = ()  # "the Antonov, which was bringing fighters from Kazakhstan to North Korea"
    suppliers = subject or away or origin(n.row, goods, n.at if goods is n.ahead else n.left)
    unsaid = n.word.weak and not recipients and not group and not goes_abroad(n.row, n.left, n.right)
    if unsaid and (not suppliers or (n.word.rule == "send" and _are_craft(n.row, goods))):
        return None
    if n.word.rule == "send" and any(token.low in DEPLOYED for token in n.row[n.at : n.right]):
        return None
    return n.mention(suppliers, recipients, goods, subject, group)


def _fired_by(n: Nucleus, goods: list[int]) -> tuple[str, ...]:
    """Who used what was given: "supplied the missile fired by the Houthis"."""
    after = goods[-1] + 1 if goods else n.right
    if after + 1 < n.right and n.row[after].low in _USED and n.row[after + 1].low == "by":
        return role(n.row, after, n.right, words("by"))
    return ()


def _is_instrument(row: list[Token], i: int, goods: int) -> bool:
    """ "hands the visitors a defeat with a rocket": behind "with" stand goods only where the receiver is before it."""
    j = next((j for j in range(i + 2, goods) if row[j].low == "with"), None)
    before = row[j - 1] if j else None
    receivers = {"actor", "group", "office", "country"}
    return before is not None and before.text.islower() and not receivers & before.tags.keys()


def _is_relative(n: Nucleus) -> bool:
    """Whether a subject stands between the goods and the verb: "the drones that Iran sent", "launchers it gave"."""
    at, codes = n.subject()
    pronoun = any(token.low in {"it", "they", "we", "he", "she"} for token in n.row[n.behind[-1] + 1 : n.at])
    return pronoun or (bool(codes) and at > n.behind[-1])


def _are_craft(row: list[Token], goods: list[int]) -> bool:
    """Whether the goods may move by themselves, so that sending them may be no more than deploying them."""
    return any((word := weapon(row[j])) and word.category in _MOVING for j in goods)


def _is_adjective(row: list[Token], i: int) -> bool:
    word = actor(row[i])
    return bool(word and (word.form in {"adjective", "origin"} or row[i].possessive))


def _get(n: Nucleus) -> Mention | None:
    away = n.role(words("from"))
    if n.passive and n.word.rule == "take":
        return None  # "arms taken by commandos" were seized
    if n.passive:
        bought = n.word.rule in {"buy", "order"} and not any(token.low == "from" for token in n.row[n.at : n.right])
        recipients = n.role(words("by for") if bought else words("by in"))
        there = n.role(words("in")) if bought else ()  # "bought in Sylvania" tells from whom
        away = away or there or origin(n.row, n.behind, n.left)
        return n.mention(away, recipients, n.behind, recipients) if n.behind else None
    _, recipients = n.subject()
    if not names_goods(n.row, n.at + 1, min(n.at + 3, n.right)):
        between = n.row[n.at : n.ahead[0]] if n.ahead else []
        if not n.ahead or (n.word.weak and (len(between) > 9 or any(token.low == "to" for token in between))):
            return None
        if n.word.rule == "weigh" and (len(between) > 5 or any("verb" in token.tags for token in between[1:3])):
            return None
    into = role(n.row, n.ahead[-1], min(n.right, n.ahead[-1] + 4), words("for to")) if n.ahead else ()
    gets_there = n.word.rule == "weigh" or n.row[n.at].low in {"get", "gets", "got", "getting"}
    if gets_there and into and recipients and not set(into) & set(recipients):
        return n.mention(
            recipients, into, n.ahead, recipients
        )  # "mulls missiles for Yemen's rebels", "get jets to Kyiv"
    suppliers = away or origin(n.row, n.ahead, n.at) or maker(n.row, n.at, n.right)
    at, direct = object_of(n.row, n.at, n.right)
    if not suppliers and direct and describes_arms(n.row, at):  # "buying US Tomahawk missiles"
        suppliers = direct
    if n.word.rule == "take" and (not away or any(token.low == "from" for token in n.row[n.at : n.ahead[0]])):
        return None
    if n.row[n.at].low.startswith(("pay", "paid")):
        suppliers = object_of(n.row, n.at, n.right)[1]  # "paid Pyongyang for rockets"
    return n.mention(suppliers, recipients, n.ahead, recipients)


def _arrive(n: Nucleus) -> Mention | None:
    """ "Iranian drones reached Russia", "10,000 of them have gone to Russia"."""
    under_way = n.row[n.at].low in _UNDER_WAY and bool(role(n.row, n.at, n.right, words("from")))
    goods = [j for j in n.behind if (n.at - j <= 7 or under_way) and n.row[j].low not in _CRAFT]
    clause_words = {token.low for token in n.row[n.left : n.right]}
    harmless = {"air-defence", "armour", "artillery", "small-arms", "ships"} & set(categories(n.row, goods))
    if (not goods and not names_goods(n.row, n.left, n.at)) or (clause_words & FIRING and not harmless):
        return None
    if _are_craft(n.row, goods) and clause_words & DEPLOYED:
        return None
    verb = n.row[n.at].low
    recipients = role(n.row, n.at, min(n.right, n.at + 6), words("to into in at"))
    if verb.startswith(("reach", "fall", "fell", "cross")):
        recipients = object_of(n.row, n.at, n.right)[1]
    if not recipients and goods:
        recipients = role(n.row, goods[-1], n.at, TO)
    away = role(n.row, n.at, min(n.right, n.at + 8), words("from"))
    if not away:  # "howitzers from South Korea arrived", "shipments from Iran on their way to …"
        away = role(n.row, goods[-1] if goods else n.left, n.at, words("from"))
    suppliers = away or origin(n.row, goods, n.left)
    group = n.any_behind("group", 6)
    told = bool(recipients or group) and bool(goods or suppliers or verb in _GONE)
    here = away or (suppliers if verb.startswith(("arriv", "due")) else ())
    if not told and (recipients or not here):
        return None
    if verb.startswith(("land", "f", "come", "came", "cross")) and not suppliers:
        suppliers = makers([n.row[j] for j in goods]) if harmless else ()
        if not suppliers:
            return None  # a missile that lands somewhere was fired
    return n.mention(suppliers, recipients, goods, suppliers, group)


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
    """ "Officials found rifles on a Freedonian plane": whose vessel it is supplies."""
    suppliers = vessel_of(n.row, n.at + 1, n.right)
    if not n.ahead or any(token.low == "that" for token in n.row[n.at : n.ahead[0]]):
        return None
    if not suppliers or vessel_of(n.row, n.at + 1, n.ahead[0]):
        return None
    return n.mention(suppliers, (), [j for j in n.ahead if n.row[j].low not in _CRAFT])


def _seize(n: Nucleus) -> Mention | None:
    goods = n.ahead or n.behind
    if not goods or abs(goods[0] - n.at) > 10:
        return None
    if _are_craft(n.row, goods) and not any(token.low in _SHIPPED for token in n.row[n.left : n.right]):
        return None  # a missile that is intercepted was fired, a plane that is seized was captured
    away = words("from") if n.passive else FROM
    suppliers = n.role(away) or role(n.row, goods[0], n.at, away) or origin(n.row, goods, n.left)
    recipients = bound(n.row, n.left, n.right) or n.role(TO) or role(n.row, goods[0], n.at, TO)
    subject = n.role(words("by")) if n.passive else n.subject()[1]
    return n.mention(suppliers, recipients, goods, subject) if suppliers or recipients else None


def _use(n: Nucleus) -> Mention | None:
    """ "Russia fired Iranian-made drones": a foreign weapon in use was delivered."""
    goods = n.behind if n.passive else n.ahead[:1]
    if not goods or abs(goods[-1] - n.at) > 6:
        return None
    suppliers = origin(n.row, goods, n.left, told=True)
    recipients = n.role(words("by")) if n.passive else n.subject()[1]
    if not suppliers or len(recipients) != 1 or set(suppliers) & set(recipients):
        return None
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
    "give": _give,
    "arm": _arm,
    "get": _get,
    "arrive": _arrive,
    "load": _load,
    "unload": _unload,
    "find": _find,
    "seize": _seize,
}
