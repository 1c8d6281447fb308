"""Options of the command line for drawing heat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvit_core.errors import ExportError

if TYPE_CHECKING:
    import argparse

    from mvit_core.render import HeatSettings


def add_heat_options(
    parser: argparse.ArgumentParser, policy: str = "layer", *, cells_only: bool = False
) -> None:
    """Give a command the options for colours.

    Args:
        parser: of the command.
        policy: what the ends of the colour bar are taken from by default.
        cells_only: heat is of cells in any case, so that there is no option for it.
    """
    group = parser.add_argument_group("colours")
    group.add_argument(
        "--mode", default="tint", help="tint, even (one opacity everywhere) or spotlight (tint)"
    )
    group.add_argument("--colormap", default="inferno", help="of the tint (inferno)")
    group.add_argument(
        "--opacity", type=float, help="of the heat, 0 to 1 (0.85; even and spotlight: 0.6)"
    )
    group.add_argument(
        "--outline", action="store_true", help="a line around values of at least half the range"
    )
    group.add_argument(
        "--gamma",
        type=float,
        default=1.0,
        help="exponent on the values; below 1 lifts weak ones (1)",
    )
    group.add_argument(
        "--threshold",
        type=float,
        default=0.0,
        help="share of the range below which nothing is drawn (0)",
    )
    if cells_only:
        parser.set_defaults(cells=True)
    else:
        group.add_argument("--cells", action="store_true", help="nearest token, no interpolation")
    _add_range_options(group, policy)


def _add_range_options(group: argparse._ArgumentGroup, policy: str) -> None:
    """Options for the ends of the colour bar and their unit."""
    group.add_argument(
        "--range",
        default=policy,
        dest="policy",
        metavar="map|layer|clip|model|LOW,HIGH",
        help=f"what the ends of the colour bar are taken from ({policy})",
    )
    group.add_argument(
        "--tails",
        default="1,99.5",
        metavar="LOW,HIGH",
        help="percentiles of the values that become the ends (1,99.5)",
    )
    group.add_argument(
        "--units",
        default="probability",
        help="of the colour bar: probability or uniform (probability)",
    )


def heat_from(options: argparse.Namespace) -> HeatSettings:
    """Make the heat settings of the options.

    Raises:
        ExportError: an option is none of those allowed.
    """
    from mvit_core.render import RANGE_POLICIES, HeatSettings, ValueRange

    policy, ends = options.policy, None
    if policy not in RANGE_POLICIES or policy == "manual":
        names = ", ".join(name for name in RANGE_POLICIES if name != "manual")
        ends = ValueRange(*_pair("--range", policy, f"{names} and two rising numbers LOW,HIGH"))
        policy = "manual"
    try:
        return HeatSettings(
            colormap=options.colormap,
            opacity=_opacity(options),
            smooth=not options.cells,
            gamma=options.gamma,
            threshold=options.threshold,
            range_policy=policy,
            manual_range=ends,
            mode=options.mode,
            tails_percent=_pair("--tails", options.tails, "two rising numbers LOW,HIGH"),
            units=options.units,
            outline=options.outline,
        )
    except ValueError as error:
        raise ExportError(str(error)) from error


def _opacity(options: argparse.Namespace) -> float:
    from mvit_core.render import OPACITIES

    if options.opacity is not None:
        return float(options.opacity)
    return OPACITIES.get(options.mode, 0.0)  # an unknown mode is refused in any case


def _pair(option: str, text: str, allowed: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        low, high = 0.0, 0.0
    if not -float("inf") < low < high < float("inf"):
        raise ExportError(f"{option} is {text!r}; allowed are {allowed}")
    return low, high
