"""Voices of a project, and hearing them; backgrounds by themselves; what works on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stem.errors import ConfigError, UsageError
from stem.filenames import safe_name
from stem.messages import Message
from stem.project.tracks import Tracks
from stem.script.dutch import has_words, spoken
from stem.script.dutch.lexicon import load_lexicon
from stem.text_files import write_text
from stem.track.choices import terms_of
from stem.track.plan import Plan, plan_sentence
from stem.track.spec import TrackSpec
from stem.track.stages import OnNotice, no_notice
from stem.track.target import output_path
from stem.track.voice_samples import SENTENCES, Choice, check_name, choices, make_samples, template_text
from stem.voices.consent import Consent
from stem.voices.recordings.engine import voice_of
from stem.voices.recordings.sheets import SheetLine
from stem.voices.speakers import Terms, better_voice, can_speak, choose_voice, recordings_folder, sends_to
from stem.voices.template import VoiceTemplate, broken_voices, find_voice, voices

if TYPE_CHECKING:
    from stem.doctor import Diagnosis

_AS_USUAL = TrackSpec("")


class Voices(Tracks):
    """What a project does with voices."""

    def voices(self) -> tuple[VoiceTemplate, ...]:
        """Return the voices that are in order; see `voices.template.voices`."""
        return voices(self.folder)

    def speaking_voices(self) -> tuple[VoiceTemplate, ...]:
        """Return the voices that can and may speak here and now, the best first."""
        from stem.voices.cloning import has_consent
        from stem.voices.permission import asks_leave, has_leave

        allowed = [
            each
            for each in self.voices()
            if can_speak(each)
            and (self.settings.allow_online or not sends_to(each))
            and (has_leave(each) or not asks_leave(each))
            and has_consent(each)
        ]
        return tuple(sorted(allowed, key=lambda voice: (-voice.rank, voice.name)))

    def usual_voice(self) -> tuple[VoiceTemplate | None, VoiceTemplate | None]:
        """Return the voice that speaks when nobody chooses, and a better one that can be downloaded."""
        try:
            usual = choose_voice(self.settings.voice, self.folder)
        except UsageError:  # own recordings, or a voice that is not there any more
            return None, None
        return usual, better_voice(usual, self.folder)

    def broken_voices(self) -> tuple[ConfigError, ...]:
        """Return what is wrong with the others."""
        return broken_voices(self.folder)

    def voice(self, name: str) -> VoiceTemplate:
        """Return a voice; see `voices.template.find_voice`."""
        return find_voice(name, self.folder)

    def download(
        self,
        name: str,
        *,
        mirror: str | None = None,
        on_progress: Callable[[int, int | None], None] = lambda _done, _total: None,
    ) -> tuple[Path, ...]:
        """Download a voice, checked whole; what was begun before goes on; see `voices.download`."""
        from stem.voices.download import download

        return tuple(download(self.voice(name), mirror=mirror, on_progress=on_progress))

    def pack_voice(self, name: str, target: str | Path | None = None, *, overwrite: bool = False) -> Path:
        """Write a voice as a package that `pip install` takes, and return its path; see `voices.packing`.

        Args:
            name: A voice that is here and may be passed on.
            target: The folder; None for that of tracks.
            overwrite: Whether a package that is there may be replaced.
        """
        from stem.voices.packing import pack

        return pack(self.voice(name), self.path(target or self.settings.output), overwrite=overwrite)

    def allow(self, name: str) -> str:
        """Let a voice run its program, as it is now, until it changes; return what will be run."""
        from stem.voices.permission import command_line, give_leave

        voice = self.voice(name)
        give_leave(voice)
        return command_line(voice)

    def disallow(self, name: str) -> None:
        """Let a voice run no program any more."""
        from stem.voices.permission import take_leave

        take_leave(self.voice(name))

    def consent(self, name: str, who: str = "", purpose: str = "", until: str = "") -> Consent:
        """Return what someone is to consent to today, for a voice made after theirs; see `practice.consent`.

        Args:
            name: Of the voice.
            who: By what name listeners are told of whose voice it resembles.
            purpose: What it is for.
            until: Its last day, such as 2027-12-01.
        """
        from stem.practice.consent import consent_to

        return consent_to(self.voice(name), who, purpose, until)

    def keep_consent(self, name: str, consent: Consent, recording: str | Path) -> Path:
        """Keep a consent with its sentence, read aloud, in the user's folder of voices; return where."""
        from stem.practice.consent import keep_consent

        return keep_consent(self.voice(name), consent, self.path(recording))

    def voices_like(self, words: Sequence[str]) -> tuple[VoiceTemplate, ...]:
        """Return the voices that resemble someone of these names."""
        from stem.practice.consent import voices_like

        return voices_like(words, self.folder)

    def traces_of_voice(self, name: str) -> tuple[Path, ...]:
        """Return the files of a voice that resembles someone; nothing is removed."""
        from stem.practice.consent import traces_of

        return traces_of(name, self.folder)

    def forget_voice(self, name: str) -> tuple[Path, ...]:
        """Remove a voice that resembles someone, its template and its consent; return what is gone."""
        from stem.practice.consent import forget_files

        traces = self.traces_of_voice(name)
        forget_files(traces)
        return traces

    def sentence(
        self,
        text: str,
        voice: str | None = None,
        *,
        fill: str | None = None,
        said_as: tuple[str, str] | None = None,
        online: bool | None = None,
        remember: bool = True,
    ) -> Plan:
        """Plan one text on no background, to hear a voice.

        Args:
            text: Without marks.
            voice: Its name; None for the usual one. With `fill` it may be a folder with own recordings.
            fill: Name of the voice that says it when it was not recorded; "" for the usual one.
            said_as: A word and the spelling in which it is tried.
            online: Whether it may be sent to a service; None: as stem.toml says.
            remember: Whether what is spoken is kept.
        """
        lexicon = load_lexicon(self.folder)
        wish = voice or self.settings.voice
        return plan_sentence(
            text,
            choose_voice(wish, self.folder) if fill is None else self._recorded_or(fill, wish, text),
            lexicon.plus(*said_as) if said_as else lexicon,
            self._terms(online=online, remember=remember),
            chosen=bool(wish),
        )

    def _recorded_or(self, fill: str, wish: str, text: str) -> VoiceTemplate:
        """Return the own recordings that are wished for when the text is in them, else who fills in."""
        recordings = recordings_folder(wish, self.folder)
        if recordings is None:
            return choose_voice(wish, self.folder)
        recorded, missing = voice_of(recordings, (SheetLine(1, text, spoken(text)),))
        return choose_voice(fill, self.folder) if missing else recorded

    def tuned(self, voice: str, speeds: Sequence[float], pitches: Sequence[float]) -> tuple[Choice, ...]:
        """Return the ways in which a voice can be heard; see `track.voice_samples.choices`."""
        return choices(choose_voice(voice, self.folder), speeds, pitches)

    def samples(
        self,
        voice: str,
        ways: Sequence[Choice],
        target: str | Path | None = None,
        *,
        online: bool | None = None,
        remember: bool = True,
        overwrite: bool = False,
        on_notice: OnNotice = no_notice,
    ) -> Iterator[tuple[Choice, Path]]:
        """Write the same sentences in each way; see `track.voice_samples.make_samples`."""
        return make_samples(
            choose_voice(voice, self.folder),
            ways,
            self._terms(online=online, remember=remember),
            self.path(target or self.settings.output),
            lexicon=load_lexicon(self.folder),
            overwrite=overwrite,
            on_notice=on_notice,
        )

    def keep_voice(self, voice: str, way: Choice, name: str, *, overwrite: bool = False) -> Path:
        """Write a voice template of one of those ways, and return its path."""
        found = choose_voice(voice, self.folder)
        check_name(name, found, self.folder)
        path = self.folder / "voice_templates" / f"{name}.toml"
        return write_text(path, template_text(found, way), overwrite=overwrite)

    def _terms(self, *, online: bool | None, remember: bool) -> Terms:
        return terms_of(replace(_AS_USUAL, online=online, remember=remember), self.settings)

    def word(
        self,
        word: str,
        respelling: str | None = None,
        voice: str | None = None,
        *,
        online: bool | None = None,
        remember: bool = True,
    ) -> Plan:
        """Plan a word alone and in a sentence, to hear whether a voice says it well; see `sentence`.

        Args:
            word: A word, or a name.
            respelling: The spelling in which it is tried.
            voice: As of `sentence`.
            online: Likewise.
            remember: Likewise.

        Raises:
            UsageError: when there is nothing to say in one of the two.
        """
        for given in (word, respelling):
            if given is not None and not has_words(given):
                raise UsageError(
                    Message("There is nothing to say in '{given}'.", given=given),
                    hint=Message("Give a word of letters."),
                )
        said_as = (word, respelling) if respelling else None
        return self.sentence(
            f"{word}. Welkom, {word}.", voice, said_as=said_as, online=online, remember=remember
        )

    def hear(
        self,
        plan: Plan,
        target: str | Path | None = None,
        *,
        overwrite: bool = False,
        on_notice: OnNotice = no_notice,
    ) -> Path | None:
        """Play a short plan, or write it when a target is given or no player is here.

        Returns:
            The file; None when it was played.
        """
        from stem.sound.playing import play
        from stem.track.preview import sound

        if target is None and play(sound(plan, on_notice)):
            return None
        return self.make(plan, target, overwrite=overwrite, on_notice=on_notice).path

    def sample(self, voice: str, *, online: bool | None = None) -> Plan:
        """Plan the two sentences by which voices are compared; see `sentence`."""
        return self.sentence(SENTENCES, voice, online=online)

    def sound_of(self, plan: Plan, on_notice: OnNotice = no_notice) -> bytes:
        """Return the sound of a short plan as a WAV file in one channel, which is what a voice has."""
        from stem.sound.playing import as_wav
        from stem.track.preview import sound

        return as_wav(sound(plan, on_notice).mean(axis=1, keepdims=True))

    def bed_sound(self, name: str, *, seed: int = 1, length_s: float = 12.0, level_lu: float = 0.0) -> bytes:
        """Return what `hear_bed` plays as a WAV file, louder or softer than usual by so many LU."""
        from stem.sound.playing import as_wav
        from stem.track.bed_sample import bed_sample

        return as_wav(bed_sample(name, seed, length_s, level_lu))

    def hear_bed(
        self,
        name: str,
        target: str | Path | None = None,
        *,
        seed: int = 1,
        length_s: float = 20.0,
        overwrite: bool = False,
    ) -> Path | None:
        """Play a background or a bell, as `hear` does, at the level that it has in a track without words."""
        from stem.sound.playing import play
        from stem.track.bed_sample import bed_sample, write_sample

        sample = bed_sample(name, seed, length_s)
        if target is None and play(sample):
            return None
        named = None if target is None else str(target)
        path = output_path(safe_name(name), named, self.settings, folder=self.folder)
        return write_sample(name, sample, path, overwrite=overwrite)

    def diagnose(self) -> Iterator[Diagnosis]:
        """Try everything that a track needs on this machine, one thing at a time."""
        from stem.doctor import diagnose

        return diagnose(self.settings, self.folder)
