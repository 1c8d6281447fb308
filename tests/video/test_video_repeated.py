"""The same pictures make the same film, whatever machine and memory they are encoded in."""

import json
import os
import subprocess
import sys

import pytest

from mvit_core.video.encode.encoders import ENCODERS

FILMS = sorted(set(ENCODERS) - {"gif"})

CHILD = """
import hashlib, json, os, sys
import av
import numpy as np
from mvit_core.video.encode.encoders import ENCODERS, Encoding
from mvit_core.video.encode.writer import VideoWriter

if sys.argv[2] != "all":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
draw = np.random.default_rng(0)
pictures = draw.integers(0, 255, (12, 20, 6, 3)).astype(np.uint8)
found = {}
for codec in sys.argv[3:]:
    path = f"{sys.argv[1]}/{codec}{ENCODERS[codec].endings[-1]}"
    with VideoWriter(path, size=(320, 234), fps=25, encoding=Encoding(codec)) as writer:
        for picture in pictures:  # flat cells with borders that move
            large = picture.repeat(54, axis=1).repeat(12, axis=0)[:234, :320]
            writer.write(np.roll(large, int(picture[0, 0, 0]) % 9, axis=1))
    with av.open(path) as film:
        packets = b"".join(bytes(packet) for packet in film.demux(video=0))
    found[codec] = hashlib.sha256(packets).hexdigest()
print(json.dumps(found))
"""


def digests(folder, cores="all", memory=""):
    folder.mkdir()
    command = [sys.executable, "-c", CHILD, str(folder), cores, *FILMS]
    run = subprocess.run(
        command,
        env={**os.environ, "MALLOC_PERTURB_": memory},
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.skipif(sys.platform != "linux", reason="memory and cores are set as glibc has them")
def test_a_film_depends_neither_on_the_cores_nor_on_what_lay_in_memory(tmp_path):
    first = digests(tmp_path / "first")
    assert set(first) == set(FILMS)
    for name, surroundings in {
        "one core": {"cores": "one"},
        "memory of other bytes": {"memory": "1"},
        "memory of large bytes": {"memory": "254"},
    }.items():
        assert digests(tmp_path / name, **surroundings) == first, name
