"""A room imports only from floors below it."""

import ast
from pathlib import Path

import forestall

FLOORS = [
    {"settings", "errors"},
    {"parallel"},
    {"scores"},
    {"ids"},
    {"store"},
    {"sources", "panel", "council", "regional"},
    {"forecast"},
    {"instruments", "ledger"},
    {"verify", "brief"},
    {"cli"},
]
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
ROOT = Path(forestall.__file__).parent


def imported_rooms(file: Path) -> set[str]:
    """The rooms of forestall that a module imports, also inside its functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    parts = [name.split(".") for name in names]
    return {p[1] for p in parts if p[0] == "forestall" and len(p) > 1 and p[1] in LEVEL}


def test_every_room_stands_on_a_floor() -> None:
    rooms = {p.stem for p in ROOT.iterdir() if (p.is_dir() and any(p.glob("*.py"))) or p.suffix == ".py"} - {
        "__init__",
        "__main__",
    }
    assert rooms <= set(LEVEL), f"rooms without a floor: {sorted(rooms - set(LEVEL))}"


def test_no_arrow_runs_back() -> None:
    wrong = []
    for file in ROOT.rglob("*.py"):
        room = file.relative_to(ROOT).parts[0].removesuffix(".py")
        if room not in LEVEL:
            continue
        for other in imported_rooms(file) - {room}:
            if LEVEL[other] >= LEVEL[room]:
                wrong.append(f"{file.relative_to(ROOT)} imports {other}")
    assert not wrong, "\n".join(wrong)
