"""What a parser says about a file: how many rows it read, kept and set aside, and why."""

from dataclasses import dataclass, field

MAX_DETAILS = 200
"""Rows set aside are all counted, but only so many are described: a hostile file must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about one row. line: the line of the file the record starts on (1 is the header), 0 if unknown."""

    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        value = self.value if len(self.value) <= 60 else f"{self.value[:57]}..."
        where = f"line {self.line}, " if self.line else ""
        return f"{where}{self.column} {value!r}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Report:
    """Counts and reasons.

    rows_read: records in the file, without the header. rows_kept: records that stand in the frame. set_aside: the
    records left out, one entry each, the first `MAX_DETAILS` of them in the order of the file; rows_set_aside: how
    many in all. deaths_set_aside: sum of the best estimates of those records, where it could be read. remarks: records
    that were kept although something about them is odd; rows_remarked: how many remarks in all. notes: sentences about
    the file as a whole.
    """

    rows_read: int
    rows_kept: int
    rows_set_aside: int = 0
    deaths_set_aside: int = 0
    set_aside: tuple[Remark, ...] = ()
    rows_remarked: int = 0
    remarks: tuple[Remark, ...] = ()
    notes: tuple[str, ...] = ()

    def lines(self, most: int = 5) -> list[str]:
        """The report as sentences for a person: the counts, the notes, the first `most` reasons of each sort."""
        said = [f"{self.rows_read:,} rows read, {self.rows_kept:,} kept, {self.rows_set_aside:,} set aside"]
        if self.rows_set_aside:
            said[0] += f" (with {self.deaths_set_aside:,} death{'' if self.deaths_set_aside == 1 else 's'})"
        said += self.notes
        for title, shown, total in (
            ("set aside", self.set_aside, self.rows_set_aside),
            ("kept, but odd", self.remarks, self.rows_remarked),
        ):
            said += [f"{title}: {remark}" for remark in shown[:most]]
            if total > most:
                said.append(f"{title}: and {total - min(most, len(shown)):,} more")
        return said


@dataclass(slots=True)
class Ledger:
    """A report in the making. Not shared between threads: each block of a file fills its own, and they are merged."""

    rows_read: int = 0
    rows_set_aside: int = 0
    deaths_set_aside: int = 0
    rows_remarked: int = 0
    set_aside: list[Remark] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def leave_out(self, remark: Remark, deaths: int = 0) -> None:
        """Count a record that is left out, with the deaths it claims."""
        self.rows_set_aside += 1
        self.deaths_set_aside += deaths
        if len(self.set_aside) < MAX_DETAILS:
            self.set_aside.append(remark)

    def leave_out_more(self, rows: int, deaths: int = 0) -> None:
        """Count records that are left out without describing them: enough have been described."""
        self.rows_set_aside += rows
        self.deaths_set_aside += deaths

    def remark(self, remark: Remark) -> None:
        """Count something odd about a record that is kept."""
        self.rows_remarked += 1
        if len(self.remarks) < MAX_DETAILS:
            self.remarks.append(remark)

    def note(self, text: str) -> None:
        """Say something about the file as a whole, once."""
        if text not in self.notes:
            self.notes.append(text)

    def take(self, other: "Ledger") -> None:
        """Add what another block of the same file had to say."""
        self.rows_read += other.rows_read
        self.rows_set_aside += other.rows_set_aside
        self.deaths_set_aside += other.deaths_set_aside
        self.rows_remarked += other.rows_remarked
        self.set_aside = (self.set_aside + other.set_aside)[:MAX_DETAILS]
        self.remarks = (self.remarks + other.remarks)[:MAX_DETAILS]
        for text in other.notes:
            self.note(text)

    def report(self, rows_kept: int) -> Report:
        """The finished report, in the order of the lines."""
        return Report(
            rows_read=self.rows_read,
            rows_kept=rows_kept,
            rows_set_aside=self.rows_set_aside,
            deaths_set_aside=self.deaths_set_aside,
            set_aside=tuple(sorted(self.set_aside, key=lambda r: r.line)),
            rows_remarked=self.rows_remarked,
            remarks=tuple(sorted(self.remarks, key=lambda r: r.line)),
            notes=tuple(self.notes),
        )
