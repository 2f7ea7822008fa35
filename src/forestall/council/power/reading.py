"""Reading a rule from a YAML file, or by the name of one that comes with forestall."""

import re
from collections.abc import Mapping
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from forestall.council.power.rule import MOST_MEMBERS, All, Any_, AtLeast, Class, Concurring, Condition, Rule
from forestall.errors import UsageError

LARGEST = 200_000
DEEPEST = 6
MOST_EVENTS = 20_000
_NUMBER = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,2}|/[0-9]{1,30})?")
_ROOT = resources.files("forestall") / "council" / "power" / "rules"


def names() -> tuple[str, ...]:
    """The rules that come with forestall."""
    return tuple(sorted(path.name.removesuffix(".yml") for path in _ROOT.iterdir() if path.name.endswith(".yml")))


def read(name_or_path: str) -> Rule:
    """A rule by its name (`names()`) or from a YAML file. Raises UsageError, in one line, for anything else."""
    if name_or_path in names():
        return parse((_ROOT / f"{name_or_path}.yml").read_text("utf-8"), name_or_path)
    path = Path(name_or_path)
    if not path.is_file():
        raise UsageError(f"no rule {name_or_path!r}: give a YAML file or one of {', '.join(names())}")
    if path.stat().st_size > LARGEST:
        raise UsageError(f"{path} has {path.stat().st_size:,} bytes: a rule has at most {LARGEST:,}")
    try:
        return parse(path.read_bytes().decode("utf-8"), str(path))
    except UnicodeDecodeError:
        raise UsageError(
            f"{path} is no text in UTF-8: a rule is a YAML file, see docs/methods/council-power.md"
        ) from None


def parse(text: str, name: str) -> Rule:
    """A rule from YAML text. name: what to call it if the text does not, and in errors. Raises UsageError."""
    if text.startswith("%PDF"):
        raise UsageError(f"{name} is a PDF: a rule is a YAML file, see docs/methods/council-power.md")
    try:
        _check_events(text, name)
        _check_keys(yaml.compose(text, Loader=yaml.SafeLoader), name)
        document = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" at line {where.line + 1}" if where else ""
        raise UsageError(f"{name} is not readable as YAML{line}: see docs/methods/council-power.md") from None
    return from_document(document, name)


