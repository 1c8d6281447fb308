"""The rules that keep a hostile file from killing, freezing or filling the process."""

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from benchmarks.hardening import assembler as a
from mvit_core import load_model
from mvit_core.checkpoint import stored_tensors
from mvit_core.checkpoint.limits import LIMITS
from mvit_core.checkpoint.pickle_codes import BadPickle, TooMuch, opcodes
from mvit_core.checkpoint.pickle_scan import scan
from mvit_core.checkpoint.pickle_values import plain_values
from mvit_core.checkpoint.zip_index import BadArchive, ZipIndex
from mvit_core.errors import Cancelled, CheckpointReadError, MvitError, WeightsError


def values(pickled: bytes, **words: object) -> object:
    return plain_values(pickled, calls={}, persistent=lambda identity: identity, **words)


def written(tmp_path: Path, content: bytes, name: str = "hostile.pyth") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


# What is looked over before anything is built.


def test_a_pickle_with_too_many_opcodes_is_refused_before_anything_is_built():
    flood = b"\x80\x02" + b"N" * (LIMITS.opcodes + 1)
    with pytest.raises(TooMuch, match=f"more than {LIMITS.opcodes} opcodes"):
        scan(flood)


@pytest.mark.parametrize(
    ("pickled", "says"),
    [
        (b"N\x94" * (LIMITS.memo + 1), "refers to more than"),
        (b"".join(b"ca\nb%d\n" % n for n in range(LIMITS.names + 1)), "names more than"),
        (b"c" + b"a" * 400 + b"\n" + b"b" * 400 + b"\n", "names a class by"),
        (b"\x8b\xff\xff\x00\x00" + b"\x01" * 0xFFFF, "a number of"),
        (b"L" + b"9" * 1000 + b"L\n", "a number of"),
    ],
)
def test_a_pickle_beyond_a_limit_is_refused(pickled: bytes, says: str):
    with pytest.raises(TooMuch, match=says):
        scan(b"\x80\x02" + pickled + b".")


@pytest.mark.parametrize("code", [0x82, 0x83, 0x84, 0x97, 0x98, 0x00, 0xFF])
def test_opcodes_that_no_checkpoint_has_are_refused(code: int):
    with pytest.raises(BadPickle, match="unknown opcode"):
        list(opcodes(b"\x80\x02" + bytes([code]) + b"\0" * 8 + b"."))


def test_the_look_finds_every_name(tmp_path):
    pickled = a.whole(
        a.tuple_of(a.named("os", "system"), a.text("posix") + a.text("fork") + b"\x93")
    )
    outline = scan(pickled)
    assert outline.names == ("os.system", "posix.fork")
    assert outline.all_names_match(re.compile(r"os\.system|posix\.fork"))
    assert not outline.all_names_match(re.compile(r"os\.system"))


def test_a_name_that_is_put_together_is_not_built():
    hidden = a.text("os") + a.text("system") + a.text("harmless") + b"0\x93"
    outline = scan(a.whole(hidden))
    assert outline.names == ("system.harmless",)  # the look is fooled ...
    with pytest.raises(BadPickle, match="puts the name of a class together"):
        values(a.whole(hidden), names=outline.names)  # ... and the building is not


# What is built.


@pytest.mark.parametrize("unit", [b"\x85", b"q\x000h\x00h\x00\x86"])
def test_values_too_deep_or_too_many_when_written_out_are_refused(unit: bytes):
    with pytest.raises(TooMuch, match=r"nested more than|written out"):
        values(a.whole(a.number(1) + unit * 200))


def test_a_container_is_not_filled_once_it_is_inside_another():
    inner = b"]q\x00" + b"]" + b"h\x00a" + b"0"  # put into a list that is dropped
    with pytest.raises(BadPickle, match=r"inside another|empty stack"):
        values(a.whole(inner + b"(K\x01e\x85h\x00K\x01a"))


