"""The noise in a Piper voice: drawn from chance by Piper, and fed here, so that a phrase is always the same.

Piper draws noise inside its network, and so never says a phrase twice in the same way. Here the network is
rewritten in memory: each place that draws noise reads it from an input instead, and what is fed there follows
from the phrase alone. The sound is then the same in any order, thread and process. (On one kind of processor:
another has other instructions, which round otherwise.)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stem.errors import ConfigError
from stem.messages import Message

_PER_SYMBOL = 512
"""Numbers for each symbol at length_scale 1: 2.7 hops of sound, of 192 numbers each; about what speech takes.
Noise that falls short is repeated, in other numbers of the 192 than before: nobody hears that."""
_APART = 4096
"""Each input starts this much further on. The first is mostly that of the lengths: two numbers a symbol."""

_INPUT = "stem_noise_"
_NORMAL = frozenset({"RandomNormal", "RandomNormalLike"})
_OTHER_CHANCE = frozenset({"RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial"})


@dataclass(frozen=True, slots=True)
class Fed:
    """An `onnxruntime.InferenceSession` that is fed noise besides what Piper gives it."""

    session: Any
    noises: Mapping[str, NDArray[np.float32]]
    options: Any

    def run(self, outputs: Sequence[str] | None, inputs: Mapping[str, object]) -> list[Any]:
        """Run the network."""
        results: list[Any] = self.session.run(outputs, {**inputs, **self.noises}, self.options)
        return results


def for_sentence(
    names: Sequence[str], symbols: Sequence[int], length_scale: float, seeds: Sequence[int | None]
) -> dict[str, NDArray[np.float32]]:
    """Return what a sentence's network is fed. At another pace it is the same, as far as both go.

    Args:
        names: Of the inputs, from `made_repeatable`.
        symbols: The sentence.
        length_scale: How much longer than usual it will last.
        seeds: What else gives other noise.
    """
    digest = hashlib.sha256(json.dumps([*symbols, "and", *seeds]).encode()).digest()
    count = round(len(symbols) * length_scale * _PER_SYMBOL) + (len(names) + 1) * _APART
    generator = np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))
    noise = generator.standard_normal(count, dtype=np.float32)
    return {name: noise[number * _APART :] for number, name in enumerate(names)}


def inputs_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of a network's inputs that `made_repeatable` gave it, in its order."""
    own = (name for name in names if name.removeprefix(_INPUT).isdecimal() and name.startswith(_INPUT))
    return tuple(sorted(own, key=lambda name: int(name.removeprefix(_INPUT))))


def made_repeatable(network: Any, path: Path) -> tuple[str, ...]:
    """Let a network (`onnx.ModelProto`) read its noise from new inputs; return their names.

    Raises:
        ConfigError: when it draws from chance in a way that cannot be fed; `path` is its file.
    """
    from onnx import TensorProto, helper

    names: list[str] = []
    for graph in _graphs(network.graph):
        written = list(graph.node)
        del graph.node[:]
        for node in written:
            if node.op_type in _OTHER_CHANCE:
                raise ConfigError(
                    path,
                    [
                        Message(
                            "no two takes of it are alike: it draws lots with {op_type}", op_type=node.op_type
                        )
                    ],
                )
            if node.op_type in _NORMAL:
                names.append(f"{_INPUT}{len(names)}")
                graph.node.extend(_reading(node, names[-1]))
            else:
                graph.node.append(node)
    network.graph.input.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [f"{name}_count"]) for name in names
    )
    return tuple(names)


def _graphs(graph: Any) -> Iterator[Any]:
    """Yield the graphs within a graph, which see its inputs, and the graph itself."""
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _graphs(attribute.g)
    yield graph


def _reading(node: Any, noise: str) -> list[Any]:
    """Return what takes the place of a node that draws noise: as much of `noise`, in the same shape."""
    from onnx import helper

    given = {each.name: helper.get_attribute_value(each) for each in node.attribute}

    def name(part: str) -> str:
        return part if part == noise else f"{noise}_{part}"

    def step(kind: str, inputs: list[str], part: str) -> Any:
        return helper.make_node(kind, [name(each) for each in inputs], [name(part)])

    def constant(part: str, **value: object) -> Any:
        return helper.make_node("Constant", [], [name(part)], **value)

    return [
        constant("shape", value_ints=given["shape"])
        if "shape" in given
        else helper.make_node("Shape", [node.input[0]], [name("shape")]),
        constant("zero", value_ints=[0]),
        constant("one", value_ints=[1]),
        constant("mean", value_float=given.get("mean", 0.0)),
        constant("deviation", value_float=given.get("scale", 1.0)),
        step("ReduceProd", ["shape"], "wanted"),
        step("Shape", [noise], "there"),
        step("Div", ["wanted", "there"], "whole"),
        step("Add", ["whole", "one"], "times"),
        step("Tile", [noise, "times"], "plenty"),
        step("Slice", ["plenty", "zero", "wanted"], "enough"),
        step("Reshape", ["enough", "shape"], "plain"),
        step("Mul", ["plain", "deviation"], "spread"),
        helper.make_node("Add", [name("spread"), name("mean")], list(node.output), name=node.name),
    ]
