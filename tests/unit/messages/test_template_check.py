"""An owner's templates are tried before a customer meets them; each problem is one sentence with its place."""

from __future__ import annotations

import pytest

from sheetsync.messages.brand import Brand
from sheetsync.messages.template_check import template_problems


@pytest.fixture
def told(tmp_path):
    """The problems of a folder with these files, without the path of the folder."""

    def told(**files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        found = template_problems(tmp_path, Brand(name="Sunrise Parcels"))
        return [str(problem).removeprefix(f"{tmp_path}/") for problem in found]

    return told


def test_no_folder_and_good_templates_have_no_problems(told, tmp_path):
    assert template_problems(tmp_path / "none") == []
    good = {
        "shipped/subject.txt.j2": "Order {{ order_id }}",
        "shipped/_part.txt.j2": "{{ undefined_here }}",
        "escalation/body.txt.j2.example": "{{ not in force",
        "i18n/de/shipped/sms.txt.j2": "{{ brand.name }}: {{ order_id }}",
        "words.yaml": "regards: Yours",
        "README.md": "{{",
    }
    assert told(**good) == []


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        (
            "shipped/body.txt.j2", "Dear {{ customer_name }},\n{{ trackingnumber }}",
            "shipped/body.txt.j2:2:1: 'trackingnumber' is undefined: correct the name, or leave it out",
        ),
        (
            "i18n/de/packed/body.html.j2", "{% if carrier %}x",
            ("i18n/de/packed/body.html.j2:1:1: Unexpected end of template. Jinja was looking for the following "
            "tags: 'elif' or 'else' or 'endif'. The innermost block that needs to be closed is 'if': "
            "correct it, or delete the file to use the one we ship"),
        ),
        (
            "delayed/subject.txt.j2", "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
            ("delayed/subject.txt.j2:1:1: the template takes too many steps; make its loops shorter: "
            "correct it, or delete the file to use the one we ship"),
        ),
        ("shiped/body.txt.j2", "x", 'shiped/body.txt.j2: no message is called "shiped"; did you mean "shipped"?'),
        ("body.txt.j2", "x", "body.txt.j2: a template stands in the folder of its message, like shipped/body.txt.j2"),
        (
            "shipped/body.text.j2", "x",
            'shipped/body.text.j2: no message has a part "body.text.j2"; did you mean "body.txt.j2"?',
        ),
        (
            "i18n/german/shipped/body.txt.j2", "x",
            'i18n/german/shipped/body.txt.j2: the folder "german" is not a language; write it like de or pt_BR',
        ),
        (
            "i18n/xx/shipped/body.txt.j2", "x",
            'i18n/xx/shipped/body.txt.j2: the folder "xx" is not a language that we know; write it like de or pt_BR',
        ),
        (
            "i18n/fr/shipped/subject.txt.j2", "x",
            ("i18n/fr/shipped: this message has no body.txt.j2 and no body.html.j2 in fr, so it is written in en; "
            "add what is missing"),
        ),
        ("words.yaml", "order: [a]\n", 'words.yaml:1:8: a text is expected after "order:"'),
        ("words.yaml", "just words", "words.yaml:1:1: words are expected here, one a line, like order: Order"),
        (
            "packed/sms.txt.j2", "{{ brand.name }} " + "a" * 150,
            "packed/sms.txt.j2:1:1: this SMS has 166 characters with sample data, and 160 fit into one; shorten it",
        ),
        (
            "packed/sms.txt.j2", "{{ brand.name }} ő" + "a" * 60,
            ('packed/sms.txt.j2:1:1: this SMS has 77 characters with sample data; with the sign "ő", which the SMS '
            "alphabet lacks, only 70 fit into one: use another sign, or shorten it"),
        ),
    ],
)  # fmt: skip
def test_a_problem_is_one_sentence_with_its_file_and_line(told, name, text, problem):
    assert told(**{name: text}) == [problem]


def test_a_language_that_lacks_words_is_told_which(told):
    (problem,) = told(**{"i18n/fr/words.yaml": "order: Commande"})
    assert problem.startswith(
        "i18n/fr/words.yaml: words are missing here and stay English: dear, hello, regards, "
    )
    assert " and " in problem


def test_what_is_wrong_in_a_shared_template_is_told_there(told):
    (problem,) = told(**{"_letter.txt.j2": "{% macro facts(a) %}{{ nonsense }}{% endmacro %}\n"
                         "{% macro items(a,b,c) %}{% endmacro %}{% macro choices(a,b) %}{% endmacro %}"
                         "{% macro assignment(a,b) %}{% endmacro %}"})  # fmt: skip
    assert (
        problem == "_letter.txt.j2:1:1: 'nonsense' is undefined: correct the name, or leave it out"
    )
