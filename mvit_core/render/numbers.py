"""Numbers for readers, the same on screen, in pictures and on the command line: three digits."""

from math import isfinite

from mvit_core.render.ranges import Units

MINUS = "\u2212"
"""The sign of arithmetic, as wide as a plus."""

SMALLEST = 1e-3
"""Values below it are written with a power of ten, shares below it are not told apart."""


def value_text(value: float) -> str:
    """A value in three digits, one below a thousandth as ``1.4e-6``."""
    sign, size = MINUS if value < 0 else "", abs(value)
    if size == 0 or not isfinite(size):
        return f"{sign}{size:g}"
    if size < SMALLEST:
        digits, power = f"{size:.1e}".split("e")
        return f"{sign}{digits}e{int(power)}"
    tens = int(f"{size:.2e}".split("e")[1])
    return f"{sign}{size:.{max(2 - tens, 0)}f}"


def value_of(text: str) -> float:
    """A value that was written by ``value_text`` or typed, with a comma for a point as well.

    Raises:
        ValueError: it is no number.
    """
    return float(text.replace(",", ".").replace(MINUS, "-"))


def signed_text(value: float, decimals: int | None = None) -> str:
    """A value whose sign counts, such as an effect: ``+2.39``.

    Args:
        value: 0 has no sign.
        decimals: digits behind the point; three digits in all by default. Logits have 2.
    """
    digits = value_text(abs(value)) if decimals is None else f"{abs(value):.{decimals}f}"
    if not float(digits):
        return digits
    return (MINUS if value < 0 else "+") + digits


def share_text(share: float) -> str:
    """A share in percent, with one decimal; ``< 0.1 %`` and ``> 99.9 %`` next to none and all."""
    if share in (0, 1):
        return f"{100 * share:.0f} %"
    if 0 < share < SMALLEST:
        return f"< {100 * SMALLEST:.1f} %"
    if 1 - SMALLEST < share < 1:
        return f"> {100 - 100 * SMALLEST:.1f} %"
    return f"{100 * share:.1f} %".replace("-", MINUS)


def times_text(times: float) -> str:
    """A multiple of uniform attention."""
    return f"{value_text(times)}×"


def bar_number(value: float, units: Units, key_count: int) -> str:
    """An end of the colour bar, the same on screen and in exports.

    Args:
        value: an attention probability.
        units: what is counted.
        key_count: keys of the layer; uniform attention gives each 1 / key_count.
    """
    return times_text(value * key_count) if units == "uniform" else value_text(value)
