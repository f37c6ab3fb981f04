"""The words of a mail, and the fence around its templates."""

from __future__ import annotations

import json

import pytest

from sheetsync.errors import MailError
from sheetsync.messages.render import Renderer
from tests.support.letters import digest_context

KINDS = ("escalation", "suppressed", "rules-broken", "held", "mails-held", "feed-held", "trouble")


def owner(tmp_path, kind="escalation", part="body.txt", text=""):
    folder = tmp_path / kind
    folder.mkdir(exist_ok=True)
    (folder / f"{part}.j2").write_text(text)
    return Renderer(tmp_path)


def test_the_text_alone_says_what_a_floor_lead_needs():
    text = Renderer().render("escalation", digest_context()).text
    assert text.startswith(
        "Lerato,\n\n3 orders need you, 2 past the limit (as of Mon 2 Mar 15:30). Worst first.\n\n1. #SP-20491"
    )
    block = text.partition("1. ")[2].partition("\n\n")[0]
    for fact in (
        "#SP-20491",
        "Expedited",
        "1 day 2 h over",
        "Mon 09:03",
        "limit 4 h",
        "Thabo",
        "Next: ",
    ):
        assert fact in block
    assert "\n\n\n" not in text
    assert "Handled by: nobody yet" in text


def test_the_html_says_the_same_as_the_text():
    rendered = Renderer().render("escalation", digest_context(12))
    for row in digest_context(12)["rows"]:
        for fact in (row["order"], row["over"], row["since"], row["next_step"]):
            assert fact in rendered.html
            assert fact in rendered.text


def test_a_vendor_is_told_nothing_about_our_staff():
    row = {"order": "#SP-1", "stage": "Dispatch", "state": "Breached", "since": "Mon 09:03"}
    facts = {"rows": [row], "audience": "vendor", "level": 2, "more": 3}
    rendered = Renderer().render("escalation", facts)
    for ours in ("Handled by", "escalation level", "Level 2", "SLA", "tick"):
        assert ours not in rendered.text + rendered.html


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_renders_without_optional_facts(kind):
    rendered = Renderer().render(kind, {})
    assert rendered.subject
    assert "Undefined" not in rendered.text + rendered.html
    for word in ("None", "null", "nan"):
        assert f" {word}" not in rendered.text


def test_a_row_without_optional_facts_still_reads_well():
    rendered = Renderer().render(
        "escalation", {"rows": [{"order": "#SP-1", "since": None}], "more": 4}
    )
    assert "5 orders need you" in rendered.text
    assert "And 4 more" in rendered.text
    assert "None" not in rendered.text + rendered.html


def test_an_html_mail_needs_nothing_from_elsewhere():
    for kind in KINDS:
        html = Renderer().render(kind, digest_context()).html
        assert not any(
            sign in html for sign in ("http://", "https://", "src=", "url(", "<script", "<link")
        )
        assert "prefers-color-scheme: dark" in html


def test_an_owners_template_wins(tmp_path):
    renderer = owner(tmp_path, text="Hello {{ recipient_name }}, {{ rows|length }} orders.")
    rendered = renderer.render("escalation", digest_context())
    assert rendered.text == "Hello Lerato, 3 orders.\n"
    assert "#SP-20491" in rendered.html


def test_a_misspelt_name_is_an_error_in_words(tmp_path):
    with pytest.raises(MailError, match=r"escalation/body\.txt\.j2.*recipent.*Correct it"):
        owner(tmp_path, text="Hello {{ recipent }}").render("escalation", {})


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ '{0.__class__}'.format(rows) }}",
        "{{ 'x'.ljust(999999999) }}",
        "{{ 'x' * 999999999 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ 'x'|center(999999999) }}",
        "{{ '%999999999d'|format(1) }}",
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
        "{% set r = range(9999) %}{% for a in r %}{% for b in r %}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(40) }}",
        "{% set ns = namespace(x='y') %}",
        "{% set x = 'y' * 3 %}",
        "{% for a in range(300) %}{{ subject ~ subject ~ subject ~ subject }}{% endfor %}",
        "{{ range(10**9)|list }}",
        "{% include '../../etc/passwd' %}",
        "{{ rows.append(1) }}",
        "{{ 1 / 0 }}",
        "{% if %}",
    ],
)
def test_no_template_can_break_out_or_run_for_ever(tmp_path, text):
    renderer = owner(tmp_path, text=text)
    with pytest.raises(MailError) as refused:
        renderer.render("escalation", {"rows": [], "subject": "z" * 2000})
    assert refused.value.permanent


def test_facts_are_json_and_long_text_is_cut():
    context = json.loads(json.dumps(digest_context(1)))
    context["rows"][0]["next_step"] = "x" * 50_000
    assert len(Renderer().render("escalation", context).text) < 5_000
