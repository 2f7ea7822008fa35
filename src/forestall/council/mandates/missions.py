"""Missions that a resolution creates, renews or ends: operations, panels of experts, commissions, authorised forces."""

import re

from forestall.council.mandates import renewals
from forestall.council.mandates.model import Finding
from forestall.council.mandates.structure import Clause
from forestall.council.mandates.subjects import MEASURE, NOUN, SHORT, STRANGERS, mission
from forestall.council.mandates.times import Time

_SET = (
    r"(?:re-?establish|establish|set up|setting up|create|form|deploy|dispatch|send|appoint|constitute|launch|assemble)"
)
_WORD = r"(?!(?:of|the|to|by|with|for|from|that|an?|in|on|at|this|its)\b)[\w'()/,-]+"
CREATED = re.compile(
    rf"\b(?:to |will |hereby |shall |may |and |Charter )(?:immediately |hereby |promptly |urgently"
    rf" )?{_SET}(?: and (?:deploy|send|dispatch|appoint|maintain|lead))?(?: immediately| urgently| promptly)?\b"
    rf"(?P<gap>[^;:]{{0,170}}?)\b(?P<article>an?|the|up to \w+) (?P<name>(?!(?:[\w-]+ ){{0,3}}(?:period"
    rf"|months?|days|years?)\b|matter|view|Committee|sub-?committee|ad hoc sub"
    rf"|trust|mechanism for|special representative)(?:{_WORD} ){{0,9}}?{NOUN})",
    re.I,
)
PRESENT = re.compile(
    rf"\b(?:Establishes|Creates|Sets"
    rf" up)\b(?P<gap>[^;:]{{0,100}}?)\b(?P<article>an?|the) (?P<name>(?:{_WORD} ){{0,9}}?{NOUN})",
    re.I,
)
NOMINAL = re.compile(
    rf"\b(?:establishment|deployment|creation|dispatch|setting up"
    rf"|despatch)\b(?P<gap>[^;:]{{0,80}}?)\bof (?P<article>an?) (?P<name>(?:{_WORD} ){{0,9}}?{NOUN})",
    re.I,
)
PASSIVE = re.compile(
    rf"(?P<name>\b(?:[\w'-]+ ){{0,6}}?{NOUN})(?P<gap>[^;:,]{{0,60}}?) (?:(?:shall|will"
    rf"|should) be|is|are|be) (?:immediately |hereby )?(?:established|set up|created)\b",
    re.I,
)
OBSERVERS = re.compile(
    r"\bto (?:deploy|dispatch|send)\b(?P<gap>[^;:]{0,120}?)(?P<article>\b(?:a|the) (?:team|group) of|[ ,])"
    r" ?(?P<name>(?:additional )?United Nations (?:military )?observers)\b",
    re.I,
)
CONDUCT = re.compile(
    r"\bStates\b[^;]{3,140}? to conduct (?:the|an?|this) (?:[\w-]+ ){0,3}?(?:operation|mission)\b", re.I
)
"""Member States authorised to act: "authorizes the Member States ... to conduct the operation"."""
ENDED = re.compile(
    r"\b(?:to |shall |will |hereby )(?:be )?(?:immediately |hereby |then )?(?P<verb>terminated?"
    r"|liquidated?|dissolved?|disband(?:ed)?|withdraw|withdrawn|closed?|end|discontinued?|cease(?: operations)?)\b"
    r"|\b(?P<verb2>Terminates|Dissolves|Liquidates|Disbands|Ends|Closes"
    r"|Withdraws)\b|\b(?:closure|liquidation|termination|withdrawal) of\b",
    re.I,
)
OLDER = re.compile(
    r"\bresolutions? \d|\bparagraphs? \d|headquarters|\bestablished\b|\bsafe\b|corridor|mechanism for|office of the",
    re.I,
)
COMMITTEE = re.compile(r"Committee of the Security Council|rule 28|ad hoc committee|sub-?committee", re.I)


def _named(words: str, known: dict[str, str]) -> str | None:
    return mission(words, known)


