"""The command line in this process, for all tests of commands."""

from functools import partial

import pytest

from app.cli.entry import main


@pytest.fixture
def command_line(capsys):
    """Words of a command: (exit code, printed, complained)."""

    def call(*words: object) -> tuple[int, str, str]:
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:
            code = stop.code
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


@pytest.fixture
def run(command_line):
    """The same by the name that tests of one command give to theirs."""
    return command_line


@pytest.fixture
def run_on_clip(command_line, barcode_clip, toy_checkpoint):
    """A command, by its name, on a clip of several windows and a toy model."""

    def command(name: str) -> partial:
        return partial(command_line, name, barcode_clip, "--checkpoint", toy_checkpoint)

    return command
