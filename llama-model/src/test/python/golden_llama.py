#!/usr/bin/python3
"""Golden numbers of LLaMA from PyTorch, for the tests in Java.

    /usr/bin/python3 golden_llama.py OUTPUT_FOLDER

needs Debian's python3-torch and nothing else; OUTPUT_FOLDER is src/test/resources/org/llamadl4j/model/golden.
Everything is computed in float64 from weights that float32 holds exactly, so that a Java test in float32 starts from
the same numbers.

plain.safetensors, grouped.safetensors
    A LLaMA in the conventions of Meta's code (adjacent rotary pairs), with every gradient and ten AdamW steps.
    Tensors (B, T, D, V as in the Java sources; S = 10 steps):
      <name>              F32          parameter, by Meta's name
      gradient.<name>     F32          gradient of the mean loss with respect to it, rounded once
      tokens, targets     I64 (B,T)    a target of -1 does not count
      logits              F64 (B,T,V)
      token_loss          F64 (B,T)    nats; 0 where the target does not count
      loss                F64 (1)      mean over the targets that count
      step.tokens         I64 (S,B,T)  the batch of each step
      step.targets        I64 (S,B,T)
      step.learning_rate  F64 (S)
      step.gradient_norm  F64 (S)      global norm before clipping
      step.loss           F64 (S)      on the step's batch, before its update
      step.final_loss     F64 (1)      on tokens and targets, after the last update
    The header's __metadata__ has the configuration and the recipe.

hf/{config.json, model.safetensors}, hf_logits.safetensors
    A model in Hugging Face's layout (half-split rotary pairs), computed by rotate_half and without any
    permutation of weights: tokens I64 (B,T), logits F64 (B,T,V).
"""

import json
import math
import pathlib
import struct
import sys
from dataclasses import asdict, dataclass

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


@dataclass(frozen=True)
class Config:
    dim: int
    layers: int
    heads: int
    kv_heads: int
    hidden_dim: int
    vocab_size: int
    norm_eps: float
    rope_theta: float
    tied_embeddings: bool

    @property
    def head_dim(self):
        return self.dim // self.heads


# --- safetensors, by hand ---------------------------------------------------------------------------------------------

DTYPES = {torch.float32: ("F32", "f"), torch.float64: ("F64", "d"), torch.int64: ("I64", "q")}


def write_safetensors(path, tensors, metadata):
    """8 bytes of little-endian header length, a JSON header padded with spaces to 8 bytes, the data."""
    header, data, offset = {"__metadata__": {k: str(v) for k, v in metadata.items()}}, [], 0
    # The widest elements first, so that every tensor is aligned.
    for name, tensor in sorted(tensors.items(), key=lambda item: -item[1].element_size()):
        dtype, code = DTYPES[tensor.dtype]
        values = tensor.detach().reshape(-1).tolist()
        data.append(struct.pack(f"<{len(values)}{code}", *values))
        header[name] = {
            "dtype": dtype,
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + len(data[-1])],
        }
        offset += len(data[-1])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))


# --- the model in Meta's conventions ----------------------------------------------------------------------------------


def parameter_shapes(c):
    kv_dim = c.kv_heads * c.head_dim
    shapes = {"tok_embeddings.weight": (c.vocab_size, c.dim)}
    for i in range(c.layers):
        shapes[f"layers.{i}.attention_norm.weight"] = (c.dim,)
        shapes[f"layers.{i}.attention.wq.weight"] = (c.dim, c.dim)
        shapes[f"layers.{i}.attention.wk.weight"] = (kv_dim, c.dim)
        shapes[f"layers.{i}.attention.wv.weight"] = (kv_dim, c.dim)
        shapes[f"layers.{i}.attention.wo.weight"] = (c.dim, c.dim)
        shapes[f"layers.{i}.ffn_norm.weight"] = (c.dim,)
        shapes[f"layers.{i}.feed_forward.w1.weight"] = (c.hidden_dim, c.dim)
        shapes[f"layers.{i}.feed_forward.w2.weight"] = (c.dim, c.hidden_dim)
        shapes[f"layers.{i}.feed_forward.w3.weight"] = (c.hidden_dim, c.dim)
    shapes["norm.weight"] = (c.dim,)
    if not c.tied_embeddings:
        shapes["output.weight"] = (c.vocab_size, c.dim)
    return shapes


def random_parameters(shapes, generator):
    """Norms near 1, matrices such that activations keep about their size; rounded to float32."""
    parameters = {}
    for name, shape in shapes.items():
        noise = torch.randn(shape, generator=generator)
        values = noise / math.sqrt(shape[1]) if len(shape) == 2 else 1 + 0.1 * noise
        parameters[name] = values.float().double().requires_grad_()
    return parameters


def rms_norm(x, weight, eps):
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + eps) * weight


def rotary_angles(time, head_dim, theta):
    """(T, K/2): position times the frequency of each pair."""
    frequencies = theta ** (-torch.arange(0, head_dim, 2, dtype=torch.float64) / head_dim)
    return torch.outer(torch.arange(time, dtype=torch.float64), frequencies)


