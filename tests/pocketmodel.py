"""Writes a Pocket TTS of random weights and small shapes into a folder, with its makers' own classes.

Run as a program, since who runs it is not to import torch: pocketmodel.py FOLDER WIDTH EAGERNESS. Of another
width it is another model, of width 0 one of the real shapes; an eager one comes to its end as soon as it may,
one of -1000 never.
"""

from __future__ import annotations

import itertools
import string
import sys
from pathlib import Path
from typing import Any

PIECES = 400


def shapes(folder: Path, width: int) -> dict[str, Any]:
    """Return the makers' settings for Dutch, made small."""
    import yaml
    from pocket_tts.utils.config import CONFIGS_DIR

    config: dict[str, Any] = yaml.safe_load((CONFIGS_DIR / "dutch.yaml").read_text(encoding="utf-8"))
    config["weights_path"] = config["weights_path_without_voice_cloning"] = None
    speech, sound = config["flow_lm"], config["mimi"]
    speech["lookup_table"]["tokenizer_path"] = str(folder / "tokenizer.json")
    if not width:
        return config
    speech["flow"] = {"depth": 1, "dim": width}
    speech["transformer"] |= {"d_model": width, "num_heads": 2, "num_layers": 2}
    speech["lookup_table"] |= {"dim": width, "n_bins": PIECES}
    sound |= {"inner_dim": 8, "outer_dim": 32}
    sound["seanet"] |= {"dimension": 32, "n_filters": 4}
    sound["transformer"] |= {
        "d_model": 32,
        "num_heads": 2,
        "num_layers": 1,
        "dim_feedforward": 32,
        "input_dimension": 32,
        "output_dimensions": [32],
    }
    sound["quantizer"] = {"dimension": 8, "output_dimension": 32}
    return config


def write_tokenizer(path: Path, count: int) -> None:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    signs = [*string.ascii_letters, *" .,!?;:'-\N{LOWER ONE EIGHTH BLOCK}"]
    rows = itertools.chain(*(itertools.product(string.ascii_lowercase, repeat=n) for n in (2, 3)))
    pieces = ["<unk>", *signs, *itertools.islice(map("".join, rows), count - len(signs) - 1)]
    model = models.BPE(vocab={piece: n for n, piece in enumerate(pieces)}, merges=[], unk_token="<unk>")
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.save(str(path))


def main(place: str, width: str, eagerness: str) -> None:
    import torch
    import yaml
    from pocket_tts import TTSModel, export_model_state
    from safetensors.torch import save_file

    folder = Path(place)
    folder.mkdir(parents=True)
    config = shapes(folder, int(width))
    write_tokenizer(folder / "tokenizer.json", config["flow_lm"]["lookup_table"]["n_bins"])
    (folder / "shapes.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    torch.manual_seed(int(width))
    model = TTSModel.load_model(config=folder / "shapes.yaml")
    with torch.no_grad():
        model.flow_lm.out_eos.bias.fill_(float(eagerness))
        spoken = 0.05 * torch.randn(1, 3 * model.sample_rate)
        export_model_state(model.get_state_for_audio_prompt(spoken), folder / "wie.safetensors")
    save_file(
        {name: tensor.to(torch.bfloat16) for name, tensor in model.state_dict().items()},
        folder / "model.safetensors",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
