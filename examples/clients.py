"""A list of clients, each with tracks of their own: python clients.py FOLDER LIST."""

import sys

import stem


def main(folder: str, clients: str) -> None:
    project = stem.Project(folder)
    batch = project.batch(clients)
    for outcome in batch.rehearse().outcomes:
        print(f"{outcome.path.name}: {outcome.status}, about {outcome.seconds or 0:.0f} s")
    report = batch.make(on_outcome=lambda outcome: print(f"{outcome.path.name}: {outcome.status}"))
    sys.exit(report.exit_code)


if __name__ == "__main__":  # its workers import it too
    main(*sys.argv[1:])
