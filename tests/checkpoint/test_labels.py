"""Class names in every shape people keep them in."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.torch import save_file

from mvit_core import load_model
from mvit_core.checkpoint.labels import read_labels, shipped_labels
from mvit_core.errors import LabelsError
from mvit_core.model import MViT
from tests.checkpoint.tiny import cfg, tiny

NAMES = ("abseiling", "air drumming", "tying knot, loosely")


def file(tmp_path: Path, content: str, name: str) -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("abseiling\nair drumming\ntying knot, loosely\n", "names.txt"),
        ("\ufeffabseiling\r\nair drumming\r\ntying knot, loosely", "windows.txt"),
        ("0 abseiling\n1 air drumming\n2 tying knot, loosely\n", "numbered.txt"),
        (json.dumps(NAMES), "list.json"),
        (json.dumps({"tying knot, loosely": 2, "abseiling": 0, "air drumming": 1}), "ids.json"),
        (json.dumps({f'"{n}"': i for i, n in enumerate(NAMES)}), "quoted.json"),
        (json.dumps({n: str(i) for i, n in enumerate(NAMES)}), "string_ids.json"),
        (json.dumps({str(i): n for i, n in reversed(list(enumerate(NAMES)))}), "by_id.json"),
        (json.dumps({"id2label": dict(enumerate(NAMES))}), "config.json"),
        (json.dumps({"pretrained_cfg": {"label_names": NAMES}}), "timm.json"),
        (json.dumps([{"id": i, "name": n} for i, n in enumerate(NAMES)]), "records.json"),
        ('id,name\n1,air drumming\n0,abseiling\n2,"tying knot, loosely"\n', "table.csv"),
        ('abseiling,0\nair drumming,1\n"tying knot, loosely",2\n', "bare.csv"),
        ("0\tabseiling\n1\tair drumming\n2\ttying knot, loosely\n", "tabs.tsv"),
        ('name\nabseiling\nair drumming\n"tying knot, loosely"\n', "column.csv"),
        (
            'id,name,parent\n1,air drumming,x\n0,abseiling,y\n2,"tying knot, loosely",\n',
            "three.csv",
        ),
        (
            "parent;NAME;Index\nx;abseiling;0\ny;air drumming;1\nz;tying knot, loosely;2\n",
            "semi.csv",
        ),
        ("0;abseiling\n1;air drumming\n2;tying knot, loosely\n", "bare_semicolons.csv"),
        ('1,abseiling\n2,air drumming\n3,"tying knot, loosely"\n', "from_one.csv"),
    ],
)
def test_names_are_read_from_any_shape_in_the_order_of_their_ids(content, name, tmp_path: Path):
    assert read_labels(file(tmp_path, content, name)) == NAMES


def test_brackets_of_templates_are_removed(tmp_path: Path):
    path = file(tmp_path, json.dumps({"Pushing [something] off [something]": "0"}), "ssv2.json")
    assert read_labels(path) == ("Pushing something off something",)


def test_a_text_whose_first_name_begins_with_a_bracket_is_no_json(tmp_path: Path):
    path = file(tmp_path, "[Something] falling like a rock\nHolding [something]\n", "ssv2.txt")
    assert read_labels(path) == ("Something falling like a rock", "Holding something")


def test_brackets_without_end_behind_a_word_of_json_are_brackets_of_a_name(tmp_path: Path):
    assert read_labels(file(tmp_path, "[true," + "[" * 100_000, "names.txt")) == ("true,",)


@pytest.mark.parametrize("labels", [3, {"a": 0}, b"abc", [1, 2], ["a", None]])
def test_labels_that_are_no_names_are_refused(labels, saved: Callable, checkpoint):
    with pytest.raises(LabelsError, match=r"^labels (are of type|hold) .* names$"):
        load_model(saved(checkpoint), labels=labels)


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        ("", "empty.txt", "holds no class names"),
        ("{broken", "broken.json", "is not JSON"),
        ("[Something] falling\n", "text.json", "is not JSON"),
        ('["a", "b', "cut.txt", "is not JSON"),
        ("[" * 100_000, "deep.json", "nested too deeply"),
        ("[true," + "9" * 5000 + "]", "template.txt", "names of up to"),
        ('{"a": ' + "9" * 5000 + "}", "long_id.json", "is not JSON"),
        ("id,name\n" + "9" * 5000 + ",a\n", "long_id.csv", "no column of whole numbers"),
        ("a" * 200_000 + "\nb", "long_line.txt", "has a line that is no class name"),
        ("null", "nothing.json", "holds no class names"),
        ("[]", "empty_list.json", "holds no class names"),
        ("{}", "empty_table.json", "holds no class names"),
        ("abseiling\n", "lines.json", "is not JSON"),
        ('["a", null]', "null.json", "holds no class names"),
        ('{"0": "a", "1": null}', "null_name.json", "class 1 is named None"),
        ('[{"id": 0, "name": null}]', "null_record.json", "has none of name|is named None"),
        ("id,name,x\n0,a,b\n1\n", "short.csv", "'1' has fewer columns than line 1"),
        ("id,name,x\n", "header.csv", "holds no class names"),
        ("[1, 2]", "numbers.json", "holds no class names"),
        (json.dumps({"a": 0, "b": 2}), "gap.json", "without gap or repeat"),
        (json.dumps({"a": 0, "b": 0}), "repeat.json", "without gap or repeat"),
        (json.dumps({"a": "x", "b": "y"}), "words.json", "no column of whole numbers"),
        (json.dumps([{"colour": "red"}]), "records.json", "has none of name"),
    ],
)
def test_files_that_cannot_be_understood_are_refused(content, name, says, tmp_path: Path):
    with pytest.raises(LabelsError, match=says):
        read_labels(file(tmp_path, content, name))


def test_a_missing_label_file_is_refused(tmp_path: Path):
    with pytest.raises(LabelsError, match="does not exist"):
        read_labels(tmp_path / "none.txt")


def test_names_that_come_with_the_program():
    kinetics, imagenet = shipped_labels(400), shipped_labels(1000)
    assert kinetics is not None
    assert imagenet is not None
    assert kinetics[0] == "abseiling"
    assert list(kinetics) == sorted(kinetics)
    assert imagenet[:2] == ("tench", "goldfish")
    assert (len(kinetics), len(imagenet)) == (400, 1000)
    assert shipped_labels(174) is None


def test_a_model_carries_the_names_that_were_given(saved: Callable, checkpoint):
    loaded = load_model(saved(checkpoint), labels=[f"class {i}" for i in range(7)])
    assert loaded.classes == [f"class {i}" for i in range(7)]


def test_a_count_that_differs_from_the_head_shows_indices_and_says_so(
    saved: Callable, checkpoint, tmp_path: Path
):
    labels = file(tmp_path, "\n".join(NAMES), "three.txt")
    loaded = load_model(saved(checkpoint), labels=labels)
    assert loaded.classes is None
    assert "three.txt has 3 class names and the head 7" in loaded.report.warnings[-1]


def test_a_head_of_400_gets_kinetics_names_and_says_so(saved: Callable):
    config = tiny(num_classes=400)
    loaded = load_model(saved(MViT(config).state_dict()), config=cfg(config))
    assert loaded.classes is not None
    assert loaded.classes[5] == shipped_labels(400)[5]
    assert "Kinetics-400" in loaded.report.warnings[-1]


def test_an_unknown_count_has_no_names(saved: Callable, checkpoint):
    assert load_model(saved(checkpoint)).classes is None


def test_names_inside_the_file_are_used(saved: Callable, checkpoint):
    meta = {"dataset_meta": {"classes": tuple("abcdefg")}}
    assert load_model(saved({**checkpoint, "meta": meta})).classes == list("abcdefg")


def test_names_in_config_json_beside_the_file_are_used(tmp_path: Path, model, config):
    path = tmp_path / "model.safetensors"
    save_file(model.state_dict(), path)
    (tmp_path / "config.json").write_text(json.dumps({"id2label": dict(enumerate("abcdefg"))}))
    assert load_model(path, config=cfg(config)).classes == list("abcdefg")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("1 abseiling\n2 air drumming\n3 tying knot, loosely\n", "classInd.txt"),
        ('"abseiling": 0\n"air drumming": 1\n"tying knot, loosely": 2\n', "pairs.txt"),
        ("- abseiling\n- air drumming\n- tying knot, loosely\n", "list.yaml"),
        ("- abseiling\n- air drumming\n- tying knot, loosely\n", "list.txt"),
        ("names:\n  0: abseiling\n  1: air drumming\n  2: tying knot, loosely\n", "data.yaml"),
        (json.dumps({"classes": NAMES, "version": "2"}), "nested.json"),
        (json.dumps({"labels": {n: i for i, n in enumerate(NAMES)}}), "nested_ids.json"),
        (
            "id,key,instances,category\n0,abseiling,\"['a, b']\",x\n1,air drumming,[],x\n"
            '2,"tying knot, loosely",[],x\n',
            "EPIC_100_verb_classes.csv",
        ),
        (
            'item {\n  name: "abseiling"\n  id: 1\n}\nitem { name: "air drumming" id: 2 }\n'
            'item { id: 3 name: "tying knot, loosely" }\n',
            "ava.pbtxt",
        ),
        (
            "label {\n  name: 'abseiling'\n  label_id: 1\n  label_type: PERSON_MOVEMENT\n}\n"
            "label { name: 'air drumming' label_id: 2 }\n"
            "label { name: 'tying knot, loosely' label_id: 3 }\n",
            "ava_list.txt",
        ),
    ],
)
def test_lists_of_published_data_sets_are_read(content: str, name: str, tmp_path: Path):
    assert read_labels(file(tmp_path, content, name)) == NAMES


def test_names_in_utf_16_are_read(tmp_path: Path):
    path = tmp_path / "names.txt"
    path.write_bytes("\n".join(NAMES).encode("utf-16"))
    assert read_labels(path) == NAMES


def test_ids_that_a_label_map_leaves_out_are_called_after_their_number(tmp_path: Path):
    path = file(tmp_path, 'item { name: "a" id: 1 }\nitem { name: "b" id: 3 }\n', "ava.pbtxt")
    assert read_labels(path) == ("a", "id 2", "b")


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        ("item { id: 1 }\n", "ava.pbtxt", "no name or no id"),
        ("item\n", "ava.pbtxt", "holds no items"),
        ('item { name: "a" id: 999999999 }\n', "ava.pbtxt", "ids up to"),
        ("a: [1\n", "list.yaml", "is not YAML"),
        ("- [a]\n- {b: 1}\n", "list.yaml", "list.yaml"),
        (json.dumps({"classes": {"a": "b"}}), "nested.json", "no column of whole numbers"),
    ],
)
def test_lists_that_cannot_be_understood_are_refused(
    content: str, name: str, words: str, tmp_path: Path
):
    with pytest.raises(LabelsError, match=words):
        read_labels(file(tmp_path, content, name))
