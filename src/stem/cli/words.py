"""How options and commands are called: what the command line tells for the names in a message."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "The_same": "The same command",
        "Try_again": "Give the same command again",
        "Try_again_later": "Try the same command again later",
        "allow_voice": "stem voices allow",
        "as_name": "with --as",
        "bed_is": "--bed",
        "bed_level": "--bed-level",
        "bells": "--bell",
        "by_cd": " with cd",
        "by_init": " with: stem practice init",
        "by_outside": ": --outside",
        "code": "--code",
        "code_is": "--code",
        "dask": "--dask",
        "destination": "--for",
        "destination_is": "--for",
        "duration_is": "--duration",
        "exact_or_audio": "--exact, or --audio",
        "fill": "--fill",
        "fill_is": "--fill",
        "for_download": "with --mirror",
        "for_output": "with -o",
        "force_replaces": " (--force replaces it)",
        "forget": "stem forget",
        "format": "--format",
        "format_is": "--format",
        "get_voice": "stem voices get",
        "in_names": " (--names)",
        "jobs_is": "--jobs",
        "let_replace": "let --force replace it",
        "link_is": "--link",
        "make_sheet": "stem sheet SCRIPT",
        "name_in_feed": "--name-in-feed",
        "offline": "with --offline",
        "page": "--page",
        "on_command_line": "on the command line",
        "profile": "--profile",
        "profile_kind": "--profile",
        "replace_it": "replace it with --force",
        "replacing": "with --force",
        "say": "stem say",
        "series_is": "stem series",
        "say_text": "stem say",
        "sheet_again": "it again with stem sheet",
        "the_same": "the same command",
        "to_go_online": "with --allow-online, and without --offline",
        "try_again": "give the same command again",
        "use_force": "use --force",
        "value_of": "-s ",
        "voice_is": "--voice",
    }
)
"""By the names of `messages.PLAIN`, all of them."""
