"""Plain values out of a pickle: what each opcode does to the machine.

Written after the description in the standard library's ``pickletools``, protocols 0 to 5.
"""

import re
from collections.abc import Callable, Collection, Mapping

from mvit_core.checkpoint.inert import Inert
from mvit_core.checkpoint.limits import LIMITS, Check, Limits
from mvit_core.checkpoint.pickle_codes import BadPickle, Bytes, Skipped, opcodes
from mvit_core.checkpoint.pickle_machine import MARK, Built, Machine, Reader

__all__ = ["plain_values"]

_CONSTANTS: Mapping[int, Built] = {ord("N"): None, 0x88: True, 0x89: False}
_PUSHED = frozenset(b"KMJGUCTBXIFLSV\x8c\x8d\x8e\x8a\x8b\x96")
"""Opcodes whose argument is a value."""


def _tuple(count: int) -> Callable[[Machine, object], None]:
    def make(machine: Machine, _: object) -> None:
        items = tuple([machine.pop() for _ in range(count)][::-1])
        machine.stack.append(machine.made(items, items))

    return make


def _mark(machine: Machine, _: object) -> None:
    machine.mark()


def _pop(machine: Machine, _: object) -> None:
    if not machine.stack:
        raise BadPickle("it takes from an empty stack")
    machine.stack.pop()


def _pop_mark(machine: Machine, _: object) -> None:
    machine.pop_to_mark()


def _dup(machine: Machine, _: object) -> None:
    machine.stack.append(machine.top())


def _tuple_to_mark(machine: Machine, _: object) -> None:
    items = tuple(machine.pop_to_mark())
    machine.stack.append(machine.made(items, items))


def _empty_list(machine: Machine, _: object) -> None:
    machine.stack.append(machine.made([], (), is_open=True))


def _empty_dict(machine: Machine, _: object) -> None:
    machine.stack.append(machine.made({}, (), is_open=True))


def _empty_set(machine: Machine, _: object) -> None:
    machine.stack.append(machine.made(set(), (), is_open=True))


def _list_to_mark(machine: Machine, _: object) -> None:
    items = machine.pop_to_mark()
    machine.stack.append(machine.made(items, items, is_open=True))


def _dict_to_mark(machine: Machine, _: object) -> None:
    items = machine.pop_to_mark()
    made = machine.made({}, (), is_open=True)
    machine.fill_dict(made, items)
    machine.stack.append(made)


def _frozenset(machine: Machine, _: object) -> None:
    items = machine.pop_to_mark()
    made = machine.made(set(), (), is_open=True)
    machine.fill_set(made, items)
    machine.stack.append(made)


def _append(machine: Machine, _: object) -> None:
    item = machine.pop()
    machine.fill_list(machine.top(), [item])


def _appends(machine: Machine, _: object) -> None:
    items = machine.pop_to_mark()
    machine.fill_list(machine.top(), items)


def _setitem(machine: Machine, _: object) -> None:
    value, key = machine.pop(), machine.pop()
    machine.fill_dict(machine.top(), [key, value])


def _setitems(machine: Machine, _: object) -> None:
    items = machine.pop_to_mark()
    machine.fill_dict(machine.top(), items)


def _additems(machine: Machine, _: object) -> None:
    items = machine.pop_to_mark()
    machine.fill_set(machine.top(), items)


def _global(machine: Machine, argument: object) -> None:
    assert isinstance(argument, tuple)
    machine.push_name(".".join(argument))


def _stack_global(machine: Machine, _: object) -> None:
    machine.stack_global()


def _reduce(machine: Machine, _: object) -> None:
    arguments, function = machine.pop(), machine.pop()
    machine.stack.append(machine.new(function, arguments))


def _newobj(machine: Machine, _: object) -> None:
    arguments, kind = machine.pop(), machine.pop()
    machine.stack.append(machine.new(kind, arguments))


def _newobj_ex(machine: Machine, _: object) -> None:
    machine.pop()  # keywords
    _newobj(machine, None)


def _inst(machine: Machine, argument: object) -> None:
    assert isinstance(argument, tuple)
    arguments = tuple(machine.pop_to_mark())
    machine.stack.append(machine.new(machine.named(".".join(argument)), arguments))


def _obj(machine: Machine, _: object) -> None:
    kind, *arguments = machine.pop_to_mark() or [None]
    machine.stack.append(machine.new(kind, tuple(arguments)))


def _build(machine: Machine, _: object) -> None:
    machine.build(machine.pop())


def _put(machine: Machine, argument: object) -> None:
    machine.put(argument)


def _get(machine: Machine, argument: object) -> None:
    machine.get(argument)


def _persistent(machine: Machine, argument: object) -> None:
    identity = machine.pop() if argument is None else argument
    machine.stack.append(machine.persistent(identity))


_STEPS: Mapping[int, Callable[[Machine, object], None]] = {
    code: step
    for codes, step in (
        (b"(", _mark),
        (b"0", _pop),
        (b"1", _pop_mark),
        (b"2", _dup),
        (b")", _tuple(0)),
        (b"\x85", _tuple(1)),
        (b"\x86", _tuple(2)),
        (b"\x87", _tuple(3)),
        (b"t", _tuple_to_mark),
        (b"]", _empty_list),
        (b"l", _list_to_mark),
        (b"a", _append),
        (b"e", _appends),
        (b"}", _empty_dict),
        (b"d", _dict_to_mark),
        (b"s", _setitem),
        (b"u", _setitems),
        (b"\x8f", _empty_set),
        (b"\x90", _additems),
        (b"\x91", _frozenset),
        (b"c", _global),
        (b"\x93", _stack_global),
        (b"R", _reduce),
        (b"\x81", _newobj),
        (b"\x92", _newobj_ex),
        (b"i", _inst),
        (b"o", _obj),
        (b"b", _build),
        (b"qrp\x94", _put),
        (b"hjg", _get),
        (b"QP", _persistent),
    )
    for code in codes
}
"""Handler of each opcode; PROTO, FRAME and STOP do nothing."""


def plain_values(  # noqa: PLR0913 - each is a choice of its own
    data: Bytes,
    start: int = 0,
    *,
    calls: Mapping[str, Reader],
    persistent: Callable[[Built], Built],
    names: Collection[str] | None = None,
    kept: re.Pattern[str] | None = None,
    limits: Limits = LIMITS,
    check: Check = lambda: None,
) -> Built:
    """The value of one pickle.

    Args:
        data: bytes that hold the pickle.
        start: where it begins.
        calls: by name, what is made of the arguments of a call; all other calls give ``Inert``.
        persistent: makes the value of what lies outside the pickle, of its identity.
        names: those that the look over the pickle has found; others are refused. None for any.
        kept: further classes of which the attributes are kept.
        limits: what it may ask for.
        check: called now and then; raising from it ends the reading.

    Raises:
        BadPickle: it is cut off, damaged, or goes beyond a limit.
    """
    machine = Machine(calls, persistent, limits, names, kept)
    for opcode in opcodes(data, start, limits, check):
        code, argument = opcode.code, opcode.argument
        if code in _PUSHED:
            machine.stack.append(Inert() if isinstance(argument, Skipped) else argument)
        elif code in _CONSTANTS:
            machine.stack.append(_CONSTANTS[code])
        elif (step := _STEPS.get(code)) is not None:
            step(machine, argument)
    if len(machine.stack) != 1 or machine.stack[0] is MARK:
        raise BadPickle("it leaves other than one value")
    return machine.stack[0]
