"""A track that is stopped after so many seconds: python cancel.py FOLDER SCRIPT [SECONDS]."""

import sys
import time

import stem


def main(folder: str, script: str, seconds: str = "2") -> None:
    project = stem.Project(folder)
    plan = project.plan(stem.TrackSpec(script))
    stop_at = time.monotonic() + float(seconds)

    def on_event(progress: stem.Progress) -> bool:
        print(f"{progress.stage} {progress.share:.0%}")
        return time.monotonic() < stop_at

    try:
        track = project.make(plan, events=on_event)
    except stem.Cancelled as stopped:
        print(stopped.sentence)
    else:
        print(f"{track.path} was quicker")


if __name__ == "__main__":
    main(*sys.argv[1:])
