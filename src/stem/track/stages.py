"""The stages of making a track: speak, fit the pauses, lay it on its background."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from stem.errors import SynthesisError
from stem.progress import beat
from stem.script.cues import Cue, phrases_of
from stem.script.edits import lost_remark
from stem.script.holding import before, fit_in_place, held, replaced
from stem.script.masking import LEFT_OUT, Mask
from stem.script.pacing import fit_first
from stem.script.timeline import Timeline, place
from stem.sound.beds import Bed, bell, bell_frames
from stem.sound.mixing import Mix, ringing
from stem.track.plan import Plan
from stem.track.words import mask_of
from stem.voices.engines import traits_of
from stem.voices.permission import runs_program
from stem.voices.speakers import Ensemble
from stem.voices.takes import Takes

OnNotice = Callable[[str], None]
"""Called with a sentence that someone must be able to read before what it tells happens."""


def no_notice(_sentence: str) -> None:
    """Keep still."""


def bed_of(plan: Plan) -> Bed:
    """Return the background of a plan, made or from the cache."""
    return plan.bed.load(plan.seed)


def speak(plan: Plan, takes: Takes, on_notice: OnNotice = no_notice) -> Plan:
    """Speak the plan into `takes`; return it with its pauses fitted to the length wanted, and with remarks.

    Raises:
        StemError: EngineError, UnreachableLengthError, or OutputError.
    """
    company = ensemble_of(plan)

    def lengths_of(phrases: Sequence[str]) -> Mapping[str, int]:
        fresh = [phrase for phrase in phrases if phrase not in takes.frames_of]
        for told in dict.fromkeys((*company.programs(fresh), *map(str, company.sendings(fresh)))):
            on_notice(told)
        for speaker, said in company.parts(phrases):
            try:
                takes.record(said, speaker, lambda done, total: beat(done / total, total))
            except SynthesisError as error:
                raise _without_own_words(error, plan) from None  # its cause tells them too
        return takes.frames_of

    plan = paced(plan, lengths_of)
    return replace(plan, remarks=(*edit_remarks(plan), *company.remarks(plan.phrases)))


def edit_remarks(plan: Plan) -> tuple[str, ...]:
    """Return what is to be told of changes of sentences that are not in what is said any more."""
    return (lost_remark(plan.lost_edits),) if plan.lost_edits else ()


def _without_own_words(error: SynthesisError, plan: Plan) -> SynthesisError:
    """Return the error with the names of variables where the phrase has what was filled in."""
    if plan.spec is None or plan.template is None:
        return error
    if plan.spec.edits and error.phrase in plan.personal:
        hidden = Mask({"text": error.phrase})
        return SynthesisError(error.engine, LEFT_OUT, hidden(error.reason), hint=error.hint)
    mask = mask_of(plan.spec.values, plan.template)
    phrase, reason = mask(f'"{error.phrase}"')[1:-1], mask(error.reason)
    return SynthesisError(error.engine, phrase, reason, hint=error.hint)


def ensemble_of(plan: Plan) -> Ensemble:
    """Return those who speak a plan, made ready."""
    return Ensemble(plan.voices, plan.lexicon, plan.terms)


def mixed(plan: Plan, takes: Takes, bed: Bed) -> Mix:
    """Lay what was spoken on its background; the mix reads from `takes` while it lasts.

    Raises:
        ScriptError: when a breath is too short for its word.
    """
    former = phrases_of(before(plan.cues))
    is_known = takes.frames_of.keys() >= set(former)
    takes.level(plan.phrases, plan.profile.levels.speech_lufs, former if is_known else ())
    timeline = timeline_of(plan, plan.cues, takes.frames_of)
    stroke = bell(plan.bell) if timeline.bells else None
    heard = 0 if stroke is None else ringing(stroke)
    return Mix(timeline, takes.read, bed, stroke, plan.profile.levels, ringing=heard)


def paced(plan: Plan, lengths_of: Callable[[Sequence[str]], Mapping[str, int]]) -> Plan:
    """Return the plan with the first text that fits the length wanted, its pauses fitted.

    Where the words of sentences were changed, all else stays where it was before, if that can be.
    """
    holds = _holds(plan)

    def lengths_for(cues: Sequence[Cue]) -> Mapping[str, int]:
        frames_of = dict(lengths_of(phrases_of(cues)))
        with suppress(SynthesisError):  # perhaps it was changed for that: all is fitted anew then
            frames_of |= lengths_of(replaced(cues) if holds else ())
        return frames_of

    def fitted(cues: Sequence[Cue]) -> tuple[Cue, ...]:
        frames_of, target = lengths_for(cues), plan.target_frames
        assert target is not None

        def placer(changed: Sequence[Cue]) -> Timeline:
            return timeline_of(plan, changed, frames_of)

        return fit_in_place(cues, frames_of, placer, target)

    if plan.target_frames is not None:
        return replace(plan, cues=fit_first(plan.texts, fitted, plan.target_frames))
    frames_of = lengths_for(plan.cues)
    return replace(plan, cues=held(plan.cues, frames_of) or plan.cues)


def _holds(plan: Plan) -> bool:
    """Tell whether a voice may say what is not heard, to know how long it was: nothing is sent or run."""
    voices = [voice for voice in (plan.voice, plan.fill) if voice is not None]
    traits = [traits_of(voice.engine) for voice in voices]
    return not (any(map(runs_program, voices)) or any(each.sends_to or each.only_recorded for each in traits))


def timeline_of(plan: Plan, cues: Sequence[Cue], frames_of: Mapping[str, int]) -> Timeline:
    """Return the timeline of cues under a plan, when it is known how many frames each phrase lasts.

    Raises:
        ScriptError: when a breath is too short for its word.
    """
    return place(
        cues,
        frames_of,
        title=plan.title,
        bell_frames=bell_frames(plan.bell),
        pre_roll_s=plan.profile.pre_roll_s,
        post_roll_s=plan.profile.post_roll_s,
    )
