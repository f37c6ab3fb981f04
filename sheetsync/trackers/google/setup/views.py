"""The filter views To pick, To pack, To ship and Stuck: each person looks, nobody else's sheet moves.

What a step shows is told by hidden values, the way a person would set it, so that everybody can see
under the filter's arrow why an order is in the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from sheetsync.domain.columns.headings import column_letter
from sheetsync.domain.model import HeaderMap
from sheetsync.domain.rules import Rulebook
from sheetsync.domain.views import STEPS, TITLES, WORST, statuses_hidden, statuses_of_trouble
from sheetsync.trackers.google.setup.colours import begins_with
from sheetsync.trackers.google.setup.ground import Ground, reaches, table_width
from sheetsync.trackers.google.setup.parts import FOREIGN, Part
from sheetsync.trackers.google.shapes import area, digest, fixed_id
from sheetsync.trackers.google.structure import Json

PREFIX: Final = "view:"
_TICKED: Final = ("TRUE", "✓", "✔", "Yes", "yes", "x", "X", "Done", "done")
_UNTICKED: Final = ("FALSE", "")
_COLUMNS: Final[Mapping[str, str]] = {"dispatched": "dispatched_at"}
"""Evidence -> the column that tells it, where that has another name."""


def view_parts(ground: Ground, rules: Rulebook) -> Iterator[Part]:
    """The views that the tab's columns allow, and those that were installed and are wanted no more."""
    for title in TITLES:
        specs = criteria(title, ground.header, rules)
        if specs or PREFIX + title in ground.before:
            yield _part(ground, title, specs)


def view_id(sheet_id: int, title: str) -> int:
    """The id that the view of that title always has."""
    return fixed_id("view", sheet_id, title)


def criteria(title: str, header: HeaderMap, rules: Rulebook) -> list[Json]:
    """The filter specs of a view; [] where the tab lacks the column that it turns on."""
    specs = _stuck(header, rules) if title == "Stuck" else _step(title, header, rules)
    return [{"columnIndex": place, "filterCriteria": told} for place, told in sorted(specs.items())]


def _step(title: str, header: HeaderMap, rules: Rulebook) -> dict[int, Json]:
    stage, *evidence = STEPS[title]
    done, open_ = (_COLUMNS.get(key, key) for key in evidence)
    places = header.columns
    if open_ not in places:
        return {}
    specs: dict[int, Json] = {}
    if done in places:
        specs[places[done]] = {"hiddenValues": list(_UNTICKED)}
    if rules.columns[open_].type == "checkbox":
        specs[places[open_]] = {"hiddenValues": list(_TICKED)}
    else:
        specs[places[open_]] = {"condition": {"type": "BLANK"}}
    if "status" in places and (hidden := statuses_hidden(stage, rules)):
        specs[places["status"]] = {"hiddenValues": hidden}
    return specs


def _stuck(header: HeaderMap, rules: Rulebook) -> dict[int, Json]:
    """Late, wrong, on hold or otherwise in trouble: any one of them is enough, so it is a formula."""
    row = header.row_number + 1
    cell: Callable[[str], str] = lambda key: f"${column_letter(header.columns[key])}{row}"  # noqa: E731
    tests = [
        begins_with(cell(key), word).removeprefix("=")
        for key, word in WORST
        if key in header.columns
    ]
    if "status" in header.columns:
        tests += [f'({cell("status")}="{name}")' for name in statuses_of_trouble(rules)]
    if not tests:
        return {}
    turns_on = next(key for key in ("sla", "check", "status") if key in header.columns)
    formula = f"=({'+'.join(tests)})>0"
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
    return {header.columns[turns_on]: {"condition": condition}}


def _part(ground: Ground, title: str, specs: list[Json]) -> Part:
    id_, name = view_id(ground.tab.id, title), PREFIX + title
    ours = next((v for v in ground.tab.filter_views if v.get("filterViewId") == id_), None)
    same_title = any(
        view.get("title", "").casefold() == title.casefold() and view is not ours
        for view in ground.tab.filter_views
    )
    view = _view(ground, title, specs)
    put: Json = {"addFilterView": {"filter": view}}
    if ours is not None:
        put = {"updateFilterView": {"filter": view, "fields": "title,range,filterSpecs,sortSpecs"}}
    wanted = digest(specs, view.get("sortSpecs"), table_width(ground)) if specs else ""
    found = FOREIGN if same_title and ours is None else ""
    if ours is not None:
        found = ground.before.get(name, FOREIGN)
    header_row = ground.header.row_number - 1
    return Part(
        name=name,
        wanted=wanted,
        found=found,
        put=(put,),
        take_back=({"deleteFilterView": {"filterId": id_}},),
        short=ours is not None and not reaches(ours.get("range", {}), ground.tab, header_row),
    )


def _view(ground: Ground, title: str, specs: list[Json]) -> Json:
    places = ground.header.columns
    by = next((places[key] for key in ("sla_due", "ordered_at") if key in places), None)
    view: Json = {
        "filterViewId": view_id(ground.tab.id, title),
        "title": title,
        "range": area(
            ground.tab.id, (ground.header.row_number - 1, None), (0, table_width(ground))
        ),
        "filterSpecs": specs,
    }
    if by is not None:
        view["sortSpecs"] = [{"dimensionIndex": by, "sortOrder": "ASCENDING"}]
    return view