def test_a_list_that_holds_itself_holds_a_stand_in():
    (inner,) = values(a.whole(b"]q\x00h\x00a"))
    assert type(inner).__name__ == "Inert"


def test_keys_are_numbers_texts_and_short_tuples_of_them():
    good = a.dictionary([(a.tuple_of(a.number(1), a.text("x")), a.number(2))])
    assert values(a.whole(good)) == {(1, "x"): 2}
    nested = a.dictionary([(a.tuple_of(a.tuple_of(a.number(1))), a.number(2))])
    with pytest.raises(TooMuch, match="a key in it is a tuple of other things"):
        values(a.whole(nested))
    whole = a.dictionary([(a.number(1 << 61), a.number(2)), (a.number(1), a.number(3))])
    assert values(a.whole(whole)) == {1: 3}


def test_damaged_pickles_are_refused_and_never_break_the_machine():
    good = a.whole(a.dictionary([(a.text("a"), a.tuple_of(a.number(1), b"N"))]))
    for place in range(len(good)):
        for value in (0, 0x28, 0x29, 0x65, 0x75, 0x52, 0x62, 0x81, 0x93, 0xFF):
            changed = bytearray(good)
            changed[place] = value
            try:
                scan(bytes(changed))
                values(bytes(changed))
            except BadPickle:
                continue


# Sizes before sums.


@pytest.mark.parametrize(
    ("size", "stride", "offset"),
    [((10**12,), (0,), 0), ((5,), (1,), 0), ((1,), (1,), 4), ((2,), (1 << 62,), 0),
     ((-1,), (1,), 0), ((1,) * 40, (1,) * 40, 0), ((1 << 40, 1 << 40), (0, 0), 0)],
)  # fmt: skip
def test_a_tensor_beyond_its_storage_is_refused(size, stride, offset, tmp_path):
    value = a.tensor("0", 4, size, stride, offset)
    pairs = a.dictionary([(a.text("blocks.0.norm1.weight"), value)])
    path = written(tmp_path, a.archive(a.whole(pairs), {"0": b"\0" * 16}))
    with pytest.raises(CheckpointReadError, match=r"should have|no sensible shape"):
        load_model(path)


def test_many_views_of_one_storage_are_not_copied_out(tmp_path):
    count = 1 << 20
    state = {f"blocks.0.w{n}": a.tensor("0", count, (count,), (1,)) for n in range(100)}
    pairs = a.dictionary((a.text(name), value) for name, value in state.items())
    path = written(tmp_path, a.archive(a.whole(pairs), {"0": b"\0" * 4 * count}))
    with pytest.raises(CheckpointReadError, match="its tensors should have 400 MiB of values"):
        load_model(path)


@pytest.mark.parametrize("name", ["blocks.1000000000.norm1.weight", "stages.99999.blocks.0.x"])
def test_a_block_beyond_all_sense_is_refused_before_anyone_counts_to_it(name, saved, checkpoint):
    checkpoint["model_state"][name] = torch.ones(1)
    with pytest.raises(WeightsError, match="numbers in them lie below 10000"):
        load_model(saved(checkpoint))


def test_an_archive_that_would_unpack_to_far_more_than_it_is_is_refused(tmp_path):
    path = written(tmp_path, a.mebibytes(b"(", 300, b"\x80\x02"))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(CheckpointReadError, match="is compressed and would unpack to 300 MiB"):
        load_model(path)


def test_a_directory_with_too_many_files_is_refused(tmp_path):
    from benchmarks.hardening.handmade import archives

    content = next(made for name, made in archives() if name == "many entries")
    path = written(tmp_path, content)
    with path.open("rb") as file, pytest.raises(BadArchive, match="files inside"):
        ZipIndex(file, path.stat().st_size)
    with pytest.raises(CheckpointReadError, match=r"is refused: it has .* files inside"):
        load_model(path)


