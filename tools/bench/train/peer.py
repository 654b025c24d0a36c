#!/usr/bin/env python3
"""LoRA training steps in PyTorch (Debian's python3-torch), to compare with ours: peer.py 15m|135m STEPS -> JSON.

The same shape, rank, batch and rows as in make_job.py; random weights, F32, one thread. Time is process CPU time.
"""
import json
import math
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

from make_job import COUNTED, SHAPES, TEXTS, TOKENS

RANK, SCALE = 16, 2.0


class Lora(nn.Module):
    def __init__(self, length, rows):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(rows, length) / math.sqrt(length), requires_grad=False)
        self.a = nn.Parameter(torch.randn(RANK, length) / math.sqrt(length))
        self.b = nn.Parameter(torch.zeros(rows, RANK))

    def forward(self, x):
        return F.linear(x, self.weight) + SCALE * F.linear(F.linear(x, self.a), self.b)


def norm(x):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5)


def turn(x, cos, sin):
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Layer(nn.Module):
    def __init__(self, width, heads, key_heads, inner):
        super().__init__()
        self.heads, self.key_heads, self.size = heads, key_heads, width // heads
        keys = key_heads * self.size
        self.q, self.k, self.v, self.o = Lora(width, width), Lora(width, keys), Lora(width, keys), Lora(width, width)
        self.gate, self.up, self.down = Lora(width, inner), Lora(width, inner), Lora(inner, width)

    def forward(self, x, cos, sin, mask):
        texts, tokens, width = x.shape
        h = norm(x)
        split = lambda y, n: y.view(texts, tokens, n, self.size).transpose(1, 2)
        q, k, v = split(self.q(h), self.heads), split(self.k(h), self.key_heads), split(self.v(h), self.key_heads)
        q, k = turn(q, cos, sin), turn(k, cos, sin)
        group = self.heads // self.key_heads
        if group > 1:
            k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        p = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(self.size) + mask, -1)
        x = x + self.o((p @ v).transpose(1, 2).reshape(texts, tokens, width))
        h = norm(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Model(nn.Module):
    def __init__(self, width, layers, heads, key_heads, inner, vocabulary):
        super().__init__()
        self.embedding = nn.Parameter(torch.randn(vocabulary, width) * 0.02, requires_grad=False)
        self.layers = nn.ModuleList(Layer(width, heads, key_heads, inner) for _ in range(layers))
        size = width // heads
        angles = torch.outer(torch.arange(TOKENS).float(), 1 / 10_000 ** (torch.arange(0, size, 2).float() / size))
        self.cos, self.sin = angles.cos(), angles.sin()
        self.mask = torch.full((TOKENS, TOKENS), float("-inf")).triu(1)

    def forward(self, tokens):
        x = F.embedding(tokens, self.embedding)
        for layer in self.layers:
            x = layer(x, self.cos, self.sin, self.mask)
        return F.linear(norm(x[:, -COUNTED:]), self.embedding)  # only the rows that count reach the head


def main():
    shape, steps = sys.argv[1], int(sys.argv[2])
    torch.set_num_threads(1)
    torch.manual_seed(1)
    vocabulary = SHAPES[shape][-1]
    model = Model(*SHAPES[shape])
    trained = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=1e-4, betas=(0.9, 0.95), weight_decay=0.1)
    times = []
    for _ in range(steps):
        tokens = torch.randint(vocabulary, (TEXTS, TOKENS + 1))
        started = time.process_time()
        loss = F.cross_entropy(model(tokens[:, :-1]).flatten(0, 1), tokens[:, -COUNTED:].flatten())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        times.append(time.process_time() - started)
    cpu = sorted(times[1:])[len(times[1:]) // 2]
    print(json.dumps({"shape": shape, "torch": torch.__version__, "cpu_seconds_per_step": round(cpu, 3), "tokens_per_cpu_second": round(TEXTS * TOKENS / cpu), "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "loss": round(loss.item(), 4)}))


main()
