"""Recipes of the task `system`: what a classifier hears and sees, learns, and is measured on."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from emoarc.corpora import SEALED, Clip, Manifest
from emoarc.errors import OptionError
from emoarc.labels import canonical, emotion_of
from emoarc.toml import parse, read_toml
from emoarc.train._augment_faces import FaceAugmentation
from emoarc.train._augment_signal import SignalAugmentation
from emoarc.train._checks import check_from_zero, check_share
from emoarc.train._recipe import Recipe, Schedule
from emoarc.train.systems._architectures import ARCHITECTURES
from emoarc.train.systems._sight import Faces, Picture
from emoarc.train.systems._sound import Functionals, Mel, Mfcc, Spectrogram, SpeechModel

__all__ = ["Input", "Member", "Paper", "Sound", "SystemRecipe", "read_system"]

Input = Spectrogram | Mel | Mfcc | Functionals | SpeechModel | Picture | Faces
"""One of the arrays that a system takes in; a recipe's `kind` says which."""

_SHOWING: Final[dict[type[Any], tuple[str, ...]]] = {
    Picture: ("image", "video", "audio-visual"),
    Faces: ("video", "audio-visual"),
}
"""The kinds of clips in which there is something to see; the other inputs hear."""


@dataclass(frozen=True)
class Paper:
    """What the source reports, beside which our figures stand."""

    source: str
    """Author and year."""
    system: str
    """What it is called there."""
    corpora: tuple[str, ...]
    """Adapters of the corpora it used."""
    protocol: str
    """How it was measured, in words."""
    reproduce: str = "leaky-random"
    """The protocol of ours that comes nearest."""
    measure: Literal["accuracy", "uar", "macro_f1"] = "accuracy"
    figure: float | None = None
    """A share; None where the paper gives none."""
    independent: float | None = None
    """The same with speakers apart, where the paper gives both."""
    note: str = ""
    """What differs here, and why."""

    def __post_init__(self) -> None:
        check_share(figure=self.figure, independent=self.independent)


@dataclass(frozen=True)
class Sound:
    """How recordings are cut before anything is computed from them."""

    trim: bool = True
    """Leave out what lies before the first and after the last speech."""
    offset: float = 0.0
    """Seconds left out at the start instead, as some papers do."""
    copies: int = 0
    """Altered copies of each training clip, beside the clip itself."""

    def __post_init__(self) -> None:
        check_from_zero(offset=self.offset, copies=self.copies)


@dataclass(frozen=True)
class Member:
    """One classifier of a system; most systems have a single one."""

    architecture: str
    """A key of `ARCHITECTURES`."""
    inputs: tuple[str, ...]
    """Names of the inputs it takes, in this order."""
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    """Options of the architecture."""
    schedule: Schedule | None = None
    """Its own, where it differs from the recipe's."""
    base: str = ""
    """Where the frozen base of the net comes from: a safetensors file, or the recipe of a system
    of the same architecture, beside this one, that is trained first."""

    @property
    def learner(self) -> Any:
        """The architecture's options, checked."""
        return parse(ARCHITECTURES[self.architecture].options, self.options, "options")


