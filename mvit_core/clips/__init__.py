"""Lists and folders of clips, as data sets come: paths, labels and whatever else a list says."""

from mvit_core.clips.listed import CLIP_ENDINGS, ClipList, ListedClip
from mvit_core.clips.reading import LIST_ENDINGS, holds_clips, names_clips, read_clips

__all__ = [
    "CLIP_ENDINGS",
    "LIST_ENDINGS",
    "ClipList",
    "ListedClip",
    "holds_clips",
    "names_clips",
    "read_clips",
]
