"""Commands about the model: File > Model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.base import MODEL, Command, N, Need, with_weights

if TYPE_CHECKING:
    from app.results import Results
    from app.state.view_state import ViewState


def _has_source(_: ViewState, results: Results) -> bool:
    return results.model is not None or results.failed_load is not None


def _has_networks(_: ViewState, results: Results) -> bool:
    failed, model = results.failed_load, results.model
    if failed is not None:
        return bool(failed.networks)
    return model is not None and bool(model.report.networks)


CHECKPOINT = with_weights(Need(_has_source, N("commands", "load a model first")))
NETWORKS = Need(_has_networks, N("commands", "the file holds no further network"))
FAILED = Need(lambda _, w: w.failed_load is not None, N("commands", "no load has failed"))

MODEL_COMMANDS = (
    Command(
        "model.config",
        N("commands", "Choose configuration…"),
        "file",
        (),
        lambda d: d.dialogs.choose_config(),
        enabled_when=CHECKPOINT,
        submenu="model",
        tooltip=N("commands", "Build the model from a configuration of its code base"),
    ),
    Command(
        "model.preset",
        N("commands", "Choose preset…"),
        "file",
        (),
        lambda d: d.dialogs.choose_preset(),
        enabled_when=CHECKPOINT,
        submenu="model",
        tooltip=N("commands", "Build the model as a published architecture"),
        keywords=N("commands", "Architecture"),
    ),
    Command(
        "model.weights",
        N("commands", "Choose weights…"),
        "file",
        (),
        lambda d: d.dialogs.choose_weights(),
        enabled_when=NETWORKS,
        submenu="model",
        tooltip=N("commands", "Read another of several networks in the file"),
        keywords=N("commands", "Network, checkpoint, state"),
    ),
    Command(
        "model.labels",
        N("commands", "Class names…"),
        "file",
        (),
        lambda d: d.dialogs.choose_labels(),
        enabled_when=CHECKPOINT,
        submenu="model",
        tooltip=N("commands", "Name the classes from a file: text, JSON, CSV, YAML or pbtxt"),
        keywords=N("commands", "Labels"),
    ),
    Command(
        "model.as_stated",
        N("commands", "As the file says"),
        "file",
        (),
        lambda d: d.control.load_with(config=None, preset=None, labels=None),
        enabled_when=Need(
            lambda s, _: s.model is not None and s.model.is_told,
            N("commands", "nothing was chosen beside the file"),
        ),
        submenu="model",
        tooltip=N("commands", "Without the configuration, preset and class names chosen"),
    ),
    Command(
        "model.dismiss",
        N("commands", "Dismiss the failed load"),
        "file",
        (),
        lambda d: d.control.dismiss_failure(),
        enabled_when=FAILED,
        submenu="model",
    ),
    Command(
        "attention.preprocessing",
        N("commands", "Preprocessing…"),
        "file",
        ("Ctrl+P",),
        lambda d: d.dialogs.preprocessing(),
        enabled_when=with_weights(MODEL),
        tooltip=N("commands", "Change how the model is fed"),
        submenu="model",
    ),
)
