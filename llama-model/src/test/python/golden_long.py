#!/usr/bin/python3
"""Golden logits of LLaMA at positions past 8,192, from PyTorch, for the tests in Java.

    /usr/bin/python3 golden_long.py OUTPUT_FOLDER

needs Debian's python3-torch and golden_llama.py beside it; OUTPUT_FOLDER is
src/test/resources/org/llamadl4j/model/golden/long. A minute on one core.

For each model a folder of its name with
    config.json         as Hugging Face's transformers would have it
    logits.safetensors  positions I64 (P), logits F64 (P,V)
The models are computed in float64 in Hugging Face's conventions: rotate_half over rows in that order, frequencies scaled
by wavelength. Weights and tokens are in no file; they follow from their names, here and in GoldenLongModel.java:

    mix(name, i)     64 bits from CRC-32 of the name (UTF-8) and the element's index in row-major order
    u(name, i)       its highest 24 bits, as a number of steps of 2^-23 from -1 to 1
    matrix (O,I)     u * gain * sqrt(3 / I), rounded to float32; the gain of wq and wk is 2, so that attention has few
                     positions to look at and turning them wrongly shows, that of the others 1
    norm (D)         1 + 0.1 * u, rounded to float32
    tokens (T)       its highest 31 bits modulo V; the name is "tokens"
Parameters have Meta's names.
"""

import json
import math
import pathlib
import sys
import zlib
from dataclasses import dataclass

import numpy
import torch

from golden_llama import rms_norm, write_safetensors

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

TIME = 8231
POSITIONS = [0, 1, 2, 5, 100, 2047, 2048, 4095, 4096, 8190, 8191, 8192, 8193, *range(8200, TIME)]
QUERIES_AT_ONCE = 512


@dataclass(frozen=True)
class Config:
    dim: int
    heads: int
    kv_heads: int
    head_dim: int
    hidden_dim: int
    vocab_size: int
    norm_eps: float
    rope_theta: float
    rope_scaling: dict
    tied_embeddings: bool
    layers: int = 2


LLAMA_2 = Config(64, 8, 2, 8, 96, 61, 1e-5, 10000.0, None, False)

# Longer contexts by position interpolation, by the key that transformers used at first.
LLAMA_2_LINEAR = Config(64, 4, 4, 16, 80, 61, 1e-6, 10000.0, {"type": "linear", "factor": 4.0}, False)

LLAMA_3_1 = Config(
    64,
    4,
    2,
    16,
    96,
    67,
    1e-5,
    500000.0,
    {
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
        "rope_type": "llama3",
    },
    True,
)

# Heads that are not dim / heads wide, and whose halves are no whole number of vectors.
LLAMA_3_2 = Config(
    40,
    4,
    1,
    28,
    72,
    67,
    1e-5,
    500000.0,
    {
        "factor": 32.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
        "rope_type": "llama3",
    },
    True,
)


# --- weights and tokens -----------------------------------------------------------------------------------------------


def mix(name, count):
    """The finalizer of SplitMix64 (Steele, Lea and Flood, 2014) over the CRC in the high half and the index."""
    z = numpy.arange(count, dtype=numpy.uint64) + (numpy.uint64(zlib.crc32(name.encode())) << numpy.uint64(32))
    z = (z + numpy.uint64(1)) * numpy.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return z ^ (z >> numpy.uint64(31))


def uniform(name, shape):
    steps = (mix(name, math.prod(shape)) >> numpy.uint64(40)).astype(numpy.int64) - (1 << 23)
    return torch.from_numpy(steps / float(1 << 23)).reshape(shape)


def matrix(name, rows, columns, gain=1.0):
    return (uniform(name, (rows, columns)) * (gain * math.sqrt(3.0 / columns))).float().double()


def norm(name, dim):
    return (1.0 + 0.1 * uniform(name, (dim,))).float().double()


def tokens(vocab_size):
    return torch.from_numpy((mix("tokens", TIME) >> numpy.uint64(33)).astype(numpy.int64) % vocab_size)


# --- the model --------------------------------------------------------------------------------------------------------


def frequencies(c):
    """(K/2)."""
    plain = 1.0 / c.rope_theta ** (torch.arange(0, c.head_dim, 2, dtype=torch.float64) / c.head_dim)
    scaling = c.rope_scaling
    if scaling is None:
        return plain
    if scaling.get("type") == "linear":
        return plain / scaling["factor"]
    original = scaling["original_max_position_embeddings"]
    longest_kept = original / scaling["high_freq_factor"]
    shortest_stretched = original / scaling["low_freq_factor"]
    scaled = []
    for frequency in plain.tolist():
        wavelength = 2 * math.pi / frequency
        if wavelength < longest_kept:
            scaled.append(frequency)
        elif wavelength > shortest_stretched:
            scaled.append(frequency / scaling["factor"])
        else:
            turns = original / wavelength
            kept = (turns - scaling["low_freq_factor"]) / (scaling["high_freq_factor"] - scaling["low_freq_factor"])
            scaled.append((1 - kept) * frequency / scaling["factor"] + kept * frequency)
    return torch.tensor(scaled)


