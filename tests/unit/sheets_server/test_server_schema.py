"""The schema gate: what breaks Google's description of the API is collected, or raised."""

from __future__ import annotations

import pytest

from tests.sheets_server.answers import Call
from tests.sheets_server.routes.table import ROUTES
from tests.sheets_server.schema import SchemaGate, SchemaViolation, methods


def call(name, body=b"", **query):
    return Call(1, "POST", "/", {k: [v] for k, v in query.items()}, body, "", "write", name)


def asked(name, body=b"", **query):
    gate = SchemaGate()
    gate.request(call(name, body, **query))
    return gate.violations


def answered(name, reply):
    gate = SchemaGate()
    gate.reply(call(name), reply)
    return gate.violations


BATCH = "spreadsheets.batchUpdate"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"requests": [{"updateCell": {}}]}', ".requests[0].updateCell: is no field of Request"),
        (b'{"requests": {}}', ".requests: {} is no list"),
        (b'{"requests": [{"updateCells": {"fields": 1}}]}', ".requests[0].updateCells.fields: 1 is no string"),
        (b'{"requests": [{"mergeCells": {"mergeType": "ALL"}}]}', "'ALL' is not one of the words for it"),
        (b'{"requests": [{"deleteSheet": {"sheetId": true}}]}', "True is no integer"),
    ],
)  # fmt: skip
def test_a_request_that_google_would_not_know_is_told_with_its_place(body, told):
    [found] = asked(BATCH, body)
    assert found.startswith("request of spreadsheets.batchUpdate: ")
    assert told in found


def test_null_fields_and_a_nested_list_of_requests_are_let_through():
    body = (
        b'{"requests": [[{"addSheet": {"properties": {"index": null}}}]], "responseRanges": null}'
    )
    assert asked(BATCH, body) == []


def test_parameters_are_looked_at_too():
    [found] = asked("spreadsheets.values.get", valueRenderOption="RAW", prettyPrint="false")
    assert "valueRenderOption: 'RAW' is not one of ['FORMATTED_VALUE'," in found
    [found] = asked("spreadsheets.get", includeGridDate="true")
    assert "includeGridDate: is no parameter of this method" in found
    [found] = asked("spreadsheets.get", includeGridData="yes")
    assert "'yes' is not true or false" in found


def test_a_reply_has_no_nulls_and_no_fields_of_our_own():
    assert answered("spreadsheets.values.get", {"range": "A1", "values": [["x", 1, True]]}) == []
    [found] = answered("spreadsheets.values.get", {"range": None})
    assert "None is no string" in found
    [found] = answered("spreadsheets.get", {"sheets": [{"rows": []}]})
    assert ".sheets[0].rows: is no field of Sheet" in found


def test_a_strict_gate_raises():
    gate = SchemaGate(strict=True)
    with pytest.raises(SchemaViolation, match="is no field of Request"):
        gate.request(call(BATCH, b'{"requests": [{"nothing": {}}]}'))


def test_every_method_of_the_api_has_an_endpoint_and_no_endpoint_is_made_up():
    ours = {route.name for route in ROUTES if route.name.startswith("spreadsheets.")}
    assert ours == set(methods())
