"""One track: python one_track.py FOLDER SCRIPT [NAME=VALUE ...]."""

import sys

import stem


def main(folder: str, script: str, *given: str) -> None:
    project = stem.Project(folder)
    values = dict(each.split("=", 1) for each in given)
    plan = project.plan(stem.TrackSpec(script, values=values))
    print(stem.preview(plan).text())
    track = project.make(plan, on_notice=print)
    for warning in track.warnings:
        print(f"Warning: {warning}")
    print(f"{track.path}: {track.audio().duration_seconds:.1f} s, {track.loudness.integrated_lufs:.1f} LUFS")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except stem.StemError as error:
        sys.exit(f"{error.sentence} {error.hint}".rstrip())
