# A training step of LLaMA in TorchScript, in the form in which torch.jit.save writes code: PyTorch's own operations,
# fused where it has fused ones. w, m, v and counts are lists of one tensor for each parameter, in the order of the
# forward pass.
class Llama(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def norm(self: __torch__.Llama, x: Tensor, weight: Tensor, eps: float) -> Tensor:
    return torch.rms_norm(x, [weight.size(0)], weight, eps)

  def rotate(self: __torch__.Llama, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    pairs = torch.reshape(x, [x.size(0), x.size(1), x.size(2), -1, 2])
    a, b, = torch.unbind(pairs, -1)
    return torch.flatten(torch.stack([a * cos - b * sin, a * sin + b * cos], -1), 3)

  def loss(self: __torch__.Llama, w: List[Tensor], tokens: Tensor, targets: Tensor, layers: int, heads: int, kv_heads: int, eps: float, theta: float) -> Tensor:
    batch = tokens.size(0)
    time = tokens.size(1)
    x = torch.embedding(w[0], tokens)
    dim = x.size(2)
    head_dim = dim // heads
    powers = torch.arange(0, head_dim, 2, dtype=6, layout=0, device=torch.device("cpu"), pin_memory=False)
    frequencies = torch.pow(theta, powers / (-head_dim))
    positions = torch.arange(time, dtype=6, layout=0, device=torch.device("cpu"), pin_memory=False)
    angles = torch.outer(positions, frequencies)
    cos = torch.cos(angles)
    sin = torch.sin(angles)
    for layer in range(layers):
      i = 1 + layer * 9
      y = self.norm(x, w[i], eps)
      q = torch.transpose(torch.reshape(torch.linear(y, w[i + 1]), [batch, time, heads, head_dim]), 1, 2)
      k = torch.transpose(torch.reshape(torch.linear(y, w[i + 2]), [batch, time, kv_heads, head_dim]), 1, 2)
      v = torch.transpose(torch.reshape(torch.linear(y, w[i + 3]), [batch, time, kv_heads, head_dim]), 1, 2)
      q = self.rotate(q, cos, sin)
      k = self.rotate(k, cos, sin)
      a = torch.scaled_dot_product_attention(q, k, v, None, 0., True, scale=None, enable_gqa=heads != kv_heads)
      x = x + torch.linear(torch.reshape(torch.transpose(a, 1, 2), [batch, time, dim]), w[i + 4])
      y = self.norm(x, w[i + 5], eps)
      x = x + torch.linear(torch.silu(torch.linear(y, w[i + 6])) * torch.linear(y, w[i + 8]), w[i + 7])
    y = self.norm(x, w[1 + layers * 9], eps)
    head = w[-1] if len(w) == 3 + layers * 9 else w[0]
    logits = torch.linear(y, head)
    return torch.cross_entropy_loss(torch.flatten(logits, 0, 1), torch.flatten(targets, 0, 1))

  def forward(self: __torch__.Llama, w: List[Tensor], m: List[Tensor], v: List[Tensor], counts: List[Tensor], tokens: Tensor, targets: Tensor, sizes: Tensor, constants: Tensor) -> Tensor:
    layers, heads, kv_heads, = int(sizes[0]), int(sizes[1]), int(sizes[2])
    eps, theta, lr, beta1, = float(constants[0]), float(constants[1]), float(constants[2]), float(constants[3])
    beta2, adam_eps, decay, clip, = float(constants[4]), float(constants[5]), float(constants[6]), float(constants[7])
    torch.set_grad_enabled(True)
    loss = self.loss(w, tokens, targets, layers, heads, kv_heads, eps, theta)
    optional = torch.grad([loss], w)
    torch.set_grad_enabled(False)
    grads : List[Tensor] = []
    for g in optional:
      if g is not None:
        grads.append(g)
    norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(grads, 2)), 2)
    torch._foreach_mul_(grads, torch.clamp_max(torch.mul(torch.reciprocal(norm + 1e-6), clip), 1.))
    # Matrices decay, vectors do not.
    matrices : List[List[Tensor]] = [[], [], [], [], []]
    vectors : List[List[Tensor]] = [[], [], [], [], []]
    for i in range(len(w)):
      group = matrices if w[i].dim() > 1 else vectors
      group[0].append(w[i])
      group[1].append(grads[i])
      group[2].append(m[i])
      group[3].append(v[i])
      group[4].append(counts[i])
    torch._foreach_add_(counts, 1)
    torch._fused_adamw_(matrices[0], matrices[1], matrices[2], matrices[3], [], matrices[4], lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=adam_eps, amsgrad=False, maximize=False)
    torch._fused_adamw_(vectors[0], vectors[1], vectors[2], vectors[3], [], vectors[4], lr=lr, beta1=beta1, beta2=beta2, weight_decay=0., eps=adam_eps, amsgrad=False, maximize=False)
    return torch.detach(loss)
