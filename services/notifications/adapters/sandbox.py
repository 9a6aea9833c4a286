"""Reads templates that people write: an allow-list of what they may be made of and may say."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import jinja2
from jinja2 import Environment, StrictUndefined, Template, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.chassis.config import Misconfigured
from services.notifications.domain import errors

LEAST_JINJA = (3, 1, 6)
"""Older ones let templates out of the sandbox (CVE-2025-27516)."""

LONGEST_TEMPLATE = 4_000
"""Characters; what is sent is about as long."""

NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Compare, nodes.Operand, nodes.And,
    nodes.Or, nodes.Not, nodes.Const, nodes.Filter,
)  # fmt: skip
"""
All that a template is made of: words, variables, conditions.

Danger: the sandbox alone stops neither `'a' * 300000000` (305 MB) nor nested loops; no arithmetic, call, loop or
attribute may be added here. Source: reference notes, section 1.6; the probes:
tests/unit/notifications/test_sandbox.py.
"""

FILTERS = frozenset({"upper", "lower", "capitalize"})


def require_safe_jinja(version: str = jinja2.__version__) -> None:
    """Refuse to start with a Jinja2 whose sandbox has known holes. Raises Misconfigured."""
    if tuple(int(part) for part in version.split(".")[:3]) < LEAST_JINJA:
        raise Misconfigured("Jinja2 must be 3.1.6 or newer")


def environment(*, escapes: bool = False) -> Environment:
    """Return the environment all templates are compiled in."""
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=escapes, trim_blocks=escapes)


def compile_template(text: str, *, variables: Collection[str], field: str, plain: Environment) -> Template:
    """
    Compile a template that somebody wrote.

    Args:
        text: The template.
        variables: All that it may say.
        field: Names it in refusals.
        plain: Where it is compiled.

    Raises:
        TemplateMalformed: It can't be read, is too long, or has more in it than words, variables and conditions.
            (INVALID_ARGUMENT)
        VariableUnknown: It says something that is not known of such a message. (INVALID_ARGUMENT)
    """
    if len(text) > LONGEST_TEMPLATE:
        raise errors.TemplateMalformed("A template has at most 4000 characters.", field=field)
    try:
        tree = plain.parse(text)
    except jinja2.TemplateSyntaxError as error:
        raise errors.TemplateMalformed("The template can't be read.", field=field, line=str(error.lineno)) from None
    for node in _all(tree):
        if not isinstance(node, NODES):
            raise errors.TemplateMalformed(
                "A template holds words, variables and conditions alone.",
                field=field,
                line=str(node.lineno),
                element=type(node).__name__,
            )
        if isinstance(node, nodes.Name) and (node.name not in variables or node.ctx != "load"):
            raise errors.VariableUnknown(
                "Nothing of this name is known of such a message.", field=field, line=str(node.lineno)
            )
        if isinstance(node, nodes.Filter) and (node.name not in FILTERS or node.args or node.kwargs):
            raise errors.TemplateMalformed("This filter is not known.", field=field, line=str(node.lineno))
    return plain.from_string(text)


def _all(tree: nodes.Node) -> Iterator[nodes.Node]:
    yield tree
    for child in tree.iter_child_nodes():
        yield from _all(child)
