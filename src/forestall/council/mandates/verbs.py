"""The verbs by which paragraphs are told apart: what the Council decides, asks for, intends, or only says.

"|" stands for a blank inside a verb ("calls|upon").
"""


def listed(words: str) -> tuple[str, ...]:
    """The words of a text, "|" kept."""
    return tuple(words.split())


ACT = listed(
    """
    decides resolves authorizes authorises extends renews approves establishes agrees endorses imposes
    terminates dissolves reauthorizes prolongs lifts suspends confirms adopts creates empowers determined
    determines recommends
    """
)
"""Decisions."""
ASK = listed(
    """
    requests invites urges directs encourages instructs asks expects demands tasks entrusts mandates
    looks|forward calls|upon calls|on calls|for appeals reiterates|its|request repeats|its|request
    reiterates|its|call reaffirms|its|request renews|its|request renews|its|invitation
    """
)
"""Requests."""
INTENT = listed(
    """
    expresses affirms reaffirms declares undertakes intends reiterates|its|intention underlines|its|intention
    reaffirms|its|intention
    """
)
"""What the Council says that it will do, or holds."""
IDLE = listed(
    """
    welcomes notes takes recalls commends stresses emphasizes emphasises underscores underlines condemns
    recognizes recognises acknowledges reiterates deplores supports considers appreciates regrets congratulates
    highlights observes pays strongly|condemns rejects warns concurs hopes trusts proclaims finds confirms
    commits continues|to
    """
)
"""Verbs that commit nobody."""
OPENING = listed(
    """
    acting recalling noting reaffirming welcoming stressing bearing taking having considering recognizing
    recognising expressing determining emphasizing emphasising underlining underscoring concerned deeply gravely
    convinced determined mindful conscious aware alarmed deploring condemning commending reiterating affirming
    acknowledging whereas guided disturbed shocked desiring desirous cognizant appreciating seriously paying
    regretting encouraging calling urging appalled outraged profoundly hoping believing observing recalls noted
    inspired anxious distressed remaining encouraged pledging reconfirming renewing
    """
)
"""First words of preambular paragraphs."""
