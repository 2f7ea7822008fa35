"""Which UCDP dataset a table is, told by its columns, some of which have had more than one spelling over the years."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from forestall.errors import SourceError
from forestall.sources.container import printable


@dataclass(frozen=True, slots=True)
class Format:
    """The layout of one dataset.

    kind: our name for it. title: the publisher's. table: the table it fills. required: our name of each column that
    must be there, with its spellings in lower case, the newest first. optional: the same for columns that older
    releases lack. unread: further columns that the publisher has, knowingly left alone.
    """

    kind: str
    title: str
    table: str
    required: dict[str, tuple[str, ...]]
    optional: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()


def _same(names: str) -> dict[str, tuple[str, ...]]:
    return {name: (name,) for name in names.split()}


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


GED = Format(
    kind="ucdp-ged",
    title="UCDP GED or Candidate events",
    table="ucdp_events",
    required={
        "event_id": ("id",),
        **_same(
            "type_of_violence conflict_name dyad_name side_a side_b country country_id date_prec date_start date_end"
        ),
        "conflict_id": ("conflict_new_id", "conflict_id"),
        "dyad_id": ("dyad_new_id", "dyad_id"),
        **_same("where_prec latitude longitude deaths_a deaths_b deaths_civilians deaths_unknown"),
        "deaths_total": ("best", "best_est"),
        "deaths_total_low": ("low", "low_est"),
        "deaths_total_high": ("high", "high_est"),
    },
    optional=_same("code_status priogrid_gid"),
    unread=_set(
        """
        relid year active_year conflict_dset_id dyad_dset_id side_a_dset_id side_a_new_id side_b_dset_id
        side_b_new_id number_of_sources source_article source_office source_date source_headline source_original
        where_coordinates where_description adm_1 adm_2 geom_wkt region event_clarity gwnoa gwnob
        """
    ),
)

CANDIDATE_SLIM = Format(
    kind="ucdp-candidate-slim",
    title="UCDP Candidate events in seven columns",
    table="ucdp_events",
    required={
        "event_id": ("id",),
        "conflict_id": ("conflict_new_id",),
        **_same("conflict_name country type_of_violence"),
        "deaths_total": ("best",),
        "date_end": ("date",),
    },
)

_CONFLICT = _same(
    """
    conflict_id side_a side_b incompatibility territory_name year intensity_level type_of_conflict start_date2 gwno_loc
    """
)
_CONFLICT_UNREAD = _set(
    """
    location side_a_id side_a_2nd side_b_id side_b_2nd start_date start_prec start_prec2 gwno_a gwno_a_2nd gwno_b
    gwno_b_2nd region cumulative_intensity ep_end ep_end_date ep_end_prec
    """
)

ACD = Format(
    "ucdp-acd",
    "UCDP/PRIO Armed Conflict",
    "ucdp_conflict_year",
    {**_CONFLICT, "version": ("version",), "_episode_ends": ("ep_end",)},
    unread=_CONFLICT_UNREAD,
)
DYADIC = Format(
    "ucdp-dyadic",
    "UCDP Dyadic",
    "ucdp_conflict_year",
    {**_CONFLICT, "dyad_id": ("dyad_id",), "version": ("version",)},
    unread=_CONFLICT_UNREAD,
)
TERMINATION = _same("type_of_conflict2 dyadcount ependdate ependprec outcome recur version")
TERMINATION_CONFLICT = Format(
    "ucdp-termination-conflict",
    "UCDP Conflict Termination, conflicts",
    "ucdp_termination",
    {
        **_CONFLICT,
        **TERMINATION,
        "episode_id": ("conflictep_id",),
        "episode": ("conflictepisode",),
        "terminated": ("confterm",),
    },
    unread=_CONFLICT_UNREAD,
)
TERMINATION_DYAD = Format(
    "ucdp-termination-dyad",
    "UCDP Conflict Termination, dyads",
    "ucdp_termination",
    {
        **_CONFLICT,
        **TERMINATION,
        "dyad_id": ("dyad_id",),
        "episode_id": ("dyadep_id",),
        "episode": ("dyadepisode",),
        "terminated": ("dyadterm",),
    },
    optional=_same("cfiredate peagdate"),
    unread=_CONFLICT_UNREAD,
)

_TYPES_OF_DEATHS = {
    "deaths_total": "cumulative_total_deaths_in_orgvio",
    "deaths_state_based": "sb_total_deaths",
    "deaths_non_state": "ns_total_deaths",
    "deaths_one_sided": "os_total_deaths",
}
COUNTRY_YEAR = Format(
    "ucdp-country-year",
    "UCDP Organized violence, country-year",
    "ucdp_country_year",
    {
        "country_id": ("country_id_cy",),
        "country": ("country_cy",),
        "year": ("year_cy",),
        **{
            f"{ours}{suffix}": (f"{theirs}_{which}_cy",)
            for ours, theirs in _TYPES_OF_DEATHS.items()
            for suffix, which in (("", "best"), ("_low", "low"), ("_high", "high"))
        },
        "version": ("version",),
    },
)

PROVISIONS = {
    "cease": "ceasefire",
    "intarmy": "army_integration",
    "ddr": "disarmament",
    "withd": "foreign_withdrawal",
    "pp": "rebels_as_party",
    "intgov": "government_integration",
    "intciv": "civil_service_integration",
    "elections": "elections",
    "interim": "interim_government",
    "natalks": "national_talks",
    "shagov": "power_sharing",
    "aut": "autonomy",
    "fed": "federalism",
    "ind": "independence",
    "ref": "referendum",
    "shaloc": "local_power_sharing",
    "regdev": "regional_development",
    "cul": "cultural_freedoms",
    "demarcation": "border_demarcation",
    "locgov": "local_government",
    "amn": "amnesty",
    "pris": "prisoner_release",
    "recon": "reconciliation",
    "return": "refugee_return",
    "reaffirm": "reaffirms_earlier",
    "outlin": "outlines_process",
    "pko": "peacekeeping",
    "gender": "gender",
    "co_impl": "implementation_commission",
}
"""UCDP's name and ours of each provision that the peace agreement data mark as present (1) or absent (0)."""
PEACE_AGREEMENTS = Format(
    "ucdp-peace-agreements",
    "UCDP Peace Agreement",
    "ucdp_peace_agreements",
    {
        "agreement_id": ("paid",),
        "locations": ("gwno",),
        **_same("conflict_id conflict_name dyad_id dyad_name actor_name incompatibility pa_name year pa_date pa_type"),
        **_same("ended version"),
        **_same(" ".join(PROVISIONS)),
    },
    optional={"ended_on": ("duration",), "process_id": ("procid",), "url": ("linktofulltextagreement",)},
)

