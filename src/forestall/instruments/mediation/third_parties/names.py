"""Who a name means: a state, an organisation or an NGO, in the spellings that agreements use."""

from functools import lru_cache

from forestall.instruments.mediation.third_parties.lexicon import Actor, actors, trie
from forestall.instruments.mediation.third_parties.scan import mentions
from forestall.instruments.mediation.third_parties.tokens import key, tokens

__all__ = ["Actor", "resolve"]


@lru_cache(maxsize=8192)
def resolve(name: str) -> Actor | None:
    """The one actor that a name means: "Government of Norway", "OUA", "UNMISS", "NOR"; None if none or several.

    Keys and codes come first (CAN is Canada), then spellings, in any case and with or without accents; then the only
    actor that the words name ("Royal Norwegian Embassy in Khartoum"). Names of persons mean nobody.
    """
    text = name.strip()[:300]
    held = actors()
    if text in held or text.upper() in held:
        return held.get(text) or held[text.upper()]
    words = key(text)
    node = trie()
    for word in words:
        step = node.follows.get(word)
        if step is None:
            break
        node = step
    else:
        spelt = [entry for entry in node.entries if entry.sort in ("name", "acronym") and len(entry.actors) == 1]
        # Of what counts only in capitals, short words ("us", "who") are words when written small.
        whole = {entry.actors for entry in spelt if not (entry.capitals and len(text) < 4 and text.islower())}
        if words and len(whole) == 1:
            return next(iter(whole))[0]
    named = {
        actor for mention in mentions(text, tokens(text), frozenset()) if not mention.place for actor in mention.actors
    }
    return next(iter(named)) if len(named) == 1 else None
