"""What a page says of how its numbers were made, and how well such numbers did when tried on the past."""

import polars as pl

from forestall import __version__
from forestall.brief import words
from forestall.brief.document import Method, SkillRow
from forestall.forecast.frame import Forecast
from forestall.forecast.models import DEFAULT
from forestall.forecast.models import forestall as ensemble
from forestall.forecast.training import training_month
from forestall.ids.months import long_month
from forestall.store import Workspace

MODEL_NAMES = {
    "forestall": "six models pooled (this edition)",
    "conflictology_12": "own last 12 months",
    "ewma": "own history, fading weights",
    "last": "last month alone",
    "bootstrap_240": "all countries, 20 years",
    "zero": "no deaths anywhere",
}

# benchmarks/reliability.py, origins before 2018; docs/methods/brief.md has the whole table.
RELIABILITY = (
    "Probabilities of 25 or more deaths have held in the past (1996 to 2016, one to twelve months ahead: given 4 %, it happened in 1 to 7 % of cases; given "
    "27 %, in 22 to 34 %; given 49 %, in 49 to 58 %; given 78 %, in 82 to 88 %; given 97 %, in 94 to 99 %), so more than 95 % is not claimed, nor is "
    "anything under 1 % told apart."
)

COMPONENT_NAMES = {
    "history": "the country's own last months with fading weights",
    "forest": "a forest of regression trees",
    "boosting": "boosted trees",
    "analogue": "the past cases most like the present",
    "markov": "states of conflict and the steps between them",
    "hurdle_nb": "a regression of whether and how many people die",
    "conflictology_12": "the country's last twelve months as they were",
}


def method(workspace: Workspace, forecast: Forecast) -> Method:
    """The method section of an edition."""
    skill = workspace.table("skill")
    years = skill["year"].to_numpy()
    rows = []
    for model in sorted(skill["model"].unique(maintain_order=True), key=lambda name: name != DEFAULT):
        part = skill.filter(pl.col("model") == model)
        rows.append(
            SkillRow(
                model=MODEL_NAMES.get(model, model),
                windows=f"{years.min()}-{years.max()}",
                crps=float(part["crps"].to_numpy().mean()),
                ignorance=float(part["ign"].to_numpy().mean()),
                interval_score=float(part["mis"].to_numpy().mean()),
                coverage80=float(part["coverage80_active"].to_numpy().mean()),
            )
        )
    return Method(
        model=forecast.model,
        version=f"{forecast.version} (forestall {__version__})",
        draws=forecast.draws.shape[2],
        seed=forecast.seed,
        target=forecast.target,
        paragraphs=paragraphs(forecast.as_of),
        skill=tuple(rows),
        skill_note=(
            f"Mean scores over yearly windows {years.min()} to {years.max()}, deaths of all types, each forecast made with figures to October of the year "
            "before, three to fourteen months ahead, all countries. Figures are as revised since, not as known at the time. Lower is "
            "better. The last column is for countries with twelve or more deaths in the year before the forecast, and should be near 80 %."
        ),
    )


def paragraphs(as_of: int) -> tuple[str, ...]:
    """The method in words, for an edition with data through month `as_of` (month_id)."""
    shares = {name: share for name, share in ensemble.weights().items() if share > 0}
    parts = words.listing(
        [f"{COMPONENT_NAMES[name]} ({words.share(share)})" for name, share in sorted(shares.items(), key=_by_share)]
    )
    return (
        f"Each country's forecast is a pool of models that err differently: {parts}. The percentages are their shares in the pool, set on the "
        f"years before 2018. All but the country's own last months learn from all countries since 1989; they are fitted on figures through "
        f"{long_month(training_month(as_of))}, and anew each October. 1,000 draws are taken for each month ahead, and the draws of different months are tied "
        "together, so that totals over several months carry the uncertainty of a war that lasts. The further ahead a month lies, the wider its distribution.",
        "The pool sees recorded deaths only: the country's own, those of its neighbours and of the world. A country at peace gets a forecast too: the small "
        "chances that countries like it have had. It does not know of talks, elections or offensives ahead, and countries vary independently of each other, so "
        "that the world's interval is too narrow.",
        "The chances of onset, escalation and de-escalation come from models learned for these events. They also see what was known each month of income, "
        "population, political regime, exclusion from power, displacement, coups and the news. Onset is 25 or more deaths in total after twelve months with fewer; "
        "escalation is at least twice the deaths of the last six months and at least 100 more; de-escalation is at most half of them. Where the last twelve months "
        "have fewer than 25 deaths, the chance of 25 or more in total over six months is that of onset. De-escalation is kept to what the "
        "80 % interval says, which the pool gives. Within that, and for escalation, these chances need not agree with the interval: where they differ much, two sets "
        "of models differ, and the page gives both.",
        "Probability words follow the IPCC's scale: very likely 90 % or more, likely 66, about as likely as not 33 to 66, unlikely under 33, "
        "very unlikely under 10, exceptionally unlikely under 1. "
        + RELIABILITY
        + " Estimates are rounded to two figures.",
        "The newest months come from candidate releases, which are revised later, often upward.",
    )


def _by_share(item: tuple[str, float]) -> float:
    return -item[1]
