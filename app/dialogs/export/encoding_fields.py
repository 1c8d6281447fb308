"""Fields for the encoding of a video; each is off, with a reason, where it does not apply."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QCheckBox

from app.text.terms import term
from app.widgets.basic import Choice, set_choice_tip, set_tip
from mvit_core.video.encode.encoders import (
    CONTAINERS,
    ENCODERS,
    QUALITIES,
    Encoding,
    codecs_for,
    misfit,
)


class EncodingFields(QObject):
    """The fields of an encoding; the owner lays them out."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._ending = ""
        self.codec = Choice()
        for name, encoder in ENCODERS.items():
            self.codec.addItem(term(encoder.title), name)
        self.codec.currentIndexChanged.connect(self._follow)
        self.quality = Choice()
        for name, title in QUALITIES.items():
            self.quality.addItem(term(title), name)
        self.quality.setCurrentIndex(self.quality.findData(Encoding().quality))
        self.sound = QCheckBox(self.tr("Keep the sound of the clip"))

    def encoding(self) -> Encoding:
        """The encoding of the fields; the default for files that are no videos."""
        if self._ending not in CONTAINERS:
            return Encoding()
        return Encoding(self.codec.currentData(), self.quality.currentData())

    def keeps_sound(self) -> bool:
        """True where sound is chosen and the file can hold it."""
        return self.sound.isEnabled() and self.sound.isChecked()

    def show_ending(self, ending: str) -> None:
        """Offer the encodings of a kind of file; choices that still fit stay."""
        self._ending = ending
        is_video = ending in CONTAINERS
        model = self.codec.model()
        assert isinstance(model, QStandardItemModel)
        for row in range(self.codec.count()):
            codec = self.codec.itemData(row)
            fits = not misfit(codec, ending)
            words = self.tr("a {codec} file must end in {endings}, not in {ending}").format(
                codec=codec, endings=", ".join(ENCODERS[codec].endings), ending=ending
            )
            model.item(row).setEnabled(fits)
            set_choice_tip(self.codec, row, "" if fits else words)
        if is_video and misfit(self.codec.currentData(), ending):
            self.codec.setCurrentIndex(self.codec.findData(codecs_for(ending)[0]))
        self.codec.setEnabled(is_video and len(codecs_for(ending)) > 1)
        self._follow()

    def _follow(self) -> None:
        """Turn off fields without a choice for this codec and kind of file, with the reason."""
        is_video = self._ending in CONTAINERS
        no_video = "" if is_video else self.tr("Only videos are encoded")
        only = self.tr("This kind of file has one codec") if is_video else no_video
        set_tip(self.codec, "" if self.codec.isEnabled() else only)
        has_choice = is_video and bool(ENCODERS[self.codec.currentData()].options)
        self.quality.setEnabled(has_choice)
        fixed = no_video or self.tr("This codec has one quality")
        set_tip(self.quality, "" if has_choice else fixed)
        holds_sound = is_video and bool(CONTAINERS[self._ending].sound_encoder)
        self.sound.setEnabled(holds_sound)
        set_tip(self.sound, "" if holds_sound else self.tr("This kind of file holds no sound"))
