"""Charts: addChart, updateChartSpec, updateEmbeddedObjectPosition, deleteEmbeddedObject."""

from __future__ import annotations

from typing import Any, Final

from tests.sheets_server.areas import area_of, corner_of, printed
from tests.sheets_server.colours import settled
from tests.sheets_server.model import Book, Json, Sheet, invalid, unsupported
from tests.sheets_server.requests.apply import kind
from tests.sheets_server.requests.fields import merged, tree
from tests.sheets_server.requests.things import found_in, new_id, replaced

_SHELF, _ID = "charts", "chartId"
_SIZE: Final[Json] = {"widthPixels": 600, "heightPixels": 371}


@kind("addChart")
def add_chart(book: Book, body: Json) -> Json:
    """Pin a chart to a cell; it shows what its source ranges hold."""
    given = body.get("chart") or {}
    sheet, position = _position(book, given.get("position"))
    chart = {
        _ID: new_id(book, _SHELF, _ID, given.get(_ID)),
        "spec": _spec(book, given.get("spec")),
        "position": position,
    }
    if given.get("border"):
        chart["border"] = settled(given["border"])
    sheet.charts.append(chart)
    return {"chart": chart}


def _position(book: Book, given: Json | None) -> tuple[Sheet, Json]:
    overlay = (given or {}).get("overlayPosition")
    if (given or {}).get("newSheet") or (given or {}).get("sheetId") is not None:
        raise unsupported("charts on a sheet of their own")
    if not overlay:
        raise invalid("The position of a chart must be specified.")
    sheet, row, column = corner_of(book, overlay.get("anchorCell") or {})
    anchor = printed({"sheetId": sheet.id, "rowIndex": row or None, "columnIndex": column or None})
    rest = {k: v for k, v in overlay.items() if v and k != "anchorCell"}
    return sheet, {"overlayPosition": {"anchorCell": anchor} | _SIZE | rest}


def _spec(book: Book, given: Json | None) -> Json:
    if not given:
        raise invalid("The spec of a chart must be specified.")
    if given.get("dataSourceChartProperties"):
        raise unsupported("data sources")
    return _sources_checked(book, settled(given))


def _sources_checked(book: Book, found: Any) -> Any:
    """The spec with its source ranges as they are printed. Raises ApiError for one beyond its grid."""
    if isinstance(found, list):
        return [_sources_checked(book, item) for item in found]
    if not isinstance(found, dict):
        return found
    if "sources" in found:
        return found | {"sources": [area_of(book, item).json() for item in found["sources"]]}
    return {name: _sources_checked(book, value) for name, value in found.items()}


@kind("updateChartSpec")
def update_chart_spec(book: Book, body: Json) -> None:
    """Draw a chart anew; it keeps its id and its place."""
    sheet, place = found_in(book, _SHELF, _ID, body.get(_ID))
    replaced(sheet, _SHELF, place, sheet.charts[place] | {"spec": _spec(book, body.get("spec"))})


@kind("updateEmbeddedObjectPosition")
def update_embedded_object_position(book: Book, body: Json) -> Json:
    """Move a chart, or size it; it may go to another tab."""
    sheet, place = found_in(book, _SHELF, _ID, body.get("objectId"))
    mask = tree(body.get("fields"), "OverlayPosition")
    chart, given = sheet.charts[place], (body.get("newPosition") or {}).get("overlayPosition")
    if not given:
        raise unsupported("charts on a sheet of their own")
    overlay = merged(chart["position"]["overlayPosition"], given, mask)
    goal, position = _position(book, {"overlayPosition": overlay})
    del sheet.charts[place]
    goal.charts.insert(place if goal is sheet else len(goal.charts), chart | {"position": position})
    return {"position": position}


@kind("deleteEmbeddedObject")
def delete_embedded_object(book: Book, body: Json) -> None:
    """Take a chart away."""
    sheet, place = found_in(book, _SHELF, _ID, body.get("objectId"))
    del sheet.charts[place]
