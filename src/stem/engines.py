"""Where engines were found until version 0.1: plug-ins may import this name for one release more."""

import warnings

from stem.voices.engines import Engine, Traits, engine, guard, measured_pace, say

__all__ = ["Engine", "Traits", "engine", "guard", "measured_pace", "say"]

warnings.warn("stem.engines is now stem.voices.engines.", DeprecationWarning, stacklevel=2)
