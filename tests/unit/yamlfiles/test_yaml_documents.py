"""YAML that people edit: texts stay as typed, tricks are refused, every value knows its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetsync.yamlfiles.document import read_document


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"), ("NO", "NO"), ("off", "off"), ("8:30", "8:30"), ("80%", "80%"),
        ("2026-12-24", "2026-12-24"), ("010", "010"), ("0x1F", "0x1F"), ("1e3", "1e3"),
        ("1_000", "1_000"), ("true", True), ("FALSE", False), ("~", None), ("", None),
        ("12", 12), ("-3", -3), ("4.2", 4.2), ("'12'", "12"), ('"true"', "true"), ("24/7", "24/7"),
        ("[a, 1, yes]", ["a", 1, "yes"]), ("{a: {b: c}}", {"a": {"b": "c"}}), (".5", ".5"),
        ("99999999999999999999", "99999999999999999999"),
    ],
)  # fmt: skip
def test_a_value_is_what_was_typed(written, value):
    assert read_document("x", f"key: {written}").get(("key",)) == value


def test_every_value_and_key_knows_its_place():
    document = read_document("x", "a:\n  - b: 1\n    c: [2, {d: 3}]\n")
    assert document.at_key(("a", 0, "c", 1, "d")) == (3, 13)
    assert document.at_value(("a", 0, "c", 1, "d")) == (3, 16)
    assert document.at_key(("a", 0)) == (2, 5)
    assert document.at_value(("a", 0, "missing", 7)) == (2, 5)


def test_every_doubled_key_is_found_with_the_line_of_the_first():
    document = read_document("x.yaml", "a: {b: 1, b: [2, {c: 3}]}\na: 2\nd: 4\n")
    assert [str(problem) for problem in document.problems] == [
        'x.yaml:1:11: "b" stands twice here, first in line 1; keep one',
        'x.yaml:2:1: "a" stands twice here, first in line 1; keep one',
    ]
    assert document.value == {"a": {"b": 1}, "d": 4}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: &x [1]\nb: [*x, *x]\n", "1:4: &x names a part to be repeated, which is not used here; remove it"),
        ("a: !!python/object:os.system 1", "1:4: the mark tag:yaml.org,2002:python/object:os.system is not used here; remove it, or put the text in quotes"),
        ("? [a]\n: 1\n", "1:3: a name is expected before the colon, not a list or mapping"),
        ("a: 1\n---\nb: 2\n", "2:1: a second document begins here; remove the line ---"),
        ("a: \x07", "1:4: this character cannot stand in the file; remove it"),
        ("a: @x", "1:4: a text cannot begin with this character; put the text in quotes"),
        ("a: {b: 1,, c: 2}", "1:10: a value is missing before this"),
        ('a: "\\d"', "1:6: inside double quotes \\ has a meaning of its own; use single quotes"),
        ("a: 'it's'", "1:8: this does not fit the lines above; check that it is indented like them and that quotes are closed"),
        ("[" * 30, "1:22: this is nested more than 20 levels deep"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_in_words(text, problem):
    [found] = read_document("x", text).problems
    assert str(found) == f"x:{problem}"


def test_a_thousandfold_repetition_is_refused_before_it_is_unfolded():
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
    )
    assert len(read_document("x", bomb).problems) == 1


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter():
    document = read_document("x", b"\xef\xbb\xbfversion: 1\r\nb: 2\r\n")
    assert document.value == {"version": 1, "b": 2}
    assert document.at_key(("b",)) == (2, 1)


@given(st.text(max_size=200))
def test_no_text_whatever_raises(text):
    document = read_document("x", text)
    assert document.problems or document.value is None or document.values


@given(st.binary(max_size=200))
def test_no_bytes_whatever_raise(content):
    read_document("x", content)
