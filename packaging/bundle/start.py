"""What a bundle runs: stem, and what Python would run, for there is no other Python in it.

stem                      stem open: whoever opens the bundle by a double click gets the page
stem WORDS                the command line
stem +python WORDS    what `python WORDS` would do: a child of stem (`stem.programs`)
"""

import multiprocessing
import runpy
import sys

AS_PYTHON = "+python"
"""As in `stem.programs`, which a child that speaks one phrase has no time to import."""


def main() -> None:
    """Run what was asked for."""
    multiprocessing.freeze_support()  # a worker of `multiprocessing` goes no further
    if sys.argv[1:2] == [AS_PYTHON]:
        as_python(sys.argv[2:])
        return
    if len(sys.argv) == 1:
        sys.argv.append("open")
    from stem.cli import main as run

    run()


def as_python(words: list[str]) -> None:
    """Do what Python does with `[OPTIONS] -c CODE [WORDS]` and with `[OPTIONS] FILE [WORDS]`."""
    while words[0].startswith("-") and words[0] != "-c":
        words = words[1:]  # -S and -B say what a bundle is anyway
    if words[0] == "-c":
        sys.argv = ["-c", *words[2:]]
        exec(words[1], {"__name__": "__main__"})  # noqa: S102 - stem's own
    else:
        sys.argv = words
        runpy.run_path(words[0], run_name="__main__")


if __name__ == "__main__":
    main()