@pytest.mark.parametrize("old", [False, True])
def test_only_the_numbers_of_the_weights_are_read(old: bool, tmp_path, checkpoint, monkeypatch):
    path = tmp_path / "trainer.pyth"
    content = {**checkpoint, "optimizer_state": {"state": {0: {"m": torch.ones(1 << 20)}}}}
    torch.save(content, path, _use_new_zipfile_serialization=not old)
    read: list[int] = []
    real = stored_tensors._bytes_of

    def counted(storage: stored_tensors.Storage) -> torch.Tensor:
        read.append(storage.nbytes)
        return real(storage)

    monkeypatch.setattr(stored_tensors, "_bytes_of", counted)
    load_model(path)
    assert sum(read) == sum(value.nbytes for value in checkpoint["model_state"].values())


# Files that change, and asking to stop.


def test_a_file_that_is_cut_while_it_is_read_is_an_error_and_no_signal(tmp_path, checkpoint):
    path = tmp_path / "cut.pyth"
    content = {**checkpoint, "model_state": {**checkpoint["model_state"], "x": torch.ones(1 << 22)}}
    torch.save(content, path)

    def check() -> None:
        os.truncate(path, 100_000)

    with pytest.raises(CheckpointReadError, match=r"truncated or damaged|became shorter|changed"):
        load_model(path, on_step=check)


def test_a_file_that_is_written_to_while_it_is_read_is_refused(tmp_path, checkpoint):
    path = tmp_path / "changed.pyth"
    torch.save(checkpoint, path)
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 3:
            with path.open("r+b") as file:
                file.seek(-1, 2)
                file.write(b"\0")
            os.utime(path, (1, 1))

    with pytest.raises(CheckpointReadError, match=r"was changed while it was read|damaged"):
        load_model(path, on_step=check)


