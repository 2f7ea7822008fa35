"""Reading a YAML file that a stranger may have written: bounded, plain data only, one clear line when it won't do."""

from pathlib import Path
from typing import Any

import yaml

from forestall.errors import UsageError

MAX_BYTES = 64 * 1024
MAX_DEPTH = 12
MAX_NODES = 5000


class _Plain(yaml.SafeLoader):
    """SafeLoader that refuses what plain data never needs: references (a short text can unfold to gigabytes) and a key
    that stands twice (the first would be lost unseen).
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("it refers back to another part with *; write the part out")
        self.depth = getattr(self, "depth", 0) + 1
        self.nodes = getattr(self, "nodes", 0) + 1
        if self.depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise yaml.YAMLError(f"it nests deeper than {MAX_DEPTH} levels or holds more than {MAX_NODES} values")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = next((key for i, key in enumerate(keys) if key in keys[:i]), None)
        if twice is not None:
            raise yaml.YAMLError(f"the key {str(twice)[:60]!r} stands twice")
        return super().construct_mapping(node, deep=deep)


def read_mapping(path: Path, what: str) -> dict[str, Any]:
    """The mapping in a YAML file. what: how the file is called in errors, such as "proposal".

    Raises UsageError for a file that is missing, a folder, over 64 KiB, not UTF-8 text (a PDF, say), not YAML, or not a
    mapping of names to values.
    """
    name = str(path)
    if not path.is_file():
        raise UsageError(f"{what} {name!r} is not a file we can read; give the path of a YAML file")
    with path.open("rb") as handle:
        content = handle.read(MAX_BYTES + 1)
    if content.startswith(b"%PDF"):
        raise UsageError(f"{what} {name!r} is a PDF; give a YAML file with the seats written out")
    if len(content) > MAX_BYTES:
        raise UsageError(f"{what} {name!r} is over {MAX_BYTES // 1024} KiB; a {what} is a page of YAML")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{what} {name!r} is not UTF-8 text; save it as a YAML file in UTF-8") from None
    return parse_mapping(text, f"{what} {name!r}")


def parse_mapping(text: str, name: str) -> dict[str, Any]:
    """The mapping in a YAML text; name: how it is called in errors. Raises UsageError, see `read_mapping`."""
    try:
        found = yaml.load(text, Loader=_Plain)  # noqa: S506 - a SafeLoader with more refusals
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where is not None else ""
        said = str(getattr(error, "problem", None) or error).splitlines()[0]
        raise UsageError(f"{name} is not plain YAML{line}: {said[:200]}") from None
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise UsageError(f"{name} is not a mapping of names to values; begin with `id:`, `name:`, `members:`")
    return found
