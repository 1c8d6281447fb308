"""Lists and folders of clips: every form that data sets have, and what is none."""

import contextlib
import json

import pytest

from mvit_core.clips import holds_clips, names_clips, read_clips
from mvit_core.errors import Cancelled, ClipListError

FORMS = {
    "PySlowFast": ("a b/x.mp4 3\ny.avi 12\n", [("a b/x.mp4", ("3",)), ("y.avi", ("12",))]),
    "commas": ("a,b.mp4,3\nc.mp4,4\n", [("a,b.mp4", ("3",)), ("c.mp4", ("4",))]),
    "tabs": ("a b.mp4\t3\n", [("a b.mp4", ("3",))]),
    "several labels": ("x.mp4 1 3 5\n", [("x.mp4", ("1", "3", "5"))]),
    "names": ("x.mp4 riding a horse\n", [("x.mp4", ("riding a horse",))]),
    "paths alone": ("one.webm\n\ntwo.mkv\n", [("one.webm", ()), ("two.mkv", ())]),
    "frame folders": ("d 1/v_07 120 4\n", [("d 1/v_07", ("4",))]),
    "digits in names": ("take 2.mp4 7\n", [("take 2.mp4", ("7",))]),
    "upper case": ("A.MP4 7\n", [("A.MP4", ("7",))]),
    "header": ("label,video_path\nabseiling,v/x.mp4\n", [("v/x.mp4", ("abseiling",))]),
    "semicolons": ("Path;Class\nx.mp4;0\n", [("x.mp4", ("0",))]),
    "one column": ("path\nx.mp4\ny.mp4\n", [("x.mp4", ()), ("y.mp4", ())]),
    "quotes": ('path,label\n"a, b.mp4","to fall, over"\n', [("a, b.mp4", ("to fall, over",))]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("ending", [".csv", ".txt"])
def test_every_form_of_list_gives_paths_and_labels(tmp_path, form, ending):
    text, wanted = FORMS[form]
    path = tmp_path / f"list{ending}"
    path.write_text(text)
    read = read_clips(path)
    assert [(clip.name, clip.labels) for clip in read.clips] == wanted
    assert all(clip.path == tmp_path / clip.name for clip in read.clips)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_list_of_any_form_is_known_by_its_beginning(tmp_path, form, encoding):
    path = tmp_path / "list.txt"
    path.write_text(FORMS[form][0], encoding=encoding)
    assert names_clips(path)


@pytest.mark.parametrize(
    "text", ["hello", "", "x1,y1,x2,y2\n1,2,3,4\n", "[1, 2]", "a note of 3 things"]
)
def test_other_texts_are_no_lists_and_neither_is_what_is_not_there(tmp_path, text):
    (tmp_path / "notes.txt").write_text(text)
    assert not names_clips(tmp_path / "notes.txt")
    assert not names_clips(tmp_path / "gone.txt")
    assert not names_clips(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_lists_are_read_in_the_encodings_that_programs_write(tmp_path, encoding):
    path = tmp_path / "list.csv"
    path.write_text("path,label\nü.mp4,猫\n", encoding=encoding)
    (clip,) = read_clips(path).clips
    assert (clip.name, clip.labels) == ("ü.mp4", ("猫",))


def test_further_columns_of_a_table_are_kept_by_their_heads(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("split,path,seconds,label\nval,x.mp4,3.5,run\ntrain,y.mp4\n")
    read = read_clips(path)
    assert read.columns == ("split", "seconds")
    assert [clip.cells for clip in read.clips] == [("val", "3.5"), ("train", "")]


def test_something_something_names_clips_by_id_and_template(tmp_path):
    rows = [{"id": "78687", "label": "holding a pen", "template": "Holding [something]"}]
    (tmp_path / "val.json").write_text(json.dumps(rows))
    folder = tmp_path / "20bn-something-something-v2"
    folder.mkdir()
    (folder / "78687.webm").touch()
    (clip,) = read_clips(tmp_path / "val.json").clips
    assert clip.path == folder / "78687.webm"
    assert clip.labels == ("Holding something",)


@pytest.mark.parametrize("place", ["", "videos", "../clips"])
def test_clips_are_found_beside_their_list(tmp_path, place):
    folder = tmp_path / "lists"
    (folder / place).mkdir(parents=True)
    (folder / place / "b.mp4").touch()
    (folder / "list.txt").write_text("missing.mp4 1\nb.mp4 2\n")
    there = read_clips(folder / "list.txt").clips[1].path
    assert there.samefile(folder / place / "b.mp4")


def test_a_folder_gives_its_clips_in_order_and_the_folders_in_it_as_labels(tmp_path):
    for name in ("run/b.mp4", "run/a.MKV", "z.webm", "jump/far/c.avi", "notes.txt", ".h.mp4"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    read = read_clips(tmp_path)
    assert [(clip.path.relative_to(tmp_path).as_posix(), clip.labels) for clip in read.clips] == [
        ("z.webm", ()),
        ("jump/far/c.avi", ("far",)),
        ("run/a.MKV", ("run",)),
        ("run/b.mp4", ("run",)),
    ]
    assert holds_clips(tmp_path)
    assert holds_clips(tmp_path / "run")
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "0001.png").touch()
    assert not holds_clips(tmp_path / "frames")
    assert not holds_clips(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "lists no clips"),
        (b"\n \n", "lists no clips"),
        (b"when,label\n1,run\n", "one of them must be called path"),
        (b"[1, 2]", "no list of clips"),
        (b"[{", "damaged or no JSON"),
        (b"[]", "lists no clips"),
        (b"\xff\x00\xff", "cannot be read as text"),
    ],
)
def test_what_is_no_list_is_refused_with_what_is_allowed(tmp_path, content, message):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(ClipListError, match=message):
        read_clips(path)


def test_a_folder_without_clips_and_a_list_that_is_gone_are_refused(tmp_path):
    with pytest.raises(ClipListError, match="holds no clips"):
        read_clips(tmp_path)
    with pytest.raises(ClipListError, match="does not exist"):
        read_clips(tmp_path / "gone.csv")


def test_reading_can_be_stopped(tmp_path):
    (tmp_path / "a.mp4").touch()

    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        read_clips(tmp_path, stop)


@pytest.mark.parametrize("line", ["x" * 10**6, "3 " * 10**5, "a.mp4 " + "1 " * 10**4, '"' * 999])
def test_a_hostile_line_costs_no_more_than_reading_it(tmp_path, line):
    path = tmp_path / "list.txt"
    path.write_text(line)
    with contextlib.suppress(ClipListError):
        assert len(read_clips(path).clips) == 1