@pytest.mark.parametrize("form", ["zip", "old", "safetensors"])
def test_loading_stops_at_every_step_where_it_is_asked_to(form: str, tmp_path, checkpoint):
    path = tmp_path / "long.pyth"
    if form == "safetensors":
        save_file(checkpoint["model_state"], path)
    else:
        torch.save(checkpoint, path, _use_new_zipfile_serialization=form == "zip")
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    from tests.checkpoint.tiny import cfg, tiny

    load_model(path, config=cfg(tiny()), on_step=count)
    assert steps > 100
    for last in (1, 2, 5, steps // 2, steps):
        left = iter(range(last - 1))

        def stop(left: object = left) -> None:
            if next(left, None) is None:  # type: ignore[call-overload]
                raise Cancelled

        with pytest.raises(Cancelled):
            load_model(path, config=cfg(tiny()), on_step=stop)


def test_a_flood_of_opcodes_can_be_cancelled():
    asked = []

    def stop() -> None:
        asked.append(1)
        raise Cancelled

    with pytest.raises(Cancelled):
        scan(b"\x80\x02" + b"N" * 100_000, check=stop)
    assert len(asked) == 1


INTERRUPTED = """
import signal, sys
from mvit_core import load_model
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
print("loading", flush=True)
try:
    while True:
        try:
            load_model(sys.argv[1])
        except ValueError:
            pass
        except Exception:
            pass
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_works_while_a_flood_is_read(tmp_path):
    import signal

    path = written(tmp_path, a.archive(b"\x80\x02" + b"(N" * 300_000, packed=True))
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "loading\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    try:
        assert process.communicate(timeout=60)[0] == "interrupted\n"
    finally:
        process.kill()


def test_the_interpreter_is_free_for_others_while_a_flood_is_read():
    turns: list[int] = []
    taken: list[int] = []  # turns that the other thread has had, at each check of one reading
    done = threading.Event()

    def other() -> None:
        while not done.wait(0.001):
            turns.append(1)

    thread = threading.Thread(target=other)
    thread.start()
    try:
        # A loaded machine may give the other thread no core at all during one reading.
        for _ in range(30):
            taken.clear()
            with pytest.raises(BadPickle):
                scan(b"\x80\x02" + b"K\x01\x85" * 290_000, check=lambda: taken.append(len(turns)))
            if taken[-1] > taken[0]:
                break
    finally:
        done.set()
        thread.join()
    assert taken[-1] > taken[0]


# Names and ordinary files.


@pytest.mark.parametrize(
    "name", ["\x1b]0;x\x07", "a\nb", "\u202eevil", "<img src='/dev/zero'>", "x" * 400, "\ud800"]
)
def test_names_of_weights_are_told_on_one_line_without_control_characters(name, tmp_path):
    value = a.tensor("0", 1, (1,), (1,))
    pairs = a.dictionary([(a.text(name), value), (a.text("y"), value)])
    path = written(tmp_path, a.archive(a.whole(pairs), {"0": b"\0" * 4}))
    with pytest.raises(MvitError) as error:
        load_model(path)
    assert str(error.value).isprintable()
    assert len(str(error.value)) <= 2000


def test_stray_names_in_the_report_are_escaped(saved, checkpoint):
    checkpoint["model_state"]["\x1b[2J"] = torch.ones(1)
    assert load_model(saved(checkpoint)).report.unexpected == ("\\x1b[2J",)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux")
@pytest.mark.parametrize("name", ["/proc/self/status", "/proc/kmsg", "/sys/kernel/notes"])
def test_state_of_the_kernel_is_no_file(name: str, saved, checkpoint):
    for arguments in ({"path": name}, {"path": saved(checkpoint), "labels": name}):
        with pytest.raises(MvitError, match=r"only ordinary files|does not exist"):
            load_model(**arguments)


def test_a_socket_and_links_in_a_circle_are_refused(tmp_path, monkeypatch):
    import socket

    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path)  # names of sockets are short
        server.bind("socket")
        with pytest.raises(CheckpointReadError, match="a pipe or a device"):
            load_model(tmp_path / "socket")
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(CheckpointReadError, match="cannot be opened"):
        load_model(tmp_path / "a")


# The files kept beside the project, and a short run of the generator.


def assert_all_gates_met(outcomes):
    """Nothing computed for longer than 2 s, or took more than 500 MB beyond its file."""
    from benchmarks.hardening.checkpoints import GATES
    from benchmarks.hardening.table import rows_of

    assert (GATES.refusal_seconds, GATES.megabytes) == (2.0, 500.0)
    missed = [row for row in rows_of("gates", list(outcomes), GATES) if row.met is False]
    assert missed == []


@pytest.mark.corpus
def test_the_hostile_files_are_refused_in_children_with_limits():
    from benchmarks.hardening.children import Case, Limits, met_by_children
    from tests.conftest import SHARED

    folder = SHARED / "attack"
    if not folder.is_dir():
        pytest.skip("the hostile files are kept beside the project")
    beside = str(SHARED / "goldens" / "neg_extra_keys" / "checkpoint.pyth")
    cases = [Case(p.name, str(p), "checkpoint") for p in sorted(folder.glob("*.pyth"))]
    cases += [Case(p.name, str(p), "configuration", beside) for p in folder.glob("*.yaml")]
    outcomes = list(met_by_children("benchmarks.hardening.checkpoints", cases, Limits()))
    assert len(outcomes) >= 5
    assert {one.kind for one in outcomes} == {"refused"}, outcomes
    assert_all_gates_met(outcomes)


def test_a_short_run_of_the_generator_is_as_it_must_be(tmp_path):
    from benchmarks.hardening.checkpoints import cases
    from benchmarks.hardening.children import Limits, met_by_children

    made = cases(tmp_path, 90, seed=7)
    outcomes = list(met_by_children("benchmarks.hardening.checkpoints", made, Limits()))
    assert len(outcomes) >= 80
    assert {one.kind for one in outcomes} <= {"opened", "refused"}, [
        one for one in outcomes if one.kind not in ("opened", "refused")
    ]
    assert_all_gates_met(outcomes)
