"""What customers and vendors read: each letter in each language, with all facts and with hardly any."""

from __future__ import annotations

import pytest

from sheetsync.errors import MailError
from sheetsync.messages.brand import Brand
from sheetsync.messages.facts import safe_link
from sheetsync.messages.kinds import CUSTOMER_KINDS, KINDS, VENDOR_KINDS
from sheetsync.messages.render import Renderer
from sheetsync.messages.samples import sample_facts
from tests.support.letter_snapshots import BRAND, FOLDER, LOCALES, snapshot
from tests.support.letter_snapshots import KINDS as SHOWN

RENDERER = Renderer(None, BRAND)
OUTSIDE = (*CUSTOMER_KINDS, *VENDOR_KINDS)
FACTS = {"order_id": "#SP-1", "customer_name": "Ann", "timezone": "Africa/Johannesburg"}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", SHOWN)
def test_each_letter_says_what_it_said_when_it_was_last_looked_at(kind, locale):
    """After a change on purpose: python -m tests.support.letter_snapshots."""
    kept = (FOLDER / f"{kind}.{locale}.txt").read_text(encoding="utf-8")
    assert snapshot(RENDERER, kind, locale) == kept


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_that_lacks_facts_has_no_holes(kind, locale):
    told = RENDERER.render(kind, {"order_id": "#SP-1", "locale": locale})
    assert told.subject
    for hole in ("None", "Undefined", ": \n", "()", "  ", " ,", "{", "}", "\n\n\n"):
        assert hole not in told.text.replace("\n  ", "\n"), hole
    for hole in ("None", "Undefined", 'href=""', "<strong></strong>", "<td></td>"):
        assert hole not in told.html, hole


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", OUTSIDE)
def test_html_and_text_tell_the_same_facts_and_where_questions_go(kind, locale):
    facts = sample_facts(kind, locale)
    told = RENDERER.render(kind, facts)
    for fact in ("order_id", "tracking_number", "delay_cause", "next_step", "code"):
        value = facts.get(fact, "")
        assert (value in told.text) == (value in told.html) or fact == "code", fact
    assert facts.get("contact_email", BRAND.email) in told.text
    assert facts.get("contact_email", BRAND.email) in told.html
    assert BRAND.imprint[0] in told.text
    assert f'lang="{locale}"' in told.html
    assert told.language == locale


@pytest.mark.parametrize("kind", CUSTOMER_KINDS)
def test_all_letters_about_an_order_have_one_subject(kind):
    assert RENDERER.render(kind, sample_facts(kind)).subject == "Your order #SP-20491"
    assert RENDERER.render(kind, sample_facts(kind, "de")).subject == "Ihre Bestellung #SP-20491"


def test_what_is_absent_is_declared_rather_than_left_out():
    told = RENDERER.render("shipped", FACTS)
    assert "Tracking number: none for this parcel" in told.text
    assert "The carrier has given no date of delivery yet." in told.text
    assert "no date of delivery yet" in told.html


def test_a_letter_fetches_nothing_unless_the_owner_names_a_picture():
    for kind in OUTSIDE:
        html = RENDERER.render(kind, sample_facts(kind)).html
        assert not any(
            sign in html for sign in ("src=", "url(", "<img", "<script", "<link", "http://")
        )
    branded = Renderer(None, Brand(name="Ours & Co", logo="https://x.example/l.png"))
    html = branded.render("shipped", FACTS).html
    assert html.count("src=") == 1
    assert 'src="https://x.example/l.png" alt="Ours &amp; Co"' in html


def test_a_long_order_is_told_in_part_and_counted():
    lines = [{"sku": f"S{n}", "product": "Mug", "quantity": "1"} for n in range(60)]
    assert "and 20 more items" in RENDERER.render("packed", {**FACTS, "lines": lines}).text
    german = RENDERER.render("packed", {**FACTS, "lines": lines[:41], "locale": "de"})
    assert "und 1 weiterer Artikel" in german.text


def test_vendors_hear_plurals_of_their_orders():
    entry = sample_facts("vendor_assigned")["assignments"][0]
    one = RENDERER.render("vendor_assigned", {"assignments": [entry], "code": "V7"})
    two = RENDERER.render(
        "vendor_assigned", {"assignments": [entry, {**entry, "order_id": "#SP-2"}]}
    )
    assert one.subject == "Order #SP-20491 [V7]"
    assert two.subject == "2 orders for you"
    assert "2 new orders for you" in two.html
    assert "Ann Mokoena" in one.text


