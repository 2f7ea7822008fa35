"""What every instrument answers with: a headline, findings and options, each resting on evidence that names its source.

An instrument is a function `assess(case, as_of, *, workspace) -> Assessment` (`Instrument`). The types here refuse a
sentence without evidence, evidence that nobody cites, and a figure that is NaN: what is not known is None, with the
place where the data end.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from forestall.errors import UsageError
from forestall.ids.countries import resolve
from forestall.ids.months import format_month, month_end
from forestall.store import Workspace

UNKNOWN = "unknown"

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.:-]{0,79}$")]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Keys = Annotated[tuple[Key, ...], Field(min_length=1)]
When = Annotated[
    str,
    Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?(\.\.\d{4}(-\d{2}(-\d{2})?)?)?$"),
]


class Part(BaseModel):
    """Base of every part: immutable, strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Case(Part):
    """The country that an instrument is asked about.

    gw_id: Gleditsch-Ward number, valid in the month asked about. region: M49, "" where none.
    """

    gw_id: int
    iso3: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    name: Text
    region: str = ""


def case_of(country: str, as_of: int) -> Case:
    """The case that a person means in a month (month_id). country: ISO3 code, Gleditsch-Ward number or name.

    Raises UnknownCountryError if nobody knows it then, UsageError for a territory without a number of its own.
    """
    state = resolve(country.strip(), on=month_end(as_of))
    if state.gw_id is None:
        raise UsageError(
            f"{state.name} is no state of its own in these figures in {format_month(as_of)}: UCDP counts its events "
            "under another; give that state"
        )
    return Case(gw_id=state.gw_id, iso3=state.iso3, name=state.name, region=state.subregion or state.region)


class Evidence(Part):
    """One fact that sentences rest on.

    key: what findings and options cite it by. says: what the figure is, in words ("deaths recorded"). figure: a number,
    a text or a yes or no; None where it is not known, and then `note` says where the data end. unit: of the figure
    ("deaths", "share", "status"). source: publisher and dataset, or the model. date: the day, month, year or span the
    figure speaks of, `..` between first and last. vintage: the release it comes from and when that was published, or
    the model's version. kind: recorded (a source says so), estimated (a model says so) or measured (our own record of
    how such statements fared). low, high: range; level: of an interval (0.8 is 80 %), None for a publisher's range.
    """

    key: Key
    says: Text
    figure: bool | int | FiniteFloat | str | None
    unit: Text
    source: Text
    date: When
    vintage: Text
    kind: Literal["recorded", "estimated", "measured"]
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    level: Annotated[float, Field(gt=0, lt=1)] | None = None
    url: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _honest(self) -> Self:
        if self.figure is None and not self.note:
            raise ValueError(f"evidence {self.key} has no figure: its note has to say where the data end")
        if (self.low is None) != (self.high is None):
            raise ValueError(f"evidence {self.key} has one end of a range: give both or none")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"evidence {self.key} has a range from {self.low} to {self.high}: expected low <= high")
        return self


class Finding(Part):
    """One sentence for the reader, and the keys of the evidence it rests on."""

    sentence: Text
    evidence: Keys


class Option(Part):
    """Something that could be done. expected_effect: what is known of its effect, or "unknown"."""

    what: Text
    who: Text
    why: Text
    expected_effect: Text = UNKNOWN
    evidence: Keys


class Assessment(Part):
    """One instrument's answer on one case, as of a month.

    instrument: its name (`warning`, `mediation`, ...). as_of: the last month of data it used. known_on: the day up to
    which releases were read, None for the newest on hand ("revised figures"). caveats: what a reader must know before
    using it.

    Raises ValueError (pydantic) if a sentence cites evidence that is not there, evidence is cited by nothing, or two
    have the same key.
    """

    instrument: Annotated[str, Field(pattern=r"^[a-z]+$")]
    case: Case
    as_of: Month
    known_on: str | None = None
    headline: Finding
    findings: tuple[Finding, ...] = ()
    options: tuple[Option, ...] = ()
    evidence: tuple[Evidence, ...]
    caveats: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _every_sentence_is_backed(self) -> Self:
        held = Counter(one.key for one in self.evidence)
        twice = sorted(key for key, count in held.items() if count > 1)
        if twice:
            raise ValueError(f"evidence {', '.join(twice)} is there twice")
        parts: tuple[Finding | Option, ...] = (self.headline, *self.findings, *self.options)
        cited = {key for part in parts for key in part.evidence}
        if cited - held.keys():
            raise ValueError(f"cited but not there: evidence {', '.join(sorted(cited - held.keys()))}")
        if held.keys() - cited:
            raise ValueError(f"there but cited by nothing: evidence {', '.join(sorted(held.keys() - cited))}")
        return self

    def backing(self, part: Finding | Option) -> tuple[Evidence, ...]:
        """The evidence of a finding or option, in the order it is cited."""
        by_key = {one.key: one for one in self.evidence}
        return tuple(by_key[key] for key in part.evidence)


@dataclass(slots=True)
class Said:
    """Sentences and evidence as they come; the same evidence is kept once."""

    findings: list[Finding] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    evidence: dict[str, Evidence] = field(default_factory=dict)

    def of(self, one: Evidence) -> str:
        """Keep the evidence; its key."""
        self.evidence.setdefault(one.key, one)
        return one.key

    def find(self, sentence: str, keys: Sequence[str]) -> None:
        """Say a sentence that rests on the evidence of these keys."""
        self.findings.append(Finding(sentence=sentence, evidence=tuple(dict.fromkeys(keys))))

    def assessment(
        self, instrument: str, case: Case, as_of: int, headline: Finding, caveats: Sequence[str]
    ) -> Assessment:
        """All that was said, as an instrument's answer as of a month (month_id)."""
        return Assessment(
            instrument=instrument,
            case=case,
            as_of=format_month(as_of),
            headline=headline,
            findings=tuple(self.findings),
            options=tuple(self.options),
            evidence=tuple(self.evidence.values()),
            caveats=tuple(caveats),
        )


class Instrument(Protocol):
    """The shape of every instrument's `assess`."""

    def __call__(self, case: Case, as_of: int, *, workspace: Workspace) -> Assessment:
        """Assess a case with data through month `as_of` (month_id). Raises UsageError for a month without data."""
        ...