def _check_events(text: str, name: str) -> None:
    """Refuse what a rule never needs before anything is built: aliases (a few lines stand for millions), deep nesting,
    very many values."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        if isinstance(event, yaml.AliasEvent):
            raise UsageError(f"{name} uses YAML aliases (*name): write the parts out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > 4 * DEEPEST or number > MOST_EVENTS:
            raise UsageError(f"{name} nests deeper or holds more than a rule can: see docs/methods/council-power.md")


def _check_keys(node: yaml.Node | None, name: str) -> None:
    """Refuse a key that stands twice: YAML would drop the first unseen, and another rule would be measured."""
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = next((key for i, key in enumerate(keys) if key in keys[:i]), None)
        if twice is not None:
            raise UsageError(
                f"{name}: the key {twice[:40]!r} stands twice at line {node.start_mark.line + 1}: keep one"
            )
        for _, value in node.value:
            _check_keys(value, name)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _check_keys(value, name)


def from_document(document: Any, name: str) -> Rule:
    """A rule from what a YAML file holds. Raises UsageError."""
    held = _mapping(document, name, {"name", "source", "classes", "pass"}, {"classes", "pass"})
    if not isinstance(held["classes"], list) or not held["classes"]:
        raise UsageError(f"{name}: `classes` is a list of at least one class")
    classes = tuple(_class(one, name) for one in held["classes"])
    title, source = _one_line(str(held.get("name", name))), _one_line(str(held.get("source", "")))
    return Rule(title, classes, _condition(held["pass"], name, 0), source)


def _class(one: Any, name: str) -> Class:
    held = _mapping(one, f"{name}, a class", {"name", "size", "members", "weight"}, {"name"})
    called, members, size = _one_line(str(held["name"])), held.get("members"), held.get("size")
    if (members is None) == (size is None):
        raise UsageError(f"{name}: class {called!r} needs either `size` or `members`")
    if members is None:
        if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= MOST_MEMBERS:
            raise UsageError(
                f"{name}: class {called!r} has a size of {_shown(size)}: expected a number from 1 to {MOST_MEMBERS}"
            )
        members = [f"{called} {i + 1}" for i in range(size)] if size > 1 else [called]
    if not isinstance(members, list) or not all(isinstance(m, str) and m.strip() for m in members):
        raise UsageError(f"{name}: `members` of class {called!r} is a list of names")
    return Class(
        called, tuple(_one_line(m) for m in members), _number(held.get("weight", 1), f"{name}: weight of {called!r}")
    )


def _condition(one: Any, name: str, depth: int) -> Condition:
    if depth > DEEPEST:
        raise UsageError(f"{name}: conditions are nested more than {DEEPEST} deep")
    if isinstance(one, list):
        if not one:
            raise UsageError(f"{name}: a list of conditions is empty: expected at least one")
        return All(tuple(_condition(part, name, depth + 1) for part in one))
    held = _mapping(one, f"{name}, `pass`", {"all", "any", "at_least", "of", "count", "concurring", "blocks"}, set())
    kinds = [kind for kind in ("all", "any", "at_least", "concurring") if kind in held]
    if len(kinds) != 1:
        raise UsageError(f"{name}: a condition is one of `all`, `any`, `at_least`, `concurring`; given {sorted(held)}")
    kind = kinds[0]
    if kind in ("all", "any"):
        if not isinstance(held[kind], list) or not held[kind] or len(held) > 1:
            raise UsageError(f"{name}: `{kind}` is a list of conditions and stands alone")
        parts = tuple(_condition(part, name, depth + 1) for part in held[kind])
        return All(parts) if kind == "all" else Any_(parts)
    if kind == "concurring":
        if set(held) - {"concurring", "blocks"}:
            raise UsageError(f"{name}: `concurring` takes `blocks` beside it; given {sorted(held)}")
        blocks = held.get("blocks", 1)
        if not isinstance(blocks, int) or isinstance(blocks, bool) or abs(blocks) > 10 * MOST_MEMBERS:
            raise UsageError(f"{name}: `blocks` is how many objections block, a whole number; given {_shown(blocks)}")
        return Concurring(_one_line(str(held["concurring"])), blocks)
    if set(held) - {"at_least", "of", "count"}:
        raise UsageError(f"{name}: `at_least` takes `of` and `count` beside it; given {sorted(held)}")
    of = held.get("of", [])
    count = held.get("count", "weight")
    if count not in ("weight", "members"):
        raise UsageError(f"{name}: `count` is `weight` or `members`; given {count!r}")
    return AtLeast(
        _number(held["at_least"], f"{name}: `at_least`"),
        tuple(_one_line(str(c)) for c in (of if isinstance(of, list) else [of])),
        count,
    )


def _mapping(one: Any, name: str, known: set[str], needed: set[str]) -> Mapping[str, Any]:
    if not isinstance(one, dict):
        raise UsageError(f"{name}: expected keys and values ({', '.join(sorted(known))}), found {type(one).__name__}")
    strange, missing = {str(k) for k in one} - known, needed - {str(k) for k in one}
    if strange:
        raise UsageError(f"{name}: unknown keys {', '.join(sorted(strange))}; known are {', '.join(sorted(known))}")
    if missing:
        raise UsageError(f"{name}: lacks {', '.join(sorted(missing))}")
    return one


def _number(value: Any, what: str) -> Fraction:
    """A whole number, a decimal or a fraction written as text ("2/3"), exactly."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise UsageError(f"{what} is {_shown(value)}: expected a number")
    try:
        # An exponent of many digits would be written out in full.
        if (isinstance(value, int) and abs(value) > 10**30) or not _NUMBER.fullmatch(str(value).strip()):
            raise ValueError
        return Fraction(str(value).strip())
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"{what} is {_shown(value)}: expected a number such as 9, 0.5 or 2/3") from None


def _shown(value: Any) -> str:
    """What was given, short enough for one line."""
    if isinstance(value, int) and abs(value) > 10**30:
        return "a number of more than 30 digits"
    return repr(value)[:60]


def _one_line(text: str) -> str:
    """Text without line breaks and without codes that would steer a terminal."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())