ACTORS = Format(
    "ucdp-actors",
    "UCDP Actor",
    "ucdp_actors",
    {
        "actor_id": ("actorid",),
        "name": ("namedata",),
        "name_original": ("nameorigfull",),
        "name_english": ("nameorigfulleng",),
        "org": ("org",),
        "conflict_ids": ("conflictid",),
        "dyad_ids": ("dyadid",),
        "gw_ids": ("gwnoloc",),
        "version": ("version",),
    },
)

FORMATS = {
    f.kind: f
    for f in (
        GED,
        CANDIDATE_SLIM,
        ACD,
        DYADIC,
        TERMINATION_CONFLICT,
        TERMINATION_DYAD,
        COUNTRY_YEAR,
        PEACE_AGREEMENTS,
        ACTORS,
    )
}


@dataclass(frozen=True, slots=True)
class Match:
    """A format found in a file. columns: our name of each column that is there, and the name as the file writes it."""

    format: Format
    columns: dict[str, str]
    notes: tuple[str, ...] = ()


def match(columns: Sequence[str], name: str, kind: str | None = None) -> Match:
    """The format of a table with these columns.

    kind: only try this one. Raises SourceError, with the columns that are missing or unknown and the nearest format,
    if the columns of no format are all there.
    """
    if kind is not None and kind not in FORMATS:
        raise SourceError(f"kind {kind!r} is not one of {', '.join(FORMATS)}")
    written = {c.strip().lower(): c for c in columns}

    def lacking(form: Format) -> int:
        return sum(not any(s in written for s in spellings) for spellings in form.required.values())

    # Formats share columns: of several that fit whole, the one that explains the most columns is meant.
    tried = [FORMATS[kind]] if kind else list(FORMATS.values())
    form = min(tried, key=lambda f: (lacking(f) / len(f.required), -len(f.required)))
    found = {
        ours: next(written[s] for s in spellings if s in written)
        for ours, spellings in (form.required | form.optional).items()
        if any(s in written for s in spellings)
    }
    missing_names = {ours: spellings for ours, spellings in form.required.items() if ours not in found}
    read = {c.lower() for c in found.values()}
    strange = [printable(c) for low, c in written.items() if low and low not in read and low not in form.unread]
    if missing_names:
        raise SourceError(
            _unlike(name, form, missing_names, strange, known=bool(kind) or 2 * len(found) > len(form.required))
        )
    notes = (
        [f"columns that UCDP did not have before were left unread: {', '.join(strange[:8])}"]
        if strange and form.unread
        else []
    )
    absent = [s[0] for ours, s in form.optional.items() if ours not in found]
    if absent:
        notes.append(f"without the columns {', '.join(absent)}, as in older releases")
    return Match(form, found, tuple(notes))


def _unlike(name: str, form: Format, missing: dict[str, tuple[str, ...]], strange: list[str], *, known: bool) -> str:
    """The error for columns that fit no format; known: whether enough are there to name the one that is meant."""
    if not known:
        return (
            f"{name}: the columns ({', '.join(strange[:5])}{' ...' if len(strange) > 5 else ''}) are those of "
            "no UCDP dataset known here; "
            "expected GED, Candidate, ACD, Dyadic, country-year, Peace Agreement, Termination or Actor"
        )
    parts = []
    for spellings in missing.values():
        near = get_close_matches(spellings[0], strange, 1, 0.6)
        parts.append(spellings[0] + (f" (is it {near[0]!r}?)" if near else ""))
    text = f"{name}: looks like {form.title} but lacks the column{'s' if len(parts) > 1 else ''} {', '.join(parts[:8])}"
    if strange and form.unread:
        text += f"; not known: {', '.join(strange[:8])}"
    return text + ": the file was changed or the format is new; give the file as UCDP publishes it"
