"""Frames of a video, and the clips that a model is shown.

Nothing exported here imports torch, so that a window can show a video at once; ``transform`` and
``ModelInput`` do, and are taken from ``mvit_core.video.transform``.
"""

from mvit_core.video.clip import (
    Clip,
    ClipSpec,
    ClipWindow,
    Tiling,
    clip_windows,
    read_clip,
    window_of,
)
from mvit_core.video.decode.inspect_video import OpenedVideo
from mvit_core.video.decode.proxy import ProxyPlan, ProxyReader, plan_proxies
from mvit_core.video.decode.reader import DEFAULT_CACHE_BYTES, Video, open_video
from mvit_core.video.encode.writer import VideoWriter

__all__ = [
    "DEFAULT_CACHE_BYTES",
    "Clip",
    "ClipSpec",
    "ClipWindow",
    "OpenedVideo",
    "ProxyPlan",
    "ProxyReader",
    "Tiling",
    "Video",
    "VideoWriter",
    "clip_windows",
    "open_video",
    "plan_proxies",
    "read_clip",
    "window_of",
]
