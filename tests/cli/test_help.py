"""What every command says of itself."""

import argparse

import pytest

from app.cli.entry import COMMANDS, build_parser


def subparsers(parser):
    """All parsers below one, at any depth."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield each
                yield from subparsers(each)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_and_argument_of_a_command_says_what_it_is_for(command):
    top = build_parser(command)
    commands = next(a for a in top._actions if isinstance(a, argparse._SubParsersAction))
    parser = commands.choices[command]
    for each in (parser, *subparsers(parser)):
        for action in each._actions:
            if not isinstance(action, argparse._SubParsersAction):
                assert action.help, f"{each.prog} {action.option_strings or action.dest}"
