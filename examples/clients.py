"""A list of clients, each with tracks of their own: python clients.py FOLDER LIST."""

import sys

import stem


def main(folder: str, clients: str) -> None:
    project = stem.Project(folder)
    batch = project.read_list(clients)
    for outcome in project.rehearse(batch).outcomes:
        print(f"{outcome.path.name}: {outcome.status}, about {outcome.seconds:.0f} s")
    report = project.make_all(batch, on_outcome=lambda outcome: print(f"{outcome.path.name}: {outcome.status}"))
    sys.exit(report.exit_code)


if __name__ == "__main__":  # its workers import it too
    main(*sys.argv[1:])
