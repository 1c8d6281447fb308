import pytest

from app.cli.entry import main
from mvit_core.training import loop as training


@pytest.fixture
def run(capsys):
    def call(*words) -> tuple[int, str, str]:
        try:
            code = main(["demo", *map(str, words)])
        except SystemExit as stop:
            code = stop.code
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_ctrl_c_says_how_to_continue(run, tmp_path, monkeypatch):
    def stopped(*_):
        raise training.TrainingStopped("stopped after step 3 of 20; give the same command again")

    monkeypatch.setattr(training, "train", stopped)
    code, out, err = run("train", "--out", tmp_path)
    assert code == 1
    assert out == ""
    assert err.strip() == "mvit-lens: stopped after step 3 of 20; give the same command again"


def test_an_unwritable_folder_is_one_line_and_exit_code_1(run, tmp_path):
    (tmp_path / "file").touch()
    for command in ("train", "clips"):
        code, out, err = run(command, "--out", tmp_path / "file" / "x")
        assert code == 1
        assert out == ""
        assert err.count("\n") == 1
        assert "cannot be made" in err


def test_a_missing_checkpoint_is_one_line(run, tmp_path):
    code, _, err = run("evaluate", "--checkpoint", tmp_path / "none.pyth")
    assert code == 1
    assert "does not exist" in err


@pytest.mark.parametrize("words", [("--minutes", "0"), ("--minutes", "nan"), ("--seed", "-1")])
def test_senseless_settings_are_usage_errors(run, tmp_path, words):
    assert run("train", "--out", tmp_path, *words)[0] == 2