def rotate_adjacent(x, theta):
    """x (B,T,H,K): the pair (2i, 2i+1) turned by its angle."""
    angles = rotary_angles(x.shape[1], x.shape[3], theta)[None, :, None, :]
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = (even * angles.cos() - odd * angles.sin(), even * angles.sin() + odd * angles.cos())
    return torch.stack(turned, dim=-1).flatten(-2)


def rotate_half(x, theta):
    """x (B,T,H,K): the pair (i, i + K/2) turned by its angle, as Hugging Face writes it."""
    angles = rotary_angles(x.shape[1], x.shape[3], theta)
    angles = torch.cat((angles, angles), dim=-1)[None, :, None, :]
    first, second = x.chunk(2, dim=-1)
    return x * angles.cos() + torch.cat((-second, first), dim=-1) * angles.sin()


def attention(q, k, v):
    """q (B,T,H,K), k and v (B,T,G,K): query head h reads key and value head h // (H / G)."""
    repeats = q.shape[2] // k.shape[2]
    k, v = (x.repeat_interleave(repeats, dim=2) for x in (k, v))
    scores = torch.einsum("bthk,bshk->bhts", q, k) / math.sqrt(q.shape[3])
    future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
    weights = scores.masked_fill(future, -math.inf).softmax(-1)
    return torch.einsum("bhts,bshk->bthk", weights, v)


def split_heads(c, x, heads):
    """(B,T,heads·K) to (B,T,heads,K)."""
    return x.unflatten(-1, (heads, c.head_dim))


def layer(c, x, rotate, attention_norm, wq, wk, wv, wo, ffn_norm, w1, w2, w3):
    h = rms_norm(x, attention_norm, c.norm_eps)
    q = rotate(split_heads(c, h @ wq.T, c.heads), c.rope_theta)
    k = rotate(split_heads(c, h @ wk.T, c.kv_heads), c.rope_theta)
    v = split_heads(c, h @ wv.T, c.kv_heads)
    x = x + attention(q, k, v).flatten(-2) @ wo.T
    h = rms_norm(x, ffn_norm, c.norm_eps)
    return x + (torch.nn.functional.silu(h @ w1.T) * (h @ w3.T)) @ w2.T


LAYER_PARAMETERS = (
    "attention_norm",
    "attention.wq",
    "attention.wk",
    "attention.wv",
    "attention.wo",
    "ffn_norm",
    "feed_forward.w1",
    "feed_forward.w2",
    "feed_forward.w3",
)


def forward(c, parameters, tokens):
    """Logits (B,T,V)."""
    x = parameters["tok_embeddings.weight"][tokens]
    for i in range(c.layers):
        weights = [parameters[f"layers.{i}.{name}.weight"] for name in LAYER_PARAMETERS]
        x = layer(c, x, rotate_adjacent, *weights)
    x = rms_norm(x, parameters["norm.weight"], c.norm_eps)
    return x @ parameters["tok_embeddings.weight" if c.tied_embeddings else "output.weight"].T


def token_losses(logits, targets):
    losses = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=-1, reduction="none"
    )
    return losses.view(targets.shape)


def mean_loss(logits, targets):
    return token_losses(logits, targets).sum() / (targets >= 0).sum()


# --- the paper's recipe -----------------------------------------------------------------------------------------------

STEPS = 10
WARMUP = 3
MAX_RATE = 1e-2
BETAS = (0.9, 0.95)
EPSILON = 1e-8
WEIGHT_DECAY = 0.1
MAX_NORM = 1.0

RECIPE = {
    "optimizer": f"AdamW, betas {BETAS}, epsilon {EPSILON} added to the root of the bias-corrected second moment",
    "weight_decay": f"{WEIGHT_DECAY} times the learning rate on every tensor of two dimensions, embeddings and "
    "output among them; none on the vectors of the norms",
    "clipping": f"gradients times min(1, {MAX_NORM} / global norm)",
    "learning_rate": f"for step = 1..{STEPS}: {MAX_RATE} * step / {WARMUP} up to step {WARMUP}, then {MAX_RATE} * "
    f"(0.1 + 0.45 * (1 + cos(pi * (step - {WARMUP}) / ({STEPS} - {WARMUP}))))",
}


def learning_rate(step):
    if step <= WARMUP:
        return MAX_RATE * step / WARMUP
    return MAX_RATE * (0.1 + 0.45 * (1 + math.cos(math.pi * (step - WARMUP) / (STEPS - WARMUP))))


def train(c, initial, tokens, targets):
    """Learning rate, gradient norm and loss of each step."""
    parameters = {name: p.detach().clone().requires_grad_() for name, p in initial.items()}
    matrices = [p for p in parameters.values() if p.dim() == 2]
    vectors = [p for p in parameters.values() if p.dim() == 1]
    groups = [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, betas=BETAS, eps=EPSILON)
    rates, norms, losses = [], [], []
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        loss = mean_loss(forward(c, parameters, tokens[step - 1]), targets[step - 1])
        loss.backward()
        norm = math.sqrt(sum((p.grad**2).sum().item() for p in parameters.values()))
        for p in parameters.values():
            p.grad *= min(1.0, MAX_NORM / norm)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step)
        optimizer.step()
        rates.append(learning_rate(step))
        norms.append(norm)
        losses.append(loss.item())
    return parameters, torch.tensor(rates), torch.tensor(norms), torch.tensor(losses)


