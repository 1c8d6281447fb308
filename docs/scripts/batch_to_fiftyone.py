"""Fill a FiftyOne data set with the windows of a batch, one sample for each clip and model.

    python batch_to_fiftyone.py OUT NAME

OUT is the folder that ``mvit-lens batch`` wrote. FiftyOne is no dependency of MViT Lens: install it
into an environment of its own, with pyarrow, for it brings another version of OpenCV.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq


def samples_of(out):
    """What each clip and model becomes: plain values by the name of their field.

    Clips that could not be run have their error, and no prediction. Of several windows the one that
    the model is surest of stands for the clip; ``spread`` is the mean temporal spread of its heads.
    """
    root = Path(json.loads((out / "run.json").read_text())["root"])
    windows, spreads = defaultdict(lambda: defaultdict(list)), defaultdict(list)
    for row in pq.read_table(out / "windows").to_pylist():
        windows[row["clip_id"]][row["checkpoint"]].append(row)
    columns = ["clip_id", "window_index", "checkpoint", "temporal_spread"]
    for row in pq.read_table(out / "heads", columns=columns).to_pylist():
        key = row["clip_id"], row["window_index"], row["checkpoint"]
        spreads[key].append(row["temporal_spread"])
    for clip in pq.read_table(out / "clips").to_pylist():
        place = {"filepath": str(root / clip["path"]), "label": clip["label"]}
        if clip["error"] is not None:
            yield {**place, "error": clip["error"]}
        for checkpoint, those in windows[clip["clip_id"]].items():
            best = max(those, key=lambda row: row["probability"] or 0.0)
            heads = spreads[clip["clip_id"], best["window_index"], checkpoint]
            names = ("window_index", "predicted", "probability", "correct")
            said = {name: best[name] for name in names}
            spread = sum(heads) / len(heads) if heads else None
            yield {**place, "checkpoint": checkpoint, **said, "spread": spread}


def fill(dataset, samples, fiftyone):
    """Add samples to a data set."""
    for values in samples:
        sample = fiftyone.Sample(filepath=values["filepath"])
        if values["label"] is not None:
            sample["ground_truth"] = fiftyone.Classification(label=values["label"])
        if values.get("predicted") is not None:
            sample["prediction"] = fiftyone.Classification(
                label=values["predicted"], confidence=values["probability"]
            )
        for name in ("checkpoint", "window_index", "correct", "spread", "error"):
            if values.get(name) is not None:
                sample[name] = values[name]
        dataset.add_sample(sample)


if __name__ == "__main__":
    import fiftyone

    made = fiftyone.Dataset(sys.argv[2], persistent=True)
    fill(made, samples_of(Path(sys.argv[1])), fiftyone)
    print(f"{len(made)} samples in the data set {sys.argv[2]}; fiftyone app launch shows them")
