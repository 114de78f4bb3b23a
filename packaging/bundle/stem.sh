#!/bin/sh
# Opens stem, or says in one sentence why this computer cannot. build.py fills in what the parts need.
here=$(dirname "$(readlink -f "$0")")
needs=@GLIBC@

refused() { # Dutch, English
  case "${STEM_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-nl}}}}" in
    en* | C | C.* | POSIX) echo "Error: $2" >&2 ;;
    *) echo "Fout: $1" >&2 ;;
  esac
  exit 1
}

if [ "$(uname -s)" = Linux ]; then
  found=$(getconf GNU_LIBC_VERSION 2>/dev/null)
  found=${found#glibc }
  [ -n "$found" ] || refused \
    "dit Linux heeft geen glibc, en zonder start stem niet; een ander Linux van nu, bijvoorbeeld Debian of Ubuntu, heeft het wel." \
    "this Linux has no glibc, and stem does not start without it; another Linux of today, Debian or Ubuntu for one, has it."
  [ "$(printf '%s\n%s\n' "$needs" "$found" | sort -V | head -n 1)" = "$needs" ] || refused \
    "stem heeft glibc $needs of nieuwer nodig, en dit Linux heeft $found; met een nieuwere uitgave van je Linux start het wel." \
    "stem needs glibc $needs or newer, and this Linux has $found; a newer release of your Linux will do."
  if [ "$(uname -m)" = x86_64 ] && [ -r /proc/cpuinfo ] && ! grep -qw sse4_2 /proc/cpuinfo; then
    refused \
      "de processor van deze computer is te oud voor stem: hij kent SSE 4.2 niet (processors van na 2009 kennen het)." \
      "the processor of this computer is too old for stem: it lacks SSE 4.2 (processors since 2009 have it)."
  fi
fi
exec "$here/stem-program" "$@"
