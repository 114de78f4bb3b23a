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
turns.py     what is shown while someone types: one at a time, the newest
workshop.py  runs, one after another, each with its progress and its end
below.py     what is taken from below the front door
words.py     Dutch for stages, states and errors
labels.py    Dutch for what can be filled in
app.py       the pages together
welcome.py, choosing.py, filling.py (with forms.py), making.py, tracks.py, writing.py (with findings.py),
privacy.py, closing.py: a page each
"""