def _created(clause: Clause, flat: str, known: dict[str, str]) -> list[Finding]:
    found: list[Finding] = []
    if clause.verb.startswith("authori") and (m := CONDUCT.search(flat, clause.start, clause.end)):
        return [
            Finding(
                "mission",
                "created",
                clause.start,
                m.end(),
                "mission: authorised",
                None,
                _named(clause.text, known),
                clause.paragraph,
            )
        ]
    nominal = clause.verb in ("authorizes", "authorises", "approves", "decides", "endorses", "recommends")
    for pattern in (CREATED, OBSERVERS, PRESENT, PASSIVE, *((NOMINAL,) if nominal else ())):
        for m in pattern.finditer(flat, clause.start, clause.end):
            gap = m.group("gap") or ""
            if (
                (OLDER.search(gap) and not gap.endswith(", "))
                or COMMITTEE.search(gap + m.group("name"))
                or (re.search(r"\b(?:to|for the|of|by|with|from) $", gap) and len(gap) > 12)
            ):
                continue
            if re.search(r"\bnot to\b|\bmay\b.{0,6}$", flat[max(clause.start, m.start() - 8) : m.start()]):
                continue
            if pattern is PASSIVE and (
                clause.kind != "act" or re.search(r"\b(?:prior|after|once|when|until|if)\b", m.group())
            ):
                continue
            if clause.kind == "ask" and re.search(
                r"strateg|\bunits?\b|trust fund|cell|headquarters|planning|cooperat|co-operat",
                m.group("name") + gap,
                re.I,
            ):
                continue
            tail = flat[m.start("name") : min(clause.end, m.end() + 120)]
            subject = _named(m.group("name") + gap if pattern is PASSIVE else tail, known)
            further = re.search(
                r"further period|additional period|further \w+ months|re-?establish",
                flat[clause.start : m.end()] + tail,
                re.I,
            )
            value = "renewed" if further else "created"
            end = m.end()
            if subject and (short := flat.find(f"({subject})", m.end(), m.end() + 80)) >= 0:
                end = short + len(subject) + 2
            found.append(
                Finding(
                    "mission",
                    value,
                    m.start(),
                    end,
                    "mission: set up" if clause.kind == "act" else "mission: asked to be set up",
                    None,
                    subject,
                    clause.paragraph,
                )
            )
            break
        if found:
            break
    return found


def _ended(clause: Clause, flat: str, known: dict[str, str]) -> list[Finding]:
    if clause.kind != "act" or re.search(r"\bextend|\brenew", flat[clause.start : clause.end][:60]):
        return []
    for m in ENDED.finditer(flat, clause.start, clause.end):
        before, ahead = (
            flat[max(clause.start, m.start() - 140) : m.start()],
            flat[m.end() : min(clause.end, m.end() + 120)],
        )
        active = not re.search(r"\b(?:shall|will|be)\b", m.group())
        words = ahead if active else before
        if re.search(MEASURE, words, re.I) or re.search(r"\b(?:if|unless|once|upon|may)\b", before[-60:]):
            continue
        if (
            not m.group("verb")
            and not m.group("verb2")
            and not re.search(r"(?:approves|authorizes|decides on|endorses)\b", before, re.I)
        ):
            continue
        noun = re.search(rf"{NOUN}|\bmandate\b", words, re.I)
        short = next((s for s in SHORT.finditer(words) if s.group() not in STRANGERS), None)
        if not noun and not short:
            continue
        if active and min(x.start() for x in (noun, short) if x) > 70:
            continue
        start = m.start() if active else max(clause.start, m.start() - 140) + min(x.start() for x in (noun, short) if x)
        end = m.end() + (max(x.end() for x in (noun, short) if x) if active else 0)
        subject = _named(words, known) or _named(clause.head, known)
        return [Finding("mission", "ended", start, end, "mission: ended", None, subject, clause.paragraph)]
    return []


def find(clause: Clause, flat: str, times: list[Time], known: dict[str, str]) -> list[Finding]:
    """What this clause does to missions."""
    if clause.kind not in ("act", "ask"):
        return []
    if COMMITTEE.search(clause.text[:160]) and not re.search(r"Panel|Group of", clause.text):
        return []
    if re.search(r"authori[sz]es the Secretary-General to (?:extend|prolong|renew)", clause.text[:120], re.I):
        return []
    created: list[Finding] = []
    if clause.kind == "act" or re.match(r"[\w ]{0,14}(?:requests|authorizes|directs)|Requests", clause.text, re.I):
        created = _created(clause, flat, known)
    if created:
        return created
    return renewals.find(clause, flat, times, known) + _ended(clause, flat, known)
