"""Engines that other packages bring: whatever is wrong with one, it is a sentence that names the package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path

from stem.errors import EngineUnavailable, StemError, SynthesisError
from stem.messages import Message, enumerated
from stem.progress import apart
from stem.sound.clips import Clip
from stem.voices.engines import Engine, Traits, files_of
from stem.voices.template import VoiceTemplate


class PluginEngine:
    """An engine from elsewhere, as `engines.Engine`: its errors are turned into stem's.

    Attributes:
        name: The name under which its package brings it.
        version: Its own version.
        traits: What it says it is like.
    """

    def __init__(self, point: EntryPoint) -> None:
        self.name = point.name
        self._package = point.dist.name if point.dist is not None else point.module
        with self._sentences():
            self._engine: Engine = point.load()()
            self._judge()
            self.version: str = str(self._engine.version)
            self.traits: Traits = self._engine.traits

    def check(self) -> None:
        """Try whether the engine can speak; see `engines.Engine`."""
        with self._sentences():
            self._engine.check()

    def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
        """Say one phrase; see `engines.Engine`."""
        return apart(partial(self._speak, phrase, voice))

    def _speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
        with self._sentences(phrase):
            clip = self._engine.speak(phrase, voice)
            if not isinstance(clip, Clip):
                raise TypeError(
                    Message("it gives a {kind} for a stem.sound.clips.Clip", kind=type(clip).__name__)
                )
            return clip

    def remarks(self, phrase: str, voice: VoiceTemplate) -> tuple[str, ...]:
        """Return what will be heard otherwise; see `engines.Engine`."""
        with self._sentences(phrase):
            return self._engine.remarks(phrase, voice)

    def files(self, voice: VoiceTemplate) -> tuple[Path, ...]:
        """Return a voice's files; see `engines.HasFiles`."""
        with self._sentences():
            return files_of(self._engine, voice)

    def _judge(self) -> None:
        """Refuse an engine that was written for another version of stem."""
        wanted = ("name", "version", "traits", "check", "speak", "remarks")
        missing = [f"'{name}'" for name in wanted if not hasattr(self._engine, name)]
        if not missing and isinstance(self._engine.traits, Traits):
            return
        raise self._unusable(
            Message(
                "was written for another version of stem: its engine has {missing}",
                missing=enumerated([Message("no {name}", name=name) for name in missing]),
            )
            if missing
            else Message(
                "was written for another version of stem: its engine has 'traits' that are no engines.Traits"
            )
        )

    @contextmanager
    def _sentences(self, phrase: str | None = None) -> Iterator[None]:
        """Turn every error that is not stem's own into one."""
        try:
            yield
        except StemError:
            raise
        except Exception as error:
            told = f"{type(error).__name__}: {error}".partition("\n")[0].rstrip(".: ")
            if phrase is not None:
                raise SynthesisError(
                    self.name,
                    phrase,
                    Message("the package {package} failed ({told})", package=self._package, told=told),
                ) from error
            raise self._unusable(Message("failed ({told})", told=told)) from error

    def _unusable(self, reason: str) -> EngineUnavailable:
        hint = Message("Install {package} again, or choose another voice.", package=self._package)
        return EngineUnavailable(
            self.name,
            Message("the package {package} that brings it {reason}", package=self._package, reason=reason),
            hint=hint,
        )
