"""council_resolutions, council_statements, council_meetings, council_drafts, council_vetoes: what the Council decided.

Run alone: `python -m tools.embed.council.decisions --shared ../shared/data`; with `--differences` it prints each
disagreement between the files as a table in Markdown. Sources and defects: docs/sources/council-decisions.md.
"""

import argparse
import hashlib
import sys
from pathlib import Path
from typing import Any

import polars as pl

from forestall.errors import ForestallError
from forestall.store import files
from forestall.store.manifest import EmbeddedTable, Source
from forestall.store.schemas import SCHEMAS
from tools.embed import held
from tools.embed.build import parquet
from tools.embed.council import (
    decisions_drafts,
    decisions_resolutions,
    decisions_statements,
    decisions_vetoes,
    decisions_yearly,
)
from tools.embed.council.decisions_resolutions import Differs
from tools.embed.inputs import Inputs

COMMAND = "python -m tools.embed.council.decisions --shared ../shared/data"
LIBRARY = "UN Digital Library, Security Council documents (Digital Governance Catalogue)"
NOTES = {
    "council_resolutions": "resolutions 1 to 2722; votes by number, not by member; data end 2024-01-10",
    "council_statements": "S/PRST/ series 1994-2023 and notes of the President before; some notes have no date",
    "council_meetings": "one row a meeting and agenda item; data end in June 2022",
    "council_drafts": "drafts voted on and not adopted; those without a veto end in 2022",
    "council_vetoes": "one row a vetoed draft and member; the lists end 2022-07-08, later rows looked up one by one",
}
_RESOLUTIONS = (decisions_resolutions.CATALOGUE, decisions_resolutions.TEXTS, decisions_resolutions.TOPICS)
_YEARLY = (decisions_yearly.MEETINGS,)
_VETOES = (decisions_vetoes.LIBRARY, decisions_vetoes.LAB)
INPUTS = {
    "council_resolutions": (*_RESOLUTIONS, *_YEARLY),
    "council_statements": (decisions_statements.CATALOGUE, *_YEARLY),
    "council_meetings": (*_YEARLY, *_RESOLUTIONS, *_VETOES),
    "council_drafts": (*_VETOES, *_YEARLY, decisions_drafts.BY_MEMBER),
    "council_vetoes": _VETOES,
}
_ABOUT = {
    decisions_resolutions.CATALOGUE: (LIBRARY, "1946..2024-01", "UN", "https://digitallibrary.un.org/"),
    decisions_statements.CATALOGUE: (LIBRARY, "1946..2023", "UN", "https://digitallibrary.un.org/"),
    decisions_resolutions.TEXTS: (
        "Corpus of Resolutions: UN Security Council (CR-UNSC)",
        "1946..1989",
        "CC0-1.0",
        "https://doi.org/10.5281/zenodo.7319780",
    ),
    decisions_resolutions.TOPICS: (
        "Security Council resolutions, UN web lists",
        "1946..2015",
        "UN",
        "https://www.un.org/securitycouncil/content/resolutions-0",
    ),
    decisions_yearly.MEETINGS: (
        "Meetings conducted and actions taken by the Security Council, yearly tables",
        "1946..2022-06",
        "UN",
        "https://research.un.org/en/docs/sc/quick/meetings",
    ),
    decisions_vetoes.LIBRARY: (
        "Security Council: veto list, Dag Hammarskjöld Library",
        "1946..2022-05",
        "UN",
        "https://research.un.org/en/docs/sc/quick/veto",
    ),
    decisions_vetoes.LAB: (
        "Vetoes in the Security Council, World Politics Data Lab",
        "1946..2022-09",
        "RES",
        "https://worldpoliticsdatalab.org/",
    ),
    decisions_drafts.BY_MEMBER: (
        "Contested drafts with votes by member, compiled from UN records",
        "1947..2022",
        "RES",
        "https://research.un.org/en/docs/sc",
    ),
}
_LICENCE = {"UN": "UN, source named", "RES": "none stated; derived figures with citation", "CC0-1.0": "CC0-1.0"}