def golden_training(path, c, batch, time, ignored, seed):
    """``ignored``: positions (b, t) of every batch whose target does not count."""
    generator = torch.Generator().manual_seed(seed)
    parameters = random_parameters(parameter_shapes(c), generator)
    text = torch.randint(0, c.vocab_size, (STEPS + 1, batch, time + 1), generator=generator)
    tokens, targets = text[..., :-1].clone(), text[..., 1:].clone()
    for b, t in ignored:
        targets[:, b, t] = -1

    logits = forward(c, parameters, tokens[0])
    loss = mean_loss(logits, targets[0])
    loss.backward()
    trained, rates, norms, losses = train(c, parameters, tokens[1:], targets[1:])
    tensors = {
        **{name: p.float() for name, p in parameters.items()},
        **{"gradient." + name: p.grad.float() for name, p in parameters.items()},
        "tokens": tokens[0],
        "targets": targets[0],
        "logits": logits,
        "token_loss": token_losses(logits, targets[0]),
        "loss": loss.reshape(1),
        "step.tokens": tokens[1:],
        "step.targets": targets[1:],
        "step.learning_rate": rates,
        "step.gradient_norm": norms,
        "step.loss": losses,
        "step.final_loss": mean_loss(forward(c, trained, tokens[0]), targets[0]).reshape(1),
    }
    write_safetensors(path, tensors, {**asdict(c), "batch": batch, "time": time, **RECIPE})
    print(path, "loss", loss.item(), "norms", norms.tolist(), "steps", losses.tolist(), tensors["step.final_loss"])


# --- the same architecture in Hugging Face's layout -------------------------------------------------------------------

HF_LAYER_PARAMETERS = (
    "input_layernorm",
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "post_attention_layernorm",
    "mlp.gate_proj",
    "mlp.down_proj",
    "mlp.up_proj",
)


def hf_forward(c, parameters, tokens):
    x = parameters["model.embed_tokens.weight"][tokens]
    for i in range(c.layers):
        weights = [parameters[f"model.layers.{i}.{name}.weight"] for name in HF_LAYER_PARAMETERS]
        x = layer(c, x, rotate_half, *weights)
    x = rms_norm(x, parameters["model.norm.weight"], c.norm_eps)
    return x @ parameters["lm_head.weight"].T


def golden_hf(folder, logits_path, c, batch, time, seed):
    generator = torch.Generator().manual_seed(seed)
    meta_shapes = parameter_shapes(c)
    shapes = {"model.embed_tokens.weight": meta_shapes["tok_embeddings.weight"]}
    for i in range(c.layers):
        for hf_name, name in zip(HF_LAYER_PARAMETERS, LAYER_PARAMETERS):
            shapes[f"model.layers.{i}.{hf_name}.weight"] = meta_shapes[f"layers.{i}.{name}.weight"]
    shapes["model.norm.weight"] = meta_shapes["norm.weight"]
    shapes["lm_head.weight"] = meta_shapes["output.weight"]
    parameters = random_parameters(shapes, generator)
    tokens = torch.randint(0, c.vocab_size, (batch, time), generator=generator)
    logits = hf_forward(c, parameters, tokens)

    folder.mkdir(parents=True, exist_ok=True)
    write_safetensors(folder / "model.safetensors", {n: p.float() for n, p in parameters.items()}, {"format": "pt"})
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": c.dim,
        "intermediate_size": c.hidden_dim,
        "num_hidden_layers": c.layers,
        "num_attention_heads": c.heads,
        "num_key_value_heads": c.kv_heads,
        "vocab_size": c.vocab_size,
        "max_position_embeddings": 32,
        "rms_norm_eps": c.norm_eps,
        "rope_theta": c.rope_theta,
        "hidden_act": "silu",
        "tie_word_embeddings": c.tied_embeddings,
        "torch_dtype": "float32",
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    write_safetensors(logits_path, {"tokens": tokens, "logits": logits}, {})
    print(folder, logits.std().item())


def main():
    output = pathlib.Path(sys.argv[1])
    output.mkdir(parents=True, exist_ok=True)
    plain = Config(48, 2, 4, 4, 80, 97, 1e-5, 10000.0, False)
    grouped = Config(64, 3, 8, 2, 96, 61, 1e-5, 500000.0, True)
    hf = Config(32, 2, 4, 2, 40, 300, 1e-6, 10000.0, False)
    golden_training(output / "plain.safetensors", plain, batch=2, time=13, ignored=[], seed=1)
    golden_training(
        output / "grouped.safetensors", grouped, batch=3, time=9, ignored=[(0, 0), (1, 8), (2, 4), (2, 5)], seed=2
    )
    golden_hf(output / "hf", output / "hf_logits.safetensors", hf, batch=2, time=11, seed=3)


if __name__ == "__main__":
    main()
