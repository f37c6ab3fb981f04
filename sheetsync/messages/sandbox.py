"""The fence around templates: an owner may edit them, so they get no more than they need.

Nothing of Python can be reached, and every loop turn and every call counts as a step: a template that
would never end, or would fill the memory, stops at a fixed number of steps and characters. Counting
steps needs no clock, so the same template with the same facts always ends the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, cast

from jinja2 import BaseLoader, StrictUndefined, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, markup_join
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sheetsync.messages.compiled import Compiled

STEPS: Final = 20_000
CHARACTERS: Final = 1_000_000
BUDGET: Final = "_budget"
"""The name under which a rendering's step counter stands in its context."""
_GROWING_METHODS: Final = frozenset(
    {"center", "ljust", "rjust", "zfill", "expandtabs", "format", "format_map", "replace", "join",
     "translate"}
)  # fmt: skip
_COMPILED: Final = Compiled()
_DROPPED_FILTERS: Final = ("center", "format", "pprint", "random", "xmlattr", "indent", "replace")


class TooMuch(SecurityError):
    """The template ran into a limit."""


class Budget:
    """How many steps one rendering may still take."""

    def __init__(self, steps: int = STEPS) -> None:
        self._left = steps

    def step(self) -> None:
        """Take one step; raises TooMuch when none is left."""
        self._left -= 1
        if self._left < 0:
            raise TooMuch("the template takes too many steps; make its loops shorter")


class FencedEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox in which loops, calls and growing texts are bounded."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def __init__(self, loader: BaseLoader, autoescape: Callable[[str | None], bool]) -> None:
        super().__init__(
            loader=loader,
            autoescape=autoescape,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            bytecode_cache=_COMPILED,
        )
        self.filters["_counted"] = _counted
        self.filters["_joined"] = _joined
        for name in _DROPPED_FILTERS:
            self.filters.pop(name, None)
        self.globals = {"range": self.globals["range"]}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for loop in tree.find_all(nodes.For):
            loop.iter = _filtered(cast("nodes.Expr", loop.iter), "_counted")
        for parent in [tree, *tree.find_all(nodes.Node)]:
            _bound_concatenations(parent)
        return tree

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Every call is a step."""
        budget = context.get(BUDGET)
        if isinstance(budget, Budget):
            budget.step()
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Sums of numbers and of short texts only."""
        numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            _bounded(len(left) + len(right))
        elif not numbers or operator == "**":
            raise TooMuch(f"the operator {operator} is only for numbers in a template")
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """As the sandbox has it, less the methods that make a short text arbitrarily long."""
        if isinstance(obj, str) and attr in _GROWING_METHODS:
            return False
        return super().is_safe_attribute(obj, attr, value)


def _filtered(node: nodes.Expr, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _bound_concatenations(parent: nodes.Node) -> None:
    for field, value in list(parent.iter_fields()):
        if isinstance(value, nodes.Concat):
            setattr(parent, field, _as_join(value))
        elif isinstance(value, list):
            value[:] = [_as_join(v) if isinstance(v, nodes.Concat) else v for v in value]


def _as_join(node: nodes.Concat) -> nodes.Filter:
    return _filtered(nodes.List(node.nodes, lineno=node.lineno), "_joined")


def _bounded(length: int) -> None:
    if length > CHARACTERS:
        raise TooMuch("the template makes a text that is too long")


@pass_context
def _counted(context: Context, items: Iterable[Any]) -> Any:
    budget = context.get(BUDGET)
    if not isinstance(budget, Budget):
        return items
    if isinstance(items, (str, bytes)):
        raise TooMuch("a loop runs over a text; loop over a list instead")
    return list(_steps(items, budget))


def _steps(items: Iterable[Any], budget: Budget) -> Iterator[Any]:
    for item in items:
        budget.step()
        yield item


def _joined(parts: list[Any]) -> str:
    _bounded(sum(len(str(part)) for part in parts))
    return markup_join(parts)


def bounded_text(chunks: Iterable[str]) -> str:
    """The rendered chunks as one text; raises TooMuch when they outgrow the limit."""
    parts: list[str] = []
    length = 0
    for chunk in chunks:
        length += len(chunk)
        _bounded(length)
        parts.append(chunk)
    return "".join(parts)