def rotate_half(x, angles):
    """x (heads,T,K), angles (T,K/2)."""
    first, second = x.chunk(2, dim=-1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


def attention(q, k, v):
    """One head: q, k, v (T,K), some queries at a time."""
    out = []
    for begin in range(0, TIME, QUERIES_AT_ONCE):
        end = min(begin + QUERIES_AT_ONCE, TIME)
        scores = q[begin:end] @ k[:end].T / math.sqrt(q.shape[1])
        future = torch.arange(end)[None, :] > torch.arange(begin, end)[:, None]
        out.append(scores.masked_fill(future, -math.inf).softmax(-1) @ v[:end])
    return torch.cat(out)


def heads_of(x, count):
    """(T,count·K) to (count,T,K)."""
    return x.unflatten(-1, (count, -1)).transpose(0, 1)


def logits(c):
    angles = torch.outer(torch.arange(TIME, dtype=torch.float64), frequencies(c))
    embedding = matrix("tok_embeddings.weight", c.vocab_size, c.dim)
    x = embedding[tokens(c.vocab_size)]
    for i in range(c.layers):
        p = f"layers.{i}."
        h = rms_norm(x, norm(p + "attention_norm.weight", c.dim), c.norm_eps)
        wq = matrix(p + "attention.wq.weight", c.heads * c.head_dim, c.dim, gain=2.0)
        wk = matrix(p + "attention.wk.weight", c.kv_heads * c.head_dim, c.dim, gain=2.0)
        wv = matrix(p + "attention.wv.weight", c.kv_heads * c.head_dim, c.dim)
        wo = matrix(p + "attention.wo.weight", c.dim, c.heads * c.head_dim)
        q = rotate_half(heads_of(h @ wq.T, c.heads), angles)
        k = rotate_half(heads_of(h @ wk.T, c.kv_heads), angles)
        v = heads_of(h @ wv.T, c.kv_heads)
        group = c.heads // c.kv_heads
        out = [attention(q[head], k[head // group], v[head // group]) for head in range(c.heads)]
        x = x + torch.cat(out, dim=-1) @ wo.T
        h = rms_norm(x, norm(p + "ffn_norm.weight", c.dim), c.norm_eps)
        gate = h @ matrix(p + "feed_forward.w1.weight", c.hidden_dim, c.dim).T
        up = h @ matrix(p + "feed_forward.w3.weight", c.hidden_dim, c.dim).T
        x = x + (torch.nn.functional.silu(gate) * up) @ matrix(p + "feed_forward.w2.weight", c.dim, c.hidden_dim).T
    x = rms_norm(x[POSITIONS], norm("norm.weight", c.dim), c.norm_eps)
    head = embedding if c.tied_embeddings else matrix("output.weight", c.vocab_size, c.dim)
    return x @ head.T


def write(folder, c):
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "architectures": ["LlamaForCausalLM"],
        "attention_bias": False,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "head_dim": c.head_dim,
        "hidden_act": "silu",
        "hidden_size": c.dim,
        "intermediate_size": c.hidden_dim,
        "max_position_embeddings": 16384,
        "model_type": "llama",
        "num_attention_heads": c.heads,
        "num_hidden_layers": c.layers,
        "num_key_value_heads": c.kv_heads,
        "rms_norm_eps": c.norm_eps,
        "rope_scaling": c.rope_scaling,
        "rope_theta": c.rope_theta,
        "tie_word_embeddings": c.tied_embeddings,
        "torch_dtype": "float32",
        "vocab_size": c.vocab_size,
    }
    if c.head_dim * c.heads == c.dim:
        del config["head_dim"]
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    computed = logits(c)
    write_safetensors(folder / "logits.safetensors", {"positions": torch.tensor(POSITIONS), "logits": computed}, {})
    print(folder, "deviation of the logits", computed.std().item())


def main():
    output = pathlib.Path(sys.argv[1])
    write(output / "llama2", LLAMA_2)
    write(output / "llama2-linear", LLAMA_2_LINEAR)
    write(output / "llama3.1", LLAMA_3_1)
    write(output / "llama3.2", LLAMA_3_2)


if __name__ == "__main__":
    main()
