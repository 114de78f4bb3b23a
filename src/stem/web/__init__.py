"""The page: all that a practice does with stem, in a browser on the same machine, in Dutch.

A small server that listens on 127.0.0.1 alone. What it does goes through `stem.Project`; a track is made in
a process of its own. Values that are filled in are in memory, in tracks and in their records, nowhere else.

gate.py      who may come in, and the headers of every answer
passes.py    the link that is good once, the cookie and the secret of a run
server.py    the socket, and the threads that answer
running.py   which folders have a page that is open, and how a second one finds the first
life.py      from `stem open` until it is closed
shortcut.py  an icon that opens it
site.py      what all pages share
reader.py    reads aloud what someone wants to hear now, in a process of its own
turns.py     what is shown while someone types: one at a time, the newest
fetching.py  voices on their way in
workshop.py  runs, one after another, each with its progress and its end
lists.py     lists that were dropped, in memory until their tracks are there
once.py      what a form gave, for who sends it twice
below.py     what is taken from below the front door
words.py     Dutch for stages, states and errors
labels.py    Dutch for what can be filled in
app.py       the pages together
welcome.py, choosing.py, filling.py (with forms.py), hearing.py, making.py, tracks.py, mending.py,
clients.py, series.py, sending.py, writing.py (with findings.py), recording.py, privacy.py, closing.py:
a page each
practice.py, pronouncing.py, voices.py, computer.py: the pages of the practice itself
"""
