"""Every command explains itself: what it does, with an example."""

from collections.abc import Iterator

import click
import pytest

from dulae.cli import group


def commands(
    found: click.Command, words: tuple[str, ...] = ("dulae",)
) -> Iterator[tuple[str, click.Command]]:
    """Yield every command and group with the words that call it."""
    yield " ".join(words), found
    if isinstance(found, click.Group):
        context = click.Context(found)
        for name in found.list_commands(context):
            inner = found.get_command(context, name)
            assert inner
            yield from commands(inner, (*words, name))


ALL = dict(commands(group))


@pytest.mark.parametrize("words", ALL)
def test_help_says_what_a_command_does_with_an_example(words: str) -> None:
    text = ALL[words].help or ""
    assert "Example" in text, text
    assert words.rsplit(maxsplit=1)[-1] in text
