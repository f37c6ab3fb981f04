"""Hidden marks (developer metadata): do they go along with rows and columns, and what are their limits?"""

from __future__ import annotations

from typing import Final

from sheetsync.trackers.google.selftest.answers import Finding
from sheetsync.trackers.google.selftest.fence import KEY
from sheetsync.trackers.google.selftest.lab import Lab, yes_no
from sheetsync.trackers.google.selftest.probes.question import Question
from sheetsync.trackers.google.structure import Json

_MOST: Final = 30_000
_LETTERS: Final = (("c", 3), ("a", 1), ("b", 2))


def _row_sorted(lab: Lab) -> Finding:
    """The marked row holds b and becomes the second of three."""
    lab.fresh(_LETTERS, _mark(lab, "row-sorted", "ROWS", 2))
    spec = {"dimensionIndex": 0, "sortOrder": "ASCENDING"}
    lab.done({"sortRange": {"range": lab.area((0, 3), (0, 2)), "sortSpecs": [spec]}})
    return _followed(
        lab, "row-sorted", 1, "Marked a row of three, sorted them, and looked where the mark is."
    )


def _row_cut(lab: Lab) -> Finding:
    lab.fresh(_LETTERS, _mark(lab, "row-cut", "ROWS", 2))
    there = {"sheetId": lab.scratch.id, "rowIndex": 9, "columnIndex": 0}
    cut = {"source": lab.area((2, 3), (0, 2)), "destination": there, "pasteType": "PASTE_NORMAL"}
    lab.done({"cutPaste": cut})
    return _followed(lab, "row-cut", 9, "Marked a row, cut its cells and pasted them into row 10.")


def _row_moved(lab: Lab) -> Finding:
    lab.fresh(_LETTERS, _mark(lab, "row-moved", "ROWS", 2))
    lab.done({"moveDimension": {"source": lab.span("ROWS", 2, 3), "destinationIndex": 0}})
    return _followed(lab, "row-moved", 0, "Marked a row and moved it to the top, as by dragging.")


def _column_moved(lab: Lab) -> Finding:
    lab.fresh((("A", "B", "C", "D"),), _mark(lab, "column-moved", "COLUMNS", 1))
    lab.done({"moveDimension": {"source": lab.span("COLUMNS", 1, 2), "destinationIndex": 4}})
    return _followed(lab, "column-moved", 3, "Marked column B and moved it behind column D.")


def _column_shifted(lab: Lab) -> Finding:
    lab.fresh((("A", "B", "C", "D"),), _mark(lab, "column-shifted", "COLUMNS", 1))
    span = lab.span("COLUMNS", 0, 1)
    lab.done({"insertDimension": {"range": span, "inheritFromBefore": False}})
    found = _followed(lab, "column-shifted", 2, "Marked column B and inserted a column before A.")
    lab.done({"deleteDimension": {"range": span}})
    return found


def _column_cut(lab: Lab) -> Finding:
    lab.fresh((("A", "B", "C", "D"),), _mark(lab, "column-cut", "COLUMNS", 1))
    there = {"sheetId": lab.scratch.id, "rowIndex": 0, "columnIndex": 6}
    cut = {"source": lab.area((0, 9), (1, 2)), "destination": there, "pasteType": "PASTE_NORMAL"}
    lab.done({"cutPaste": cut})
    return _followed(lab, "column-cut", 6, "Marked column B, cut its cells and pasted them into G.")


def _twice(lab: Lab) -> Finding:
    """On the spreadsheet itself, where the mark of the owner stands."""
    key = f"{KEY}.twice"
    entry: Json = {
        "metadataId": lab.fresh_id(),
        "metadataKey": key,
        "metadataValue": "1",
        "visibility": "DOCUMENT",
        "location": {"spreadsheet": True},
    }
    create = {"createDeveloperMetadata": {"developerMetadata": entry}}
    lab.done(create)
    again = lab.ask(create)
    lookup = {"developerMetadataLookup": {"metadataKey": key}}
    lab.done({"deleteDeveloperMetadata": {"dataFilter": lookup}})
    return yes_no(
        truth=not again.ok,
        did="Made a mark on the spreadsheet under an id, and another one under the same id; took it away.",
        yes="The second one is refused, so a fixed id keeps two workers from marking a sheet at once.",
        no="The second one is accepted: a fixed id does not keep two workers apart.",
        evidence=(f"{again.status}: {lab.shown(again.error or again.answer)}",),
    )


def _limit(lab: Lab) -> Finding:
    """The key counts too, and the marks that the tab has already."""
    entry = {
        "metadataKey": f"{KEY}.long",
        "metadataValue": "x" * _MOST,
        "visibility": "DOCUMENT",
        "location": {"sheetId": lab.scratch.id},
    }
    reply = lab.ask({"createDeveloperMetadata": {"developerMetadata": entry}})
    if reply.ok:
        lookup = {"developerMetadataLookup": {"metadataKey": f"{KEY}.long"}}
        lab.done({"deleteDeveloperMetadata": {"dataFilter": lookup}})
    return yes_no(
        truth=not reply.ok,
        did=f"Tried to make a mark of more than {_MOST:,} characters on the scratch tab.",
        yes="It is refused.",
        no="It is accepted.",
        evidence=(f"{reply.status}: {lab.shown(reply.error or 'accepted')}",),
    )


def _mark(lab: Lab, name: str, dimension: str, place: int) -> Json:
    entry = {
        "metadataKey": f"{KEY}.{name}",
        "metadataValue": name,
        "visibility": "DOCUMENT",
        "location": {"dimensionRange": lab.span(dimension, place, place + 1)},
    }
    return {"createDeveloperMetadata": {"developerMetadata": entry}}


def _followed(lab: Lab, name: str, wanted: int, did: str) -> Finding:
    """Where the mark is now; it is taken away with the same request that tells it."""
    lookup = {"developerMetadataLookup": {"metadataKey": f"{KEY}.{name}"}}
    answer = lab.done({"deleteDeveloperMetadata": {"dataFilter": lookup}})
    marks = (
        answer["replies"][0].get("deleteDeveloperMetadata", {}).get("deletedDeveloperMetadata", [])
    )
    spans = [mark.get("location", {}).get("dimensionRange", {}) for mark in marks]
    places = [span.get("startIndex", 0) for span in spans]
    evidence = (f"index {wanted} expected where it goes along, found {places or 'no mark'}",)
    if places == [wanted]:
        return Finding(did=did, verdict="yes", says="The mark went along.", evidence=evidence)
    says = "The mark stayed where it was." if places else "The mark was gone."
    return Finding(did=did, verdict="no", says=says, evidence=evidence)


QUESTIONS: Final = (
    Question("row-mark-sorted", "Does a mark on a row go along when rows are sorted?", _row_sorted),
    Question("row-mark-cut", "Does a mark on a row go along when its cells are cut and pasted elsewhere?", _row_cut),
    Question("row-mark-moved", "Does a mark on a row go along when the row is dragged elsewhere?", _row_moved),
    Question("column-mark-moved", "Does a mark on a column go along when the column is dragged elsewhere?", _column_moved),
    Question("column-mark-shifted", "Does a mark on a column go along when a column is inserted before it?", _column_shifted),
    Question("column-mark-cut", "Does a mark on a column go along when its cells are cut and pasted elsewhere?", _column_cut),
    Question("mark-id-twice", "Is making a mark under an id that exists an error?", _twice),
    Question("mark-limit", f"Is a tab held to {_MOST:,} characters of marks?", _limit),
)  # fmt: skip