def tables(inputs: Inputs) -> tuple[dict[str, pl.DataFrame], list[Differs], dict[str, int]]:
    """The five tables by name, the disagreements between the files, and counts of what was left out."""
    meetings = decisions_yearly.read(inputs)
    resolutions, differs = decisions_resolutions.build(inputs, meetings)
    vetoed, more = decisions_vetoes.read(inputs)
    differs += more
    vetoes = decisions_vetoes.veto_rows(vetoed)
    drafts, more = decisions_drafts.draft_rows(vetoed, decisions_yearly.failed(meetings), inputs)
    differs += more
    statements, more, counts = decisions_statements.rows(inputs, decisions_yearly.statements(meetings))
    differs += more
    made: dict[str, list[dict[str, Any]]] = {
        "council_resolutions": resolutions,
        "council_statements": statements,
        "council_meetings": decisions_statements.meeting_rows(meetings, resolutions, statements, vetoes),
        "council_drafts": drafts,
        "council_vetoes": vetoes,
    }
    frames = {name: pl.DataFrame(rows, schema=SCHEMAS[name], orient="row") for name, rows in made.items()}
    for name, key in (("council_resolutions", "number"), ("council_statements", "symbol")):
        if frames[name][key].is_duplicated().any():
            raise ValueError(f"{name}: a {key} stands twice")
    return frames, list(dict.fromkeys(differs)), counts


def sources(name: str, inputs: Inputs) -> tuple[Source, ...]:
    """Where a table comes from, with licences and digests."""
    found = []
    for file in INPUTS[name]:
        title, version, licence, url = _ABOUT[file]
        found.append(
            Source(
                name=title,
                version=version,
                licence=_LICENCE[licence],
                citation="Fobbe, Gasbarri and Ridi (2024), Corpus of Resolutions: UN Security Council (CR-UNSC)"
                if licence == "CC0-1.0"
                else f"{title}; bibliographic figures",
                url=url,
                sha256_of_input=inputs.digests[file],
            )
        )
    extra = {
        "council_resolutions": decisions_resolutions.FACTS,
        "council_vetoes": decisions_vetoes.LATER,
        "council_drafts": decisions_vetoes.LATER,
    }
    if name in extra:
        found.append(
            Source(
                name="Facts looked up one by one, each row with its UN symbol",
                version="2025-09",
                licence="UN, source named",
                citation=f"tools/embed/council/{extra[name].name}",
                url="https://docs.un.org/",
                sha256_of_input=hashlib.sha256(extra[name].read_bytes()).hexdigest(),
            )
        )
    return tuple(found)


def write(shared: Path, out: Path) -> list[str]:
    """Write the tables beside the others and enter them in the manifest; returns a line on each."""
    inputs = Inputs(shared)
    frames, differs, counts = tables(inputs)
    entries, lines = {}, []
    for name, frame in frames.items():
        content = parquet(frame)
        years = frame["known_by" if name == "council_statements" else "date"].dt.year().to_list()
        entries[name] = EmbeddedTable(
            file=f"{name}.parquet",
            rows=frame.height,
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            sources=sources(name, inputs),
            first_year=min(years),
            last_year=max(years),
            command=COMMAND,
            note=NOTES[name],
        )
        files.write(out / f"{name}.parquet", content)
        lines.append(f"{name}: {frame.height:,} rows, {len(content):,} bytes")
    held.enter(out, tables=entries)
    return [*lines, f"{len(differs)} disagreements between the files; {counts}"]


def differences(differs: list[Differs]) -> str:
    """The disagreements as a table in Markdown."""
    head = "| Symbol | Field | One file says | Another says | Taken | Why |\n| --- | --- | --- | --- | --- | --- |"
    lines = [f"| {d.symbol} | {d.field} | {d.first} | {d.second} | {d.taken} | {d.why} |" for d in differs]
    return "\n".join([head, *lines])


def main() -> int:
    """Build the tables; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.embed.council.decisions", description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"), help="the folder of raw releases")
    data = Path(__file__).resolve().parents[3] / "src" / "forestall" / "data"
    parser.add_argument("--out", type=Path, default=data, help="where the tables and manifest.json are")
    parser.add_argument("--differences", action="store_true", help="print where the files disagree and write nothing")
    arguments = parser.parse_args()
    try:
        if arguments.differences:
            print(differences(tables(Inputs(arguments.shared))[1]))
        else:
            print("\n".join(write(arguments.shared, arguments.out)))
    except (ForestallError, ValueError) as error:
        print(f"tools.embed.council.decisions: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
