"""The network of Pocket TTS by its makers' own package; only a worker loads this, and torch with it.

The files come from stem: nothing is downloaded here. See `worker.Network`, of which this is one.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

_NO_END = "without EOS"
_NO_MEMORY = "allocate memory"
_UNUSED = ("scipy.signal", "scipy.io", "scipy.io.wavfile", "huggingface_hub")


class Damaged(Exception):  # noqa: N818 - its name is what is told
    """A file that cannot be read; `part` says which."""

    def __init__(self, part: str, told: object = "") -> None:
        super().__init__(told)
        self.part = part


class Misfit(Damaged):
    """A file that can be read, and is another model's."""


def load(paths: Mapping[str, str]) -> Network:
    """Return the network in files: "config", a name or a .yaml, "weights" and "tokenizer"."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # for all that the package may think of
    os.environ["KPOCKET_TTS_ERROR_WITHOUT_EOS"] = "1"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    for name in ("POCKET_TTS_SAVE_WEIGHTS", "DEBUG_MIMI"):
        os.environ.pop(name, None)
    import torch

    with _nothing_unused():
        from pocket_tts import TTSModel

    torch.set_num_threads(1)
    config = _config(paths)
    _look_at(paths)
    with tempfile.TemporaryDirectory(prefix="stem-") as folder:
        import yaml

        file = Path(folder) / "config.yaml"
        file.write_text(yaml.safe_dump(config), encoding="utf-8")
        try:
            with _nothing_drawn():
                model = TTSModel.load_model(config=file)
        except RuntimeError as error:
            if _NO_MEMORY in str(error):
                raise MemoryError from error
            raise Misfit("weights", error) from error
        except AssertionError as error:  # so many pieces of text as the model has rows
            raise Misfit("tokenizer", error) from error
    # Else as many frames are decoded at once as happen to be there, which rounds otherwise.
    model.max_decoder_frames_per_call = 1
    return Network(model)


class _Unused(ModuleType):
    """Stands for a module of which nothing is called here; whatever is imported from it is None."""

    def __getattr__(self, name: str) -> None:
        if name.startswith("__"):
            raise AttributeError(name)


@contextmanager
def _nothing_unused() -> Iterator[None]:
    """Import the package without what only its other uses need, which takes longer than all the rest.

    That is SciPy, for recordings, a library for downloads, and the compiler of PyTorch, which the decorator
    of a function for training brings along.
    """
    import torch

    names = [name for name in _UNUSED if name not in sys.modules]
    sys.modules.update({name: _Unused(name) for name in names})
    try:
        with patch.object(torch.compiler, "disable", lambda function: function):
            yield
    finally:
        for name in names:
            del sys.modules[name]


@contextmanager
def _nothing_drawn() -> Iterator[None]:
    """Build a model without drawing weights for it: each of them is in the file, or loading fails."""
    import torch

    def as_it_is(tensor: Any, *_: object, **__: object) -> Any:
        return tensor

    with patch.object(torch.Tensor, "uniform_", as_it_is), patch.object(torch.Tensor, "normal_", as_it_is):
        yield


def _config(paths: Mapping[str, str]) -> dict[str, Any]:
    """Return a model's settings with our own files in them."""
    import yaml
    from pocket_tts.utils.config import CONFIGS_DIR, Config

    own = paths["config"].endswith(".yaml")
    file = Path(paths["config"]) if own else CONFIGS_DIR / f"{paths['config']}.yaml"
    try:
        config: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        config["weights_path"] = paths["weights"]
        config["weights_path_without_voice_cloning"] = None
        config["flow_lm"]["weights_path"] = config["mimi"]["weights_path"] = None
        config["flow_lm"]["lookup_table"] |= {
            "tokenizer": "tokenizers",
            "tokenizer_path": paths["tokenizer"],
        }
        Config(**config)
    except FileNotFoundError as error:
        raise Damaged("", f"it knows no model '{paths['config']}'") from error
    except Exception as error:
        raise Damaged("config", error) from error
    return config


def _look_at(paths: Mapping[str, str]) -> None:
    """Open what can be damaged, so that the right file is named."""
    import safetensors
    import tokenizers

    try:
        tokenizers.Tokenizer.from_file(paths["tokenizer"])
    except Exception as error:
        raise Damaged("tokenizer", error) from error
    try:
        with safetensors.safe_open(paths["weights"], framework="pt") as file:
            file.keys()
    except Exception as error:
        raise Damaged("weights", error) from error


class Network:
    """A model in memory.

    Attributes:
        rate: Samples a second.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self.rate = int(model.sample_rate)
        self.state = lru_cache(maxsize=2)(self._state)

    def _state(self, path: str) -> Any:
        """Return who speaks, from what `pocket-tts export-voice` wrote with this model."""
        import safetensors
        from pocket_tts.modules.stateful_module import init_states

        try:
            with safetensors.safe_open(path, framework="pt") as file:
                file.keys()
        except Exception as error:
            raise Damaged("state", error) from error
        try:
            state = self._model.get_state_for_audio_prompt(Path(path))
        except Exception as error:
            raise Misfit("state", error) from error
        own = init_states(self._model.flow_lm, batch_size=1, sequence_length=1)
        if state.keys() != own.keys() or not all(map(_fits, state.values(), (own[key] for key in state))):
            raise Misfit("state")
        return state

    def say(self, text: str, state: Any, seed: int) -> Any:
        """Return the samples of a text; None when no end of speech came."""
        import torch

        torch.manual_seed(seed)
        try:
            blocks = list(self._model.generate_audio_stream(state, text))
        except RuntimeError as error:
            if _NO_END in str(error):
                return None
            if _NO_MEMORY in str(error):
                raise MemoryError from error
            raise
        return torch.cat(blocks).numpy()


def _fits(layer: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    """Tell whether what a file remembers of a layer has the shape of the model's own, and has numbers."""
    cache, offset = layer.get("cache"), layer.get("offset")
    if cache is None or offset is None or offset.numel() != 1 or cache.ndim != own["cache"].ndim:
        return False
    shapes = [tuple(each.shape[:2]) + tuple(each.shape[3:]) for each in (cache, own["cache"])]
    end = int(offset)
    return shapes[0] == shapes[1] and 0 < end <= cache.shape[2] and bool(cache[:, :, :end].isfinite().all())