@pytest.mark.parametrize(
    ("asked", "company", "written", "day"),
    [
        ("de", "en", "de", "Donnerstag, 5. März 2026"),
        ("de-AT", "en", "de_AT", "Donnerstag, 5. März 2026"),
        ("", "en", "en", "Thursday, 5 March 2026"),
        ("en_US", "en", "en_US", "Thursday, March 5, 2026"),
        ("pl", "de", "de", "Donnerstag, 5. März 2026"),
        ("pl", "en", "en", "Thursday, 5 March 2026"),
        ("Klingon", "en", "en", "Thursday, 5 March 2026"),
        ("xx", "en", "en", "Thursday, 5 March 2026"),
        ("../../etc", "en", "en", "Thursday, 5 March 2026"),
        ("de_XX", "en", "de", "Donnerstag, 5. März 2026"),
    ],
)
def test_the_language_is_the_readers_else_the_companys_else_english(asked, company, written, day):
    renderer = Renderer(None, Brand(locale=company))
    told = renderer.render("shipped", {**FACTS, "eta": "2026-03-05", "locale": asked})
    assert told.language == written
    assert day in told.text


@pytest.mark.parametrize(
    ("eta", "shown"),
    [
        ("2026-03-05", "Thursday, 5 March 2026"),
        ("2026-03-05/2026-03-05", "Thursday, 5 March 2026"),
        ("2026-12-30/2027-01-02", "Wednesday 30 December 2026 – Saturday 2 January 2027"),
        ("2026-03-05T23:30:00+00:00", "Friday, 6 March 2026"),
        ("2026-03-05T23:30:00", "Thursday, 5 March 2026"),
        ("2026-03-06/2026-03-05", "Friday, 6 March 2026"),
        ("early next week", "early next week"),
        ("2026-02-30", "2026-02-30"),
    ],
)
def test_a_date_is_a_day_or_a_window_where_the_reader_lives(eta, shown):
    assert f"Expected: {shown}\n" in RENDERER.render("shipped", {**FACTS, "eta": eta}).text


def test_an_owners_language_needs_only_its_files(tmp_path):
    folder = tmp_path / "i18n/fr/shipped"
    folder.mkdir(parents=True)
    (folder / "subject.txt.j2").write_text("Votre commande {{ order_id }}")
    (folder / "body.txt.j2").write_text(
        "{{ words.expected }} : {{ eta|day }}, {{ words.more_items|counted(1) }}, {{ '1234.5'|money('EUR') }}"
    )
    (folder / "body.html.j2").write_text("<p>{{ order_id }}</p>")
    (tmp_path / "i18n/fr/words.yaml").write_text("expected: Prévu\n")
    renderer = Renderer(tmp_path)
    told = renderer.render("shipped", {**FACTS, "eta": "2026-03-05", "locale": "fr_CA"})
    assert told.text == "Prévu : jeudi 5 mars 2026, and 1 more item, 1 234,50 €\n"
    assert told.language == "fr_CA"
    assert renderer.render("packed", {**FACTS, "locale": "fr"}).language == "en"


def test_an_owners_word_is_said_in_every_letter(tmp_path):
    (tmp_path / "words.yaml").write_text('regards: "Yours,"\n')
    told = Renderer(tmp_path).render("delivered", FACTS)
    assert "\nYours,\n" in told.text
    assert "Dear Ann," in told.text
    (tmp_path / "words.yaml").write_text("regards: [Yours]\n")
    with pytest.raises(MailError, match=r"words\.yaml:1:10: a text is expected"):
        Renderer(tmp_path).render("delivered", FACTS)


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://x.example/t?n=1&c=2#a", True),
        ("https://x.example", True),
        ("http://x.example", False),
        ("javascript:alert(1)", False),
        ('https://x.example/"onload=', False),
        ("https://x.example/<b>", False),
        ("https://x.example/ two", False),
        ("https://user@x.example/", False),
        ("https://x.example\\@evil.example", False),
        ("=HYPERLINK(1)", False),
    ],
)
def test_only_a_plain_https_link_becomes_one(link, kept):
    assert safe_link(link) == (link if kept else "")
    html = RENDERER.render("shipped", {**FACTS, "tracking_link": link}).html
    assert ("Follow your parcel" in html) == kept
