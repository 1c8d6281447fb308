"""Finds and opens the clips and models of a provenance: by name, in folders that were given."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from mvit_core.batch.result_means import ResultMeans, read_means, used_model
from mvit_core.capture_file import CaptureFile, is_capture
from mvit_core.checkpoint import LoadedModel, load_model
from mvit_core.errors import ClipListError, MvitError, ProvenanceError
from mvit_core.explaining.changes import BatchMean
from mvit_core.explaining.given_means import GivenMeans
from mvit_core.export import Source
from mvit_core.pipeline import Explainer
from mvit_core.provenance import (
    ClipFacts,
    FileFacts,
    ListFacts,
    ModelFacts,
    Provenance,
    SourceFacts,
)
from mvit_core.provenance.digests import file_facts
from mvit_core.system.ordinary_file import is_folder, is_there
from mvit_core.video import Video, open_video

__all__ = ["Inputs"]


@dataclass(frozen=True)
class Inputs:
    """Where the files of a provenance may lie; nothing else is looked at."""

    folders: tuple[Path, ...]
    """Looked through for the names, in this order."""
    clip: Path | None = None
    """The clip, whatever its name; None for that of the name in a folder."""
    checkpoint: Path | None = None
    """The same of the model."""
    device: str = "auto"
    mean_of: Path | None = None
    """The batch result that means of heads are over, whatever its name."""
    _notes: dict[str, None] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found otherwise than it was: sentences."""
        return tuple(self._notes)

    @contextmanager
    def opened(
        self, provenance: Provenance, means: Sequence[BatchMean] = ()
    ) -> Iterator[tuple[Source, ...]]:
        """The clips and models of a provenance, opened; clips are closed in the end.

        Args:
            provenance: of a result.
            means: over batch results, that its request names.

        Returns:
            The clips with their models, the result's own first.

        Raises:
            ProvenanceError: a file is not there, or options cannot say how it was read.
            MvitError: a file cannot be used.
        """
        with ExitStack() as stack:
            models: dict[ModelFacts, LoadedModel] = {}
            sources, given = list[Source](), GivenMeans()
            for place, facts in enumerate(provenance.sources):
                if isinstance(facts.clip, ListFacts):
                    raise ProvenanceError(f"{facts.clip.file.name} is a list; run the batch again")
                path = self.clip_of(facts.clip, own=place == 0)
                video = stack.enter_context(_opened(path, facts.clip))
                explainer = self._explainer(facts, path, models, given, own=place == 0)
                sources.append(Source(explainer, video))
            for wanted in means:
                found = self._means(wanted, [source.explainer for source in sources])
                given.give(wanted, found.blocks)
                self._notes.update(dict.fromkeys(found.notes))
            yield tuple(sources)

    def clip_of(self, facts: ClipFacts | ListFacts, *, own: bool = True) -> Path:
        """Where a clip lies.

        Args:
            facts: the clip.
            own: it is the result's own, not that of a pane.

        Raises:
            ProvenanceError: nowhere.
        """
        return self.find(facts.file, self.clip if own else None, "--clip")

    def model_of(self, facts: ModelFacts, *, own: bool = True) -> Path:
        """Where a checkpoint lies.

        Args:
            facts: the model.
            own: it is the result's own, not that of a pane.

        Raises:
            ProvenanceError: nowhere.
        """
        return self.find(facts.file, self.checkpoint if own else None, "--checkpoint")

    def batch_of(self, wanted: BatchMean) -> Path:
        """Where a batch result lies that means are over.

        Raises:
            ProvenanceError: nowhere.
        """
        given = self.mean_of
        there = [given] if given is not None else [each / wanted.name for each in self.folders]
        for path in there:
            if is_folder(path):
                return path
        looked = " or ".join(dict.fromkeys(str(each) for each in self.folders)) or "no folder"
        where = f"{given} is no folder" if given else f"{wanted.name} is not in {looked}"
        raise ProvenanceError(
            f"{where}: heads that are off give their mean over {wanted.words}; give its path by "
            f"--mean-of, or put it beside the file"
        )

    def find(self, facts: FileFacts, given: Path | None = None, option: str = "") -> Path:
        """The file of a name whose content is the one that is told, else another of the name.

        Args:
            facts: the file.
            given: where it lies, if that was said.
            option: the option that says it, for messages.

        Raises:
            ProvenanceError: there is none.
        """
        there = [given] if given is not None else [each / facts.name for each in self.folders]
        there = [path for path in there if is_there(path)]
        if not there:
            looked = " or ".join(dict.fromkeys(str(each) for each in self.folders)) or "no folder"
            where = f"{given} does not exist" if given else f"{facts.name} is not in {looked}"
            advice = f"give its path by {option}" if option else "put it there"
            raise ProvenanceError(f"{where}; {advice}, or put it beside the file")
        digests = [file_facts(path).sha256 for path in there]
        if facts.sha256 and facts.sha256 in digests:
            return there[digests.index(facts.sha256)]
        self._notes.setdefault(_other(there[0], facts, digests[0]))
        return there[0]

    def _explainer(
        self,
        facts: SourceFacts,
        clip: Path,
        models: dict[ModelFacts, LoadedModel],
        given: GivenMeans,
        *,
        own: bool,
    ) -> Explainer:
        stored = CaptureFile(clip) if is_capture(clip) else None
        loaded = models.get(facts.model)
        if loaded is None:
            loaded = models[facts.model] = self._loaded(facts.model, stored, own=own)
        loaded = replace(loaded, clip_spec=facts.preprocessing)
        if stored is not None and loaded.has_weights:
            as_stated = replace(loaded, clip_spec=stored.model.clip_spec)
            stored = stored if stored.is_of(as_stated) else None
        return Explainer(loaded, remembered_windows=1, stored=stored, given=given)

    def _means(self, wanted: BatchMean, explainers: Sequence[Explainer]) -> ResultMeans:
        """The means themselves, of whichever model they are."""
        folder, refused = self.batch_of(wanted), list[MvitError]()
        for explainer in dict.fromkeys(explainers):
            try:
                found = read_means(folder, used_model(explainer.loaded))
            except ClipListError as error:
                refused.append(error)
                continue
            if found.source.sha256 == wanted.sha256:
                return found
        if len(refused) == len(dict.fromkeys(explainers)):
            raise refused[0]
        raise ProvenanceError(
            f"{folder.name} holds other means than it did: not those over {wanted.windows} windows "
            f"with the sha256 {wanted.sha256[:16]}...; give the batch result as it was"
        )

    def _loaded(self, facts: ModelFacts, stored: CaptureFile | None, *, own: bool) -> LoadedModel:
        if not facts.has_weights and stored is not None and self.checkpoint is None:
            return stored.loaded()
        if facts.module is not None:
            raise ProvenanceError(
                f"{facts.module} is code of your own, and no file runs code that it names; run the "
                f"command that it tells, or make it again in the window"
            )
        if not facts.is_named:
            raise ProvenanceError(
                f"{facts.file.name} was loaded by a script, which held the module, its "
                "configuration or its class names in memory; run the script again"
            )
        return load_model(
            self.model_of(facts, own=own),
            config=None if facts.config is None else self.find(facts.config),
            preset=facts.preset,
            labels=None if facts.labels is None else self.find(facts.labels),
            device=self.device,
            weights=facts.weights,
            head=facts.head,
            half=facts.half,
        )


def _opened(path: Path, facts: ClipFacts) -> Video:
    if facts.is_folder:
        return open_video(path, fps=facts.fps)
    is_plain = is_capture(path) or facts.captured is not None
    return open_video(path, stream=None if is_plain else facts.stream)


def _other(path: Path, facts: FileFacts, digest: str) -> str:
    if not facts.sha256:
        return f"{facts.name}: nobody knows whether it is the same file, for no digest was kept"
    return (
        f"{path.name} is another file than {facts.name} was: its sha256 is {digest[:16]}..., not "
        f"{facts.sha256[:16]}..."
    )


def named_files(sources: Sequence[SourceFacts]) -> dict[str, FileFacts]:
    """Every file that sources name, each once, by its name."""
    found: dict[str, FileFacts] = {}
    for each in sources:
        model = each.model
        of_model = model.file if model.has_weights and model.module is None else model.code
        for file in (each.clip.file, of_model, model.config, model.labels):
            if file is not None:
                found.setdefault(file.name, file)
    return found
