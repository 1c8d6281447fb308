"""Frames of a video, and the clips that a model is shown.

Nothing here imports torch but ``transform``, so that a window can show a video at once; take
``transform`` and ``ModelInput`` from ``mvit_core.video.transform``.
"""

from mvit_core.video.reader import DEFAULT_CACHE_BYTES, Video, open_video

__all__ = ["DEFAULT_CACHE_BYTES", "Video", "open_video"]
