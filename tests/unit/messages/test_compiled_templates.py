"""A template is compiled once for its text; an owner's change counts at the next mail all the same."""

from __future__ import annotations

import pytest
from jinja2 import Environment, FileSystemLoader

from sheetsync.messages.compiled import Compiled
from sheetsync.messages.render import Renderer
from tests.support.letters import digest_context


class Counting(Environment):
    """An environment that says what it compiled."""

    compiled: list[str]

    def compile(self, source, name=None, filename=None, **more):
        self.compiled.append(source)
        return super().compile(source, name, filename, **more)


@pytest.fixture
def words(tmp_path):
    kept, compiled = Compiled(), []

    def words():
        """What a renderer that is made at this moment says, and all that was compiled so far."""
        environment = Counting(loader=FileSystemLoader(tmp_path), bytecode_cache=kept)
        environment.compiled = compiled
        return environment.get_template("words").render(name="Ann"), list(compiled)

    return words


def test_the_same_text_is_compiled_once(tmp_path, words):
    (tmp_path / "words").write_text("Dear {{ name }}")
    assert words() == words() == ("Dear Ann", ["Dear {{ name }}"])


def test_another_text_is_compiled_anew(tmp_path, words):
    (tmp_path / "words").write_text("Dear {{ name }}")
    words()
    (tmp_path / "words").write_text("Hello {{ name }}")
    assert words() == ("Hello Ann", ["Dear {{ name }}", "Hello {{ name }}"])


def test_a_template_that_its_owner_adds_or_takes_away_counts_at_once(tmp_path):
    shipped = Renderer(tmp_path).render("escalation", digest_context())
    (tmp_path / "escalation").mkdir()
    own = tmp_path / "escalation" / "subject.txt.j2"
    own.write_text("Ours: {{ rows|length }}")
    assert Renderer(tmp_path).render("escalation", digest_context()).subject.startswith("Ours: ")
    own.unlink()
    assert Renderer(tmp_path).render("escalation", digest_context()) == shipped
