"""A chart drawn as SVG: lines, columns or bars, simply, over axes that begin at nought: what lies below is left out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

INK: Final = "#444746"
GRID: Final = "#e3e5e8"


@dataclass(frozen=True, slots=True)
class Line:
    """One series; None is a gap."""

    name: str
    colour: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What is drawn. `kind` is LINE, COLUMN or BAR; `axis` is the title of the axis of values."""

    kind: str
    title: str
    axis: str
    stacked: bool
    categories: Sequence[str]
    lines: Sequence[Line]
    legend: bool


@dataclass(frozen=True, slots=True)
class _Field:
    """The rectangle in which the figures are drawn, and its largest value."""

    left: float
    top: float
    right: float
    bottom: float
    most: float
    count: int
    ticks: Sequence[float] = field(default=())

    def up(self, value: float) -> float:
        """The height of a value on an upright axis."""
        return self.bottom - (self.bottom - self.top) * value / self.most

    def along(self, value: float) -> float:
        """The place of a value on a lying axis."""
        return self.left + (self.right - self.left) * value / self.most

    def slot(self, *, upright: bool) -> float:
        """The room of one category."""
        room = self.right - self.left if upright else self.bottom - self.top
        return room / max(self.count, 1)


def drawn(drawing: Drawing, wide: int, high: int) -> str:
    """The chart as an SVG of that many pixels."""
    place = _field(drawing, wide, high)
    size = f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(drawing.title)}">',
        f'<rect x=".5" y=".5" width="{wide - 1}" height="{high - 1}" rx="4" fill="#fff" stroke="{GRID}"/>',
        _text(16, 26, drawing.title, size=_title_size(drawing.title, wide), ink="#222", weight=600),
        *_axes(drawing, place),
        *_figures(drawing, place),
        *(_legend(drawing, wide, high) if drawing.legend else ()),
        "</svg>",
    ]
    return "".join(parts)


def _title_size(title: str, wide: int) -> float:
    """As large as it may be, and no wider than the chart."""
    return round(min(16, max(10, (wide - 32) / (0.56 * max(len(title), 1)))), 1)


def _field(drawing: Drawing, wide: int, high: int) -> _Field:
    ticks = _ticks(_most(drawing), whole=_whole(drawing))
    sideways = drawing.kind == "BAR"
    left = 16 + (120 if sideways else 34) + (18 if drawing.axis and not sideways else 0)
    bottom = high - 30 - (24 if drawing.legend else 0) - (18 if drawing.axis and sideways else 0)
    return _Field(left, 48, wide - 20, bottom, ticks[-1], len(drawing.categories), ticks)


def _most(drawing: Drawing) -> float:
    columns = [
        [line.values[place] or 0 for line in drawing.lines if place < len(line.values)]
        for place in range(max((len(line.values) for line in drawing.lines), default=0))
    ]
    heights = [sum(column) if drawing.stacked else max(column, default=0) for column in columns]
    return max([*heights, 0])


def _whole(drawing: Drawing) -> bool:
    values = [value for line in drawing.lines for value in line.values if value is not None]
    return all(value == int(value) for value in values)


def _ticks(most: float, *, whole: bool) -> list[float]:
    """About four round steps from nought to above the largest value."""
    if most <= 0:
        return [0, 1]
    rough = most / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    step = max(step, 1) if whole else step
    count = math.ceil(most / step - 1e-9)
    return [step * number for number in range(count + 1)]


def _axes(drawing: Drawing, place: _Field) -> Iterator[str]:
    sideways = drawing.kind == "BAR"
    for tick in place.ticks:
        if sideways:
            x = place.along(tick)
            yield _stroke(x, place.top, x, place.bottom)
            yield _text(x, place.bottom + 18, f"{tick:g}", anchor="middle")
        else:
            y = place.up(tick)
            yield _stroke(place.left, y, place.right, y)
            yield _text(place.left - 8, y + 4, f"{tick:g}", anchor="end")
    for number, name in enumerate(drawing.categories):
        middle = (number + 0.5) * place.slot(upright=not sideways)
        if sideways:
            yield _text(place.left - 8, place.top + middle + 4, _short(name, 18), anchor="end")
        else:
            most = max(3, int(place.slot(upright=True) / 5.6))
            x, y = place.left + middle, place.bottom + 18
            yield _text(x, y, _short(name, most), size=11, anchor="middle")
    if drawing.axis and not sideways:
        middle = (place.top + place.bottom) / 2
        turn = f' transform="rotate(-90 22 {middle:.1f})"'
        yield _text(22, middle, drawing.axis, anchor="middle", more=turn)
    elif drawing.axis:
        yield _text(
            (place.left + place.right) / 2, place.bottom + 36, drawing.axis, anchor="middle"
        )


def _figures(drawing: Drawing, place: _Field) -> Iterator[str]:
    if drawing.kind == "LINE":
        for line in drawing.lines:
            yield from _polyline(line, place)
        return
    below = [0.0] * place.count
    across = 1 if drawing.stacked else max(len(drawing.lines), 1)
    upright = drawing.kind != "BAR"
    slot = place.slot(upright=upright)
    thick = min(slot * 0.7 / across, 60)
    for number, line in enumerate(drawing.lines):
        shift = 0 if drawing.stacked else number
        for at, value in enumerate(line.values[: place.count]):
            if value is None or value <= 0:
                continue
            start = slot * (at + 0.5) - thick * across / 2 + thick * shift
            yield _block(
                place, line, (start, thick), (below[at], below[at] + value), upright=upright
            )
            below[at] += value if drawing.stacked else 0


def _block(
    place: _Field,
    line: Line,
    side: tuple[float, float],
    span: tuple[float, float],
    *,
    upright: bool,
) -> str:
    start, thick = side
    if upright:
        x, y = place.left + start, place.up(span[1])
        wide, high = thick, place.up(span[0]) - y
    else:
        x, y = place.along(span[0]), place.top + start
        wide, high = place.along(span[1]) - x, thick
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{line.colour}">'
        f"<title>{escape(line.name)} {span[1] - span[0]:g}</title></rect>"
    )


def _polyline(line: Line, place: _Field) -> Iterator[str]:
    slot = place.slot(upright=True)
    points = [
        (place.left + slot * (at + 0.5), place.up(value), value)
        for at, value in enumerate(line.values)
        if value is not None
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    yield f'<polyline points="{path}" fill="none" stroke="{line.colour}" stroke-width="2"/>'
    for x, y, value in points:
        yield (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{line.colour}">'
            f"<title>{escape(line.name)} {value:g}</title></circle>"
        )


def _legend(drawing: Drawing, wide: int, high: int) -> Iterator[str]:
    lengths = [26 + 7 * len(line.name) for line in drawing.lines]
    x = max((wide - sum(lengths)) / 2, 12)
    for line, length in zip(drawing.lines, lengths, strict=True):
        yield f'<rect x="{x:.1f}" y="{high - 22}" width="10" height="10" rx="2" fill="{line.colour}"/>'
        yield _text(x + 15, high - 13, line.name)
        x += length


def _stroke(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{GRID}"/>'


def _text(
    x: float, y: float, words: str, *, size: float = 12, anchor: str = "start", ink: str = INK,
    weight: int = 400, more: str = "",
) -> str:  # fmt: skip
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{ink}" '
        f'text-anchor="{anchor}"{more}>{escape(words)}</text>'
    )


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"
