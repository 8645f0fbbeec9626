#!/usr/bin/python3
"""Meta folders that PyTorch wrote, for the tests in Java.

    /usr/bin/python3 golden_meta.py OUTPUT_FOLDER

needs Debian's python3-torch and nothing else; OUTPUT_FOLDER is src/test/resources/org/llamadl4j/model/golden/meta.
Element i (from 0, row by row) of parameter k (from 0, in the order of shapes() below) is
((31 i + 17 k) mod 251 - 125) / 64, which all types that are written hold exactly.

llama1   one part, bfloat16, the state_dict of a module: an OrderedDict with versions of modules as its state
llama2   two parts, float16, a dict; the embedding is cut by columns; what is cut by rows is a view of the whole
llama3   four parts, float32; the embedding is cut by rows, as in Meta's VocabParallelEmbedding; scaled frequencies
tied     one part, bfloat16; the output head is the embedding
refused  before_1_6.pth, not a zip archive; protocol4.pth; transposed.pth, whose rows do not follow each other;
         double.pth, of float64; module.pth, a whole nn.Module
"""

import json
import pathlib
import sys
from collections import OrderedDict

import torch

ROWS = ("wq", "wk", "wv", "w1", "w3", "output")
COLUMNS = ("wo", "w2")


def hidden_dim(p):
    """As FeedForward of Meta's code has it."""
    hidden = int(2 * (4 * p["dim"]) / 3)
    if p.get("ffn_dim_multiplier") is not None:
        hidden = int(p["ffn_dim_multiplier"] * hidden)
    return p["multiple_of"] * ((hidden + p["multiple_of"] - 1) // p["multiple_of"])


def shapes(p, vocab_size):
    dim, hidden = p["dim"], hidden_dim(p)
    kv_dim = dim // p["n_heads"] * (p.get("n_kv_heads") or p["n_heads"])
    result = {"tok_embeddings.weight": (vocab_size, dim)}
    for i in range(p["n_layers"]):
        result[f"layers.{i}.attention_norm.weight"] = (dim,)
        result[f"layers.{i}.attention.wq.weight"] = (dim, dim)
        result[f"layers.{i}.attention.wk.weight"] = (kv_dim, dim)
        result[f"layers.{i}.attention.wv.weight"] = (kv_dim, dim)
        result[f"layers.{i}.attention.wo.weight"] = (dim, dim)
        result[f"layers.{i}.ffn_norm.weight"] = (dim,)
        result[f"layers.{i}.feed_forward.w1.weight"] = (hidden, dim)
        result[f"layers.{i}.feed_forward.w2.weight"] = (dim, hidden)
        result[f"layers.{i}.feed_forward.w3.weight"] = (hidden, dim)
    result["norm.weight"] = (dim,)
    result["output.weight"] = (vocab_size, dim)
    return result


def parameters(p, vocab_size, dtype):
    result = {}
    for k, (name, shape) in enumerate(shapes(p, vocab_size).items()):
        i = torch.arange(torch.Size(shape).numel())
        result[name] = (((31 * i + 17 * k) % 251 - 125) / 64).to(dtype).reshape(shape)
    return result


def part(name, tensor, index, count, embedding_axis):
    kind = name.split(".")[-2]
    if kind in ROWS or kind == "tok_embeddings" and embedding_axis == 0:
        rows = tensor.chunk(count, 0)[index]
        return rows.clone() if count > 2 else rows
    if kind in COLUMNS or kind == "tok_embeddings":
        return tensor.chunk(count, 1)[index].contiguous()
    return tensor


def write(folder, params, tensors, count, embedding_axis, make=dict):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "params.json").write_text(json.dumps(params) + "\n")
    for index in range(count):
        parts = make((name, part(name, t, index, count, embedding_axis)) for name, t in tensors.items())
        parts["rope.freqs"] = torch.ones(2, dtype=tensors["norm.weight"].dtype)
        torch.save(parts, folder / f"consolidated.{index:02}.pth")


def state_dict(items):
    result = OrderedDict(items)
    result._metadata = OrderedDict({"": {"version": 1}})
    return result


def main():
    output = pathlib.Path(sys.argv[1])
    small = {"dim": 8, "multiple_of": 8, "n_heads": 4, "n_layers": 1, "norm_eps": 1e-06, "vocab_size": -1}
    write(output / "llama1", small, parameters(small, 20, torch.bfloat16), 1, 1, state_dict)

    second = {**small, "norm_eps": 1e-05}
    write(output / "llama2", second, parameters(second, 20, torch.float16), 2, 1)

    third = {
        "dim": 16,
        "ffn_dim_multiplier": 1.3,
        "multiple_of": 4,
        "n_heads": 8,
        "n_kv_heads": 4,
        "n_layers": 1,
        "norm_eps": 1e-05,
        "rope_theta": 500000.0,
        "use_scaled_rope": True,
        "vocab_size": 20,
    }
    write(output / "llama3", third, parameters(third, 20, torch.float32), 4, 0)

    tied = {**third, "ffn_dim_multiplier": 1.0, "multiple_of": 2}
    tensors = parameters(tied, 20, torch.bfloat16)
    tensors["output.weight"] = tensors["tok_embeddings.weight"]
    write(output / "tied", tied, tensors, 1, 0)

    refused = output / "refused"
    refused.mkdir(exist_ok=True)
    one = {"norm.weight": torch.ones(2)}
    torch.save(one, refused / "before_1_6.pth", _use_new_zipfile_serialization=False)
    torch.save(one, refused / "protocol4.pth", pickle_protocol=4)
    torch.save({"norm.weight": torch.ones(2, 3).T}, refused / "transposed.pth")
    torch.save({"norm.weight": torch.ones(2, dtype=torch.float64)}, refused / "double.pth")
    torch.save(torch.nn.Linear(1, 2), refused / "module.pth")


if __name__ == "__main__":
    main()