@dataclass(frozen=True)
class SystemRecipe(Recipe):
    """A recipe of the task `system`."""

    paper: Paper
    labels: tuple[str, ...]
    """The classes, in the order of the logits: canonical words. A clip counts as its own word, or
    else as the one of the seven emotions that its word counts as."""
    corpora: tuple[str, ...]
    protocols: tuple[str, ...]
    """How it is measured unless the user says otherwise."""
    inputs: dict[str, Input]
    members: dict[str, Member]
    own_words: bool = False
    """Take only clips whose own word is among the labels: calm is no neutral, excitement no
    happiness."""
    kind: tuple[Literal["audio", "audio-visual", "video", "image"], ...] = ("audio",)
    """The kinds of clips it takes."""
    fusion: Literal["mean", "max", "product", "bayes", "elm-chain"] = "mean"
    """How several members are joined: a rule on their probabilities, or learnt on what their last
    layers take in, which is their inputs where they are no nets."""
    limit: int = 0
    """Training clips per fold at the most, drawn at random; 0 takes all."""
    validation: float = 0.0
    """Share of the training clips, of speakers of their own, by which the best epoch is chosen; 0
    keeps the last epoch."""
    class_weights: bool = False
    """Let every class weigh the same, however many clips it has."""
    smoothing: float = 0.0
    """Share of each target that is spread over all labels."""
    votes: float = 0.0
    """Share of the target that people's votes decide, where the corpus has them."""
    mixup: float = 0.0
    """Parameter of the beta distribution that mixes pairs of examples."""
    mask: tuple[int, int] = (0, 0)
    """The widest stretch of rows and of columns taken out of spectrograms, twice each."""
    held_out: tuple[str, ...] = tuple(sorted(SEALED))
    """Speakers on whom `emoarc train` measures and on whom it does not train."""
    sound: Sound = field(default_factory=Sound)
    signal: SignalAugmentation | None = None
    """How the copies of the sound are altered."""
    pictures: FaceAugmentation | None = None
    """How pictures are altered, anew in every epoch."""

    def __post_init__(self) -> None:
        self._check_numbers()
        strange = [label for label in self.labels if canonical(label) != label]
        if strange or len(self.labels) < 2 or len(set(self.labels)) < len(self.labels):
            raise OptionError(
                f"labels: at least two different words of emotion, not {strange or self.labels}"
            )
        for name in ("corpora", "kind", "members"):
            if not getattr(self, name):
                raise OptionError(f"{name}: name one at least")
        if bool(self.sound.copies) != (self.signal is not None):
            raise OptionError("sound.copies: goes with a table [signal], and that with copies")
        if self.fusion == "elm-chain" and len(self.members) < 2:
            raise OptionError("fusion: 'elm-chain' joins two members at least")
        for name, given in self.inputs.items():
            self._check_input(f"inputs.{name}", given)
        for name, member in self.members.items():
            self._check_member(f"members.{name}", member)

    @property
    def learning(self) -> "SystemRecipe":
        """The recipe without what does not touch training, so that a word more about the paper
        makes no trained fold stale.
        """  # noqa: D205
        return replace(self, paper=Paper("", "", (), ""), protocols=())

    def class_of(self, clip: Clip) -> int:
        """Return which of the labels a clip shows, -1 for none of them."""
        word = clip.emotion
        if word not in self.labels and not self.own_words:
            word = emotion_of(word)
        return self.labels.index(word) if word in self.labels else -1

    def chosen(self, manifest: Manifest) -> Manifest:
        """Return the clips that the recipe is about.

        Raises:
            OptionError: There are none.
        """
        found = manifest.where(lambda clip: clip.kind in self.kind and self.class_of(clip) >= 0)
        if not len(found):
            corpora, kinds = ", ".join(self.corpora), " or ".join(self.kind)
            raise OptionError(f"{corpora}: no {kinds} clips that show any of {self.labels}")
        return found

    def _check_numbers(self) -> None:
        first, second = self.mask
        check_from_zero(seed=self.seed, limit=self.limit, mixup=self.mixup)
        check_from_zero(mask=min(first, second))
        check_share(validation=self.validation, smoothing=self.smoothing, votes=self.votes)

    def _check_input(self, where: str, given: Input) -> None:
        _check_name(where)
        showing = _SHOWING.get(type(given), ("audio", "audio-visual"))
        for kind in self.kind:
            if kind not in showing:
                raise OptionError(
                    f"{where}: {given.kind} takes {' and '.join(showing)} clips; change its kind, "
                    f"or take {kind} out of the recipe's"
                )

    def _check_member(self, where: str, member: Member) -> None:
        _check_name(where)
        if member.architecture not in ARCHITECTURES:
            raise OptionError(
                f"{where}.architecture: {member.architecture!r} is none; there are "
                f"{', '.join(ARCHITECTURES)}"
            )
        missing = set(member.inputs) - set(self.inputs)
        if missing or not member.inputs:
            raise OptionError(f"{where}.inputs: {sorted(missing)} are not among [inputs]")
        if member.base and not ARCHITECTURES[member.architecture].based:
            raise OptionError(f"{where}.base: {member.architecture} takes none from elsewhere")
        try:
            _ = member.learner
        except OptionError as error:
            raise OptionError(f"{where}.{error}") from error


def _check_name(where: str) -> None:
    """Refuse names that are no names of files, which results are kept in."""
    if not re.fullmatch(r"\w+\.[\w-]+", where):
        raise OptionError(f"{where}: name it with letters, digits, - and _ only")


def read_system(path: Path) -> SystemRecipe:
    """Read a recipe of the task `system`.

    Raises:
        OptionError: The file is no such recipe; says where it is wrong.
    """
    table = read_toml(path)
    if table.get("task") != "system":
        raise OptionError(f"{path}: task: {table.get('task')!r} is not system")
    recipe = parse(SystemRecipe, table, str(path))
    if not recipe.protocols:
        raise OptionError(f"{path}: protocols: name one at least")
    return recipe
