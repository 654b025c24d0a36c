"""Writes a random model of a named shape (Q8_0, as downloads usually are) and a job folder of random rows, with nothing but Python."""
import array
import json
import math
import os
import random
import struct

SHAPES = {"15m": (288, 6, 6, 6, 768, 32000), "135m": (576, 30, 9, 3, 1536, 49152)}
TEXTS, TOKENS, COUNTED = 4, 128, 64
F32, Q8 = 0, 8


def sized(text):
    return struct.pack("<Q", len(text)) + text.encode()


def packed(rnd, count, spread):
    """Q8_0: 512 random blocks, again and again."""
    blocks = []
    for _ in range(512):
        numbers = [rnd.gauss(0, spread) for _ in range(32)]
        scale = max(map(abs, numbers)) / 127
        blocks.append(struct.pack("<e32b", scale, *(max(-127, min(127, round(n / scale))) for n in numbers)))
    whole, rest = divmod(count // 32, 512)
    chunk = b"".join(blocks)
    return chunk * whole + chunk[: rest * 34]


def tokenizer(path):
    """What a GGUF file says of its tokenizer and template, as it stands there, and how many tokens there are."""
    sizes = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
    with open(path, "rb") as file:
        def number(form):
            return struct.unpack("<" + form, file.read(struct.calcsize("<" + form)))[0]

        def text():
            return file.read(number("Q"))

        def skip(kind):
            """The items of an array, else 1."""
            if kind == 9:
                inner, count = number("I"), number("Q")
                for _ in range(count):
                    skip(inner)
                return count
            text() if kind == 8 else file.seek(sizes[kind], os.SEEK_CUR)
            return 1

        file.seek(16)
        entries, tokens = [], 0
        for _ in range(number("Q")):
            start = file.tell()
            key = text()
            count = skip(number("I"))
            tokens = count if key == b"tokenizer.ggml.tokens" else tokens
            if key.startswith(b"tokenizer."):
                end = file.tell()
                file.seek(start)
                entries.append(file.read(end - start))
        return entries, tokens


def write_model(path, shape, like=None):
    """With the tokenizer and template of the file `like`, for a model that is asked; without one for one that is only trained."""
    width, layers, heads, key_heads, inner, vocabulary = SHAPES[shape]
    rnd, tensors = random.Random(1), []
    entries = [sized("general.architecture") + struct.pack("<I", 8) + sized("llama")]
    if like:
        words, vocabulary = tokenizer(like)
        entries += words
    else:
        entries.append(sized("tokenizer.ggml.model") + struct.pack("<I", 8) + sized("no_vocab"))
    numbers = {"vocab_size": vocabulary, "context_length": 2048, "embedding_length": width, "block_count": layers, "feed_forward_length": inner,
               "attention.head_count": heads, "attention.head_count_kv": key_heads, "rope.dimension_count": width // heads}
    entries += [sized("llama." + key) + struct.pack("<II", 4, number) for key, number in numbers.items()]
    entries.append(sized("llama.attention.layer_norm_rms_epsilon") + struct.pack("<If", 6, 1e-5))

    def matrix(name, length, rows, spread):
        tensors.append((name + ".weight", [length, rows], Q8, packed(rnd, length * rows, spread)))

    def norm(name):
        tensors.append((name + ".weight", [width], F32, (array.array("f", [1.0]) * width).tobytes()))

    matrix("token_embd", width, vocabulary, 0.02)
    norm("output_norm")
    keys, spread = key_heads * (width // heads), 1 / math.sqrt(width)
    for layer in range(layers):
        block = f"blk.{layer}."
        norm(block + "attn_norm")
        norm(block + "ffn_norm")
        for name, length, rows in [("attn_q", width, width), ("attn_k", width, keys), ("attn_v", width, keys), ("attn_output", width, width), ("ffn_gate", width, inner), ("ffn_up", width, inner)]:
            matrix(block + name, length, rows, spread)
        matrix(block + "ffn_down", inner, width, 1 / math.sqrt(inner))
    head, offset = bytearray(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(entries))) + b"".join(entries), 0
    for name, lengths, kind, data in tensors:
        head += sized(name) + struct.pack(f"<I{len(lengths)}QIQ", len(lengths), *lengths, kind, offset)
        offset += (len(data) + 31) // 32 * 32
    with open(path, "wb") as file:
        file.write(head + b"\0" * (-len(head) % 32))
        for _, _, _, data in tensors:
            file.write(data + b"\0" * (-len(data) % 32))


def write_job(folder, shape, steps):
    model = os.path.join(folder, "base.gguf")
    if not os.path.exists(model):
        write_model(model, shape)
    rnd, vocabulary = random.Random(2), SHAPES[shape][-1]
    with open(os.path.join(folder, "train.jsonl"), "w") as rows:
        for number in range(64):
            tokens = [rnd.randrange(vocabulary) for _ in range(TOKENS + 1)]
            rows.write(json.dumps({"id": f"row-{number}", "tokens": tokens, "weights": [0] * (TOKENS + 1 - COUNTED) + [1] * COUNTED}) + "\n")
    job = {"model": model, "epochs": 1000, "max_steps": steps, "batch_size": TEXTS, "sequence_tokens": TOKENS, "micro_batch_tokens": TEXTS * TOKENS,
           "learning_rate": 1e-4, "early_stopping": None, "checkpoint_every": 1000000}
    with open(os.path.join(folder, "job.json"), "w") as file:
        json.dump(job, file)
