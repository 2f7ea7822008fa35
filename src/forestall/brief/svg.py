"""What Vega drew, made fit to stand inside a page: small, with ids of its own, with alternative text, free of anything foreign."""

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

_SVG = "http://www.w3.org/2000/svg"
_KEPT = {"svg", "g", "path", "line", "rect", "circle", "text", "tspan", "title", "desc", "defs", "clipPath", "pattern"}
_DROPPED = {"class", "role", "pointer-events", "font-family", "version", "display"}
_DEFAULTS = {
    ("opacity", "1"),
    ("stroke-width", "1"),
    ("fill-opacity", "1"),
    ("stroke-opacity", "1"),
    ("transform", "translate(0,0)"),
}
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_POLYGON = re.compile(r"[MLZ\d.,\-e ]*")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NEAREST = 12  # squared tenths of a px: points closer than a third of a px cannot be told apart


def writable(value: Any) -> Any:
    """A specification with every text free of characters that XML cannot hold: one of them makes vl-convert end the process."""
    if isinstance(value, str):
        return _UNWRITABLE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {writable(k): writable(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        # Coordinates are lists of lists of numbers, and long: nothing in them to clean.
        return value if value and not isinstance(value[0], (str, Mapping)) else [writable(v) for v in value]
    return value


def finish(drawn: str, *, name: str, title: str, description: str, font: str, hatched: Mapping[str, str]) -> str:
    """Vega's SVG as one element for a page.

    name: prefix of ids. title, description: plain text, read out to those who cannot see it. hatched: colours that become diagonal
    lines of another colour on that ground. Numbers keep one decimal; text is never touched.
    """
    root = ET.fromstring(drawn)  # noqa: S314 - Vega wrote it a line ago
    for element in list(root.iter()):
        element.tag = element.tag.rsplit("}", 1)[-1]
    for sheet in root.findall("rect"):
        root.remove(sheet)
    ids = {e.attrib["id"]: f"{name}-{i}" for i, e in enumerate(e for e in root.iter() if "id" in e.attrib)}
    lines: set[str] = set()
    for element in root.iter():
        _clean(element, name, ids, hatched, lines)
    _prune(root)
    root.attrib = {
        "class": "chart",
        "xmlns": _SVG,
        "viewBox": root.attrib["viewBox"],
        "width": root.attrib["width"],
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-desc",
        "font-family": font,
    }
    head = [_text("title", title, f"{name}-title"), _text("desc", description, f"{name}-desc")]
    if lines:
        defs = ET.Element("defs")
        defs.extend(_hatching(name, ground, hatched[ground]) for ground in sorted(lines))
        head.append(defs)
    root[:0] = head
    return ET.tostring(root, encoding="unicode")


def hatching(name: str, ground: str) -> str:
    """The fill that refers to a chart's diagonal lines on a ground."""
    return f"url(#{name}-hatch{ground[1:]})"


def _clean(element: ET.Element, name: str, ids: Mapping[str, str], hatched: Mapping[str, str], lines: set[str]) -> None:
    attributes = element.attrib
    hidden = attributes.get("display") == "none"
    for key, value in list(attributes.items()):
        if key in _DROPPED or key.startswith(("{", "aria-")) or (key, value) in _DEFAULTS:
            del attributes[key]
        elif key == "fill" and value in hatched:
            lines.add(value)
            attributes[key] = hatching(name, value)
        elif key == "id":
            attributes[key] = ids[value]
        elif value.startswith("url(#"):
            attributes[key] = f"url(#{ids[value[5:-1]]})"
        elif key == "d":
            attributes[key] = "" if hidden else short_path(value)
        elif key not in {"viewBox", "width", "height"}:
            attributes[key] = _NUMBER.sub(lambda m: _short(m[0], 1), value)


def _prune(element: ET.Element) -> None:
    """Remove what draws nothing: empty groups, paths without ink, elements that no chart of ours has, clips nobody uses."""
    for child in list(element):
        _prune(child)
        inked = "stroke" in child.attrib or child.get("fill", "none") not in {"none", "transparent"}
        empty = child.tag in {"g", "defs"} and len(child) == 0
        if empty or child.tag not in _KEPT or (child.tag == "path" and not (inked and child.get("d"))):
            element.remove(child)
    if element.tag == "svg":
        used = {v[5:-1] for e in element.iter() for v in e.attrib.values() if v.startswith("url(#")}
        for defs in element.findall("defs"):
            for clip in [c for c in defs if c.get("id") not in used]:
                defs.remove(clip)
            if len(defs) == 0:
                element.remove(defs)


def _hatching(name: str, ground: str, line: str) -> ET.Element:
    size = {"width": "5", "height": "5"}
    pattern = ET.Element("pattern", {"id": hatching(name, ground)[5:-1], **size, "patternUnits": "userSpaceOnUse"})
    pattern.set("patternTransform", "rotate(45)")
    ET.SubElement(pattern, "rect", {**size, "fill": ground})
    ET.SubElement(pattern, "rect", {"width": "1.2", "height": "5", "fill": line, "opacity": "0.6"})
    return pattern


def _text(tag: str, text: str, identity: str) -> ET.Element:
    element = ET.Element(tag, {"id": identity})
    element.text = writable(text)
    return element


def _short(number: str, places: int) -> str:
    text = f"{float(number):.{places}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def short_path(path: str) -> str:
    """A path with short numbers. Polygons become relative tenths of a px, without points that cannot be told apart."""
    if not _POLYGON.fullmatch(path):
        return _NUMBER.sub(lambda m: _short(m[0], 2), path)
    out: list[str] = []
    x = y = 0  # where the pen is, in tenths of a px
    for part in path.split("M")[1:]:
        closed = part.rstrip().endswith("Z")
        pairs = [point.split(",") for point in part.strip().rstrip("Z").split("L")]
        kept = _thinned([(round(float(a) * 10), round(float(b) * 10)) for a, b in pairs], closed)
        if len(kept) < (3 if closed else 2):
            continue
        first = kept[0]
        text = f"m{_pair(first[0] - x, first[1] - y)}" if out else f"M{_pair(*first)}"
        x, y = first
        steps = []
        for px, py in kept[1:]:
            steps.append(_pair(px - x, py - y))
            x, y = px, py
        # A minus sign separates numbers as well as a comma does.
        out.append(text + "l" + ",".join(steps).replace(",-", "-") + ("z" if closed else ""))
        if closed:
            x, y = first
    return "".join(out)


def _thinned(points: list[tuple[int, int]], closed: bool) -> list[tuple[int, int]]:
    kept = [points[0]]
    for point in points[1:]:
        if (point[0] - kept[-1][0]) ** 2 + (point[1] - kept[-1][1]) ** 2 > NEAREST:
            kept.append(point)
    if not closed and kept[-1] != points[-1]:
        kept.append(points[-1])
    # A speck keeps its own corners: it is a place all the same.
    return list(dict.fromkeys(points)) if closed and len(kept) < 3 else kept


def _pair(x: int, y: int) -> str:
    return f"{_tenths(x)},{_tenths(y)}"


def _tenths(value: int) -> str:
    sign, whole, rest = ("-" if value < 0 else ""), abs(value) // 10, abs(value) % 10
    return f"{sign}{whole or ('' if rest else 0)}{f'.{rest}' if rest else ''}"
