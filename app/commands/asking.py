"""The dialogs that commands ask by."""

from __future__ import annotations

from typing import Protocol


class Asking(Protocol):
    """Dialogs in which the user makes a choice, as commands use them."""

    def open_video(self) -> None:
        """Ask for a video and open it."""

    def open_folder(self) -> None:
        """Ask for a folder of pictures and open it."""

    def open_list(self) -> None:
        """Ask for a list of clips and open it."""

    def open_clip_folder(self) -> None:
        """Ask for a folder of clips and open it."""

    def open_batch(self) -> None:
        """Ask for the folder that a batch was written to, and open it."""

    def mean_of_batch(self) -> None:
        """Ask for a batch result whose means heads give that are off."""

    def choose_batch_root(self) -> None:
        """Ask for the folder in which the clips of a batch result lie now."""

    def ask_picture_fps(self) -> None:
        """Ask for the frames per second of a folder of pictures."""

    def ask_stride(self) -> None:
        """Ask for the frames from one window of the model to the next."""

    def load_model(self) -> None:
        """Ask for a checkpoint and load it."""

    def choose_config(self) -> None:
        """Ask for the model's configuration and load it anew."""

    def choose_preset(self) -> None:
        """Ask for a published architecture and load the model anew."""

    def choose_weights(self) -> None:
        """Ask for a network of the model's file and load it."""

    def choose_labels(self) -> None:
        """Ask for class names and load the model anew."""

    def open_boxes(self) -> None:
        """Ask for a file of boxes and read it."""

    def export(self) -> None:
        """Open the export dialog."""

    def report(self) -> None:
        """Ask what an HTML report holds, and have it written."""

    def figure(self) -> None:
        """Open the dialog of figures for papers."""

    def save_capture(self) -> None:
        """Ask for a file, and write the windows that were run as a capture file."""

    def patch(self) -> None:
        """Ask for another clip and a part, and patch the window shown."""

    def preprocessing(self) -> None:
        """Open the preprocessing dialog."""
