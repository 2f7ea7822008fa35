"""What is said of the record: who had a role before, talks that go on, what was agreed, like cases elsewhere."""

from datetime import date

from forestall.instruments import phrases
from forestall.instruments.assessment import Case, Evidence, Finding
from forestall.instruments.mediation.history import Here, Talks
from forestall.instruments.mediation.sentences import Parts, Said, more

RECORD = "UCDP Peace Agreement, International Crisis Behavior and a register of processes of talks"
COUNTED = {
    "agreement": ("agreement", "agreements"),
    "process": ("process of talks", "processes of talks"),
    "crisis": ("international crisis", "international crises"),
}
SHOWN_OFTEN, SHOWN_RUNNING, SHOWN_WITH, SHOWN_SOURCES = 4, 4, 6, 2


def headline(case: Case, on: date, found: Parts, text: Said) -> Finding:
    """Who has mediated here before, and last."""
    here = found.here
    numbers = [(COUNTED[kind], n) for kind, n in here.counts if kind in COUNTED and n]
    counted = phrases.listing([f"{n} {names[n != 1]}" for names, n in numbers])
    since = "" if here.first is None else f"{here.first.year}.."
    key = text.of(
        Evidence(
            key="record",
            says=f"agreements, talks and crises on record in {case.name}",
            figure=sum(n for _, n in numbers),
            unit="events",
            source=RECORD,
            date=f"{since}{on.isoformat()}",
            vintage=ends(here),
            kind="recorded",
            note=f"{here.unresolved} names of third parties not resolved" if here.unresolved else "",
        )
    )
    if not numbers:
        quiet = "no conflict of the last three years and " if found.ranked is None else ""
        return Finding(sentence=f"{case.name}: {quiet}no talks on record ({ends(here)}).", evidence=(key,))
    sentence = f"{case.name}: {counted} on record since {here.first.year if here.first else 'an unknown year'}"
    keys = [key]
    if here.often:
        most = here.often[:SHOWN_OFTEN]
        keys.append(
            text.of(
                Evidence(
                    key="record:often",
                    says=f"third parties with most roles in {case.name}",
                    figure="; ".join(f"{name} {n}" for name, n in most),
                    unit="agreements, processes and crises with a role",
                    source=RECORD,
                    date=f"{since}{on.isoformat()}",
                    vintage=ends(here),
                    kind="recorded",
                )
            )
        )
        sentence += ". Third parties most often: " + phrases.listing([f"{name} ({n})" for name, n in most])
    else:
        sentence += "; no third party is named in them"
    if here.last is not None:
        keys.append(
            _kept("record:last", f"last in {case.name} in which a third party took a role", here.last, here, text)
        )
        sentence += f". The last in which one took a role: {talks(here.last)}"
    return Finding(sentence=f"{sentence}.", evidence=tuple(keys))


def running(here: Here, on: date, text: Said) -> None:
    """Talks that go on."""
    if not here.running:
        return
    first = here.running[:SHOWN_RUNNING]
    keys = [_kept(f"running:{at + 1}", "talks without a known end", one, here, text) for at, one in enumerate(first)]
    told = "; ".join([*map(talks, first), *more(len(here.running) - SHOWN_RUNNING, "other")])
    sentence = f"Talks without a known end on {phrases.day(on)}: {told}."
    text.findings.append(Finding(sentence=sentence, evidence=tuple(keys)))


def _kept(key: str, says: str, one: Talks, here: Here, text: Said) -> str:
    return text.of(
        Evidence(
            key=key,
            says=f"{says}: {one.name}",
            figure=one.since,
            unit="date",
            source="; ".join(one.sources[:SHOWN_SOURCES]),
            date=one.since,
            vintage=ends(here),
            kind="recorded",
        )
    )


def talks(one: Talks) -> str:
    """Talks in words: name, since when, with whom."""
    since = "since " if one.kind == "process" else ""
    who = phrases.listing([*one.mediators[:SHOWN_WITH], *more(len(one.mediators) - SHOWN_WITH, "other")])
    return f"{one.name} ({since}{one.since}{', with ' + who if who else ''})"


def ends(here: Here) -> str:
    """Where the series of the record end."""
    return "; ".join(f"{series} to {day.isoformat()}" for series, day in here.ends)
