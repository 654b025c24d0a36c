"""Trains a LoRA adapter with PEFT and Accelerate on a job's rows, which are token ids already (docs/training.md).

The base is the GGUF file that is served, whose weights Transformers unpacks. Of the settings, `threads`, `precision`
and `device` are the project's own trainer's alone.
"""
import json
import math
import pathlib
import random
import shutil
import time

import torch
from accelerate import Accelerator
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

from runner import PAUSED, Refused, Stopped

PROJECTIONS = {"q": "q_proj", "k": "k_proj", "v": "v_proj", "o": "o_proj", "gate": "gate_proj", "up": "up_proj", "down": "down_proj"}
SHARE = 20  # evaluations and checkpoints of a job, unless it says otherwise


def train(job):
    settings = job.settings
    accelerator = Accelerator(mixed_precision="bf16" if torch.cuda.is_available() and torch.cuda.is_bf16_supported() else "no")
    torch.manual_seed(settings["seed"])
    texts = examples(job.rows(settings["train"]), settings)
    held = examples(job.rows(settings["validation"]), settings) if settings.get("validation") else []
    batch = settings["batch_size"]
    per_epoch = math.ceil(len(texts) / batch)
    steps = settings["epochs"] * per_epoch
    if settings["max_steps"] > 0:
        steps = min(steps, settings["max_steps"])
    state = Checkpoint(job.folder / "runner-checkpoint")
    model = adapted(settings, accelerator, state)
    trained = [tensor for tensor in model.parameters() if tensor.requires_grad]
    optimizer = accelerator.prepare(torch.optim.AdamW(trained, lr=settings["learning_rate"], betas=(0.9, 0.95), eps=1e-8, weight_decay=settings["weight_decay"]))
    state.restore(optimizer)
    if state.step:
        job.message("info", state.step, f"The job goes on after step {state.step} of {steps}.")
    elif held:
        state.best, state.best_step = number(mean(evaluate(job, model, held, settings, adapter=False))), 0
        state.last_fall = state.best
        state.keep_best(trained)
        job.metrics(0, steps=steps, valid_loss=state.best)

    every = {name: settings[name] or max(1, steps // SHARE) for name in ("evaluate_every", "checkpoint_every")}
    stop = settings.get("early_stopping")
    counts = min(per_epoch, (steps + 1) // 2)  # before all rows were seen once, or half of a shorter job is done, a loss that does not fall says nothing
    ended = bool(stop) and state.waited >= stop["patience"]

    def due(step):
        return bool(held) and (step % every["evaluate_every"] == 0 or step == steps)

    try:
        if state.step and due(state.step) and state.evaluated != state.step:  # it was paused before it was
            tell_judged(job, model, held, settings, state, trained, counts, steps)
            ended = bool(stop) and state.waited >= stop["patience"]
        while state.step < steps and not ended:
            if state.step and job.shall_stop():
                stop_now(job, model, held, settings, state, trained, counts, steps)
                state.write(model, optimizer)
                break
            began, step = time.monotonic(), state.step + 1
            epoch, at = divmod(step - 1, per_epoch)
            order = list(range(len(texts)))
            random.Random(settings["seed"] + epoch).shuffle(order)
            chosen = [texts[index] for index in order[at * batch:(at + 1) * batch]]
            for group in optimizer.param_groups:
                group["lr"] = settings["learning_rate"] * rate(step, steps, settings["warmup_share"])
            loss, norm, tokens = learn(job, model, chosen, settings, accelerator, optimizer, trained)
            state.step, state.tokens = step, state.tokens + tokens
            is_learned = math.isfinite(loss) and math.isfinite(norm)
            if not is_learned:
                state.bad += 1
                job.message("warn", step, "The step gave no numbers and was left out.", [text["id"] for text in chosen])
                if state.bad >= 3:
                    raise Refused("numbers", "Three steps in a row gave no numbers. Lower the learning rate.")
            else:
                state.bad = 0
            state.told = {"epoch": step / per_epoch, "train_loss": loss, "learning_rate": optimizer.param_groups[0]["lr"], "grad_norm": norm,
                          "tokens_per_second": tokens / max(time.monotonic() - began, 1e-6), "trained_tokens": state.tokens} if is_learned else {}
            if due(step):
                tell_judged(job, model, held, settings, state, trained, counts, steps)
                ended = bool(stop) and state.waited >= stop["patience"]
            elif is_learned:
                job.metrics(step, steps=steps, **state.told)
            if step % every["checkpoint_every"] == 0 or ended or step == steps:
                state.write(model, optimizer)
    except Stopped as stopped:
        if stopped.code == PAUSED and state.step:
            state.write(model, optimizer)  # what was learned since the last checkpoint is kept; a step that was not done is done anew
        raise

    if state.best_step is not None and state.best_step != state.step:
        state.take_best(trained)
        job.message("info", state.step, f"The evaluation loss was lowest, {state.best:.4f}, after step {state.best_step}; those weights are kept.")
        if state.best_step == 0:
            job.message("warn", state.step, "No evaluation was better than the base's: the adapter changes nothing. Look at the rows, train longer, or take another learning rate.")
    if held:
        compare(job, model, held, settings)
    export(model, job.folder / "peft")


def judged(job, model, held, settings, state, trained, counts):
    """The evaluation loss of what was learned until now, which counts among what may be the best."""
    stop, valid = settings.get("early_stopping"), number(mean(evaluate(job, model, held, settings, adapter=True)))
    if state.last_fall is None or valid < state.last_fall - (stop["min_delta"] if stop else 0):
        state.last_fall, state.waited = valid, 0
    else:
        state.waited = state.waited + 1 if state.step >= counts else 0
    if state.best is None or valid < state.best:
        state.best, state.best_step = valid, state.step
        state.keep_best(trained)
    state.evaluated = state.step
    return valid


def tell_judged(job, model, held, settings, state, trained, counts, steps):
    """The same, told beside the numbers of its step; those are told too where the evaluation is broken off, and once more with it by who goes on."""
    valid = None
    try:
        valid = judged(job, model, held, settings, state, trained, counts)
    finally:
        if valid is not None or state.told:
            job.metrics(state.step, steps=steps, valid_loss=valid, **(state.told or {}))


def stop_now(job, model, held, settings, state, trained, counts, steps):
    """What was reached last counts among what may be the best."""
    if held and state.evaluated != state.step:
        tell_judged(job, model, held, settings, state, trained, counts, steps)
    told = f"Stopped as asked after step {state.step} of {steps}"
    if state.best_step is None:
        job.message("info", state.step, f"{told}; its weights are kept.", code="stopped_plain", values=[str(state.step), str(steps)])
    else:
        job.message("info", state.step, f"{told}. The evaluation loss was lowest, {state.best:.4f}, after step {state.best_step}; the weights of step {state.best_step} are kept.",
                    code="stopped", values=[str(state.step), str(steps), f"{state.best:.4f}", str(state.best_step)])


def examples(rows, settings):
    """Rows as token ids, with how much foretelling each token counts; pieces of raw text; pairs of answers."""
    method, most = settings["method"].lower(), settings["sequence_tokens"]
    if method == "dpo":
        return [{"id": row["id"], "sides": [(row["prompt"] + row[side], [0] * len(row["prompt"]) + [1] * len(row[side])) for side in ("chosen", "rejected")]} for row in rows]
    if method == "pretraining":
        return [{"id": row["id"], "sides": [(piece, [1] * len(piece))]} for row in rows for piece in pieces(row["tokens"], most)]
    return [{"id": row["id"], "sides": [(row["tokens"], row.get("weights") or [1] * len(row["tokens"]))]} for row in rows]


def pieces(tokens, most):
    """Neighbours share a token, so that each but the first is foretold once."""
    return [tokens[at:at + most] for at in range(0, max(1, len(tokens) - 1), most - 1)]


def adapted(settings, accelerator, state):
    """The frozen base with an adapter to train; the one of the checkpoint where there is one."""
    file = pathlib.Path(settings["model"])
    several = torch.cuda.device_count() > 1
    try:
        base = AutoModelForCausalLM.from_pretrained(str(file.parent), gguf_file=file.name, torch_dtype=torch.bfloat16 if accelerator.mixed_precision == "bf16" else torch.float32,
                                                    device_map="auto" if several else {"": accelerator.device})
    except (ValueError, OSError, KeyError, NotImplementedError) as fault:
        raise Refused("model", f"Transformers cannot read {file.name}: {fault}") from fault
    base.config.use_cache = False
    if settings["checkpointing"]:
        base.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        base.enable_input_require_grads()
    if state.step:
        return PeftModel.from_pretrained(base, str(state.folder), is_trainable=True)
    lora, layers = settings["lora"], base.config.num_hidden_layers
    if lora["last_layers"] > layers:
        raise Refused("job", f"lora.last_layers is {lora['last_layers']}; the model has {layers} layers.")
    return get_peft_model(base, LoraConfig(
        task_type="CAUSAL_LM", r=lora["rank"], lora_alpha=lora["alpha"], lora_dropout=lora["dropout"], bias="none", target_modules=[PROJECTIONS[name] for name in lora.get("targets") or PROJECTIONS],
        layers_to_transform=list(range(layers - lora["last_layers"], layers)) if lora["last_layers"] else None))


def rate(step, steps, warmup):
    """Rises in a line, and falls along a cosine to a tenth."""
    rising = math.ceil(warmup * steps)
    if step <= rising:
        return step / rising
    return 0.1 + 0.45 * (1 + math.cos(math.pi * (step - rising) / max(1, steps - rising)))


def packed(chosen, most):
    """Examples of like length together, as many as fit into a batch of so many tokens, padding included."""
    groups = []
    for text in sorted(chosen, key=longest):
        if not groups or (len(groups[-1]) + 1) * len(text["sides"]) * longest(text) > most:
            groups.append([])
        groups[-1].append(text)
    return groups


def longest(text):
    return max(len(tokens) for tokens, _ in text["sides"])


def log_p(model, texts):
    """Of each side of each text: the log-probability of what counts, and how much counts; as [texts, sides]."""
    sides = [side for text in texts for side in text["sides"]]
    device, width = model.get_input_embeddings().weight.device, max(len(tokens) for tokens, _ in sides)
    tokens = torch.tensor([ids + [0] * (width - len(ids)) for ids, _ in sides], device=device)
    weights = torch.tensor([list(map(float, given)) + [0.0] * (width - len(given)) for _, given in sides], device=device)[:, 1:]
    seen = torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids, _ in sides], device=device)
    logits = model(input_ids=tokens, attention_mask=seen).logits[:, :-1].float()
    found = torch.log_softmax(logits, -1).gather(-1, tokens[:, 1:].to(logits.device).unsqueeze(-1)).squeeze(-1)
    weights = weights.to(found.device)
    shape = (len(texts), -1)
    return (found * weights).sum(-1).view(shape), weights.sum(-1).view(shape)


def losses(model, texts, settings, adapter=True):
    """The loss of each text, and how much it counts."""
    if settings["method"].lower() != "dpo":
        found, weights = log_p(model, texts) if adapter else plain(model, texts)
        return -found.sum(-1) / weights.sum(-1).clamp(min=1e-9), weights.sum(-1)
    with torch.no_grad():
        base, _ = plain(model, texts)
    margin = (log_p(model, texts)[0] - base) if adapter else torch.zeros_like(base)
    return -torch.nn.functional.logsigmoid(settings["beta"] * (margin[:, 0] - margin[:, 1])), torch.ones(len(texts), device=base.device)


def plain(model, texts):
    """Without the adapter."""
    with model.disable_adapter():
        return log_p(model, texts)


def learn(job, model, chosen, settings, accelerator, optimizer, trained):
    """One step: the loss is the mean over its weights."""
    model.train()
    optimizer.zero_grad()
    dpo = settings["method"].lower() == "dpo"
    whole = float(len(chosen)) if dpo else max(1e-9, float(sum(sum(weights[1:]) for text in chosen for _, weights in text["sides"])))
    total = 0.0
    for group in packed(chosen, settings["micro_batch_tokens"]):
        job.may_go_on()
        with accelerator.autocast():
            each, weights = losses(model, group, settings)
            loss = (each * weights).sum() / whole
        accelerator.backward(loss)
        total += loss.item()
    norm = float(torch.nn.utils.clip_grad_norm_(trained, settings["max_gradient"]))
    if math.isfinite(total) and math.isfinite(norm):
        optimizer.step()
    return total, norm, sum(len(tokens) for text in chosen for tokens, _ in text["sides"])


def evaluate(job, model, texts, settings, adapter):
    """(id, loss, weight) of each text."""
    model.eval()
    found = []
    with torch.no_grad():
        for group in packed(texts, settings["micro_batch_tokens"]):
            job.may_go_on()
            each, weights = losses(model, group, settings, adapter)
            found += [(text["id"], loss, weight) for text, loss, weight in zip(group, each.tolist(), weights.tolist())]
    return found


def mean(rows):
    return sum(loss * weight for _, loss, weight in rows) / max(1e-9, sum(weight for _, _, weight in rows))


def number(loss):
    """An evaluation that overflowed says nothing of what is best."""
    if not math.isfinite(loss):
        raise Refused("numbers", "The evaluation loss is no number. Look at the held-out rows, or lower the learning rate.")
    return loss


def compare(job, model, held, settings):
    """The held-out rows without the adapter and with it, those that got worst first."""
    before = {(at, row[0]): row for at, row in enumerate(evaluate(job, model, held, settings, adapter=False))}
    after = enumerate(evaluate(job, model, held, settings, adapter=True))
    rows = [{"id": row[0], "base_loss": before[at, row[0]][1], "loss": row[1], "weight": row[2]} for at, row in after]
    rows.sort(key=lambda row: row["base_loss"] - row["loss"])
    job.write_whole("evaluation.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode())


def export(model, folder):
    """The adapter as PEFT saves it, whole or not at all."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    model.save_pretrained(str(part), safe_serialization=True)
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


class Checkpoint:
    """The adapter, the moments and where the job stands; the whole folder is put in place by renaming it.

    A kill may fall between two renames: then the new folder, which is whole once its last file is there, or the one before lies beside the place.
    """

    NAMES = ("step", "tokens", "bad", "waited", "best", "best_step", "last_fall", "evaluated", "told")

    def __init__(self, folder):
        self.folder, self.step, self.tokens, self.bad, self.waited, self._moments = folder, 0, 0, 0, 0, None
        self.best = self.best_step = self.last_fall = self.evaluated = self.told = None
        whole = next((place for place in (folder, self._part, self._old) if (place / "state.pt").exists()), None)
        if whole is None:
            return
        if whole != folder:
            shutil.rmtree(folder, ignore_errors=True)
            whole.rename(folder)
        kept = torch.load(folder / "state.pt", map_location="cpu")
        for name in self.NAMES:
            setattr(self, name, kept.get(name))
        self._moments = kept["optimizer"]
        torch.set_rng_state(kept["random"])
        if kept["card"] and torch.cuda.device_count() == len(kept["card"]):
            torch.cuda.set_rng_state_all(kept["card"])

    def restore(self, optimizer):
        if self._moments is not None:
            optimizer.load_state_dict(self._moments)

    def write(self, model, optimizer):
        shutil.rmtree(self._part, ignore_errors=True)
        model.save_pretrained(str(self._part), safe_serialization=True)
        kept = {name: getattr(self, name) for name in self.NAMES}
        kept |= {"optimizer": optimizer.state_dict(), "random": torch.get_rng_state(), "card": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []}
        torch.save(kept, self._part / "state.unfinished")
        (self._part / "state.unfinished").replace(self._part / "state.pt")
        shutil.rmtree(self._old, ignore_errors=True)
        if self.folder.exists():
            self.folder.rename(self._old)
        self._part.rename(self.folder)
        shutil.rmtree(self._old, ignore_errors=True)

    def keep_best(self, trained):
        part = self._best.with_name(self._best.name + ".part")
        torch.save([tensor.detach().cpu() for tensor in trained], part)
        part.replace(self._best)

    def take_best(self, trained):
        with torch.no_grad():
            for tensor, best in zip(trained, torch.load(self._best, map_location="cpu")):
                tensor.copy_(best)

    @property
    def _part(self):
        return self.folder.with_name(self.folder.name + ".part")

    @property
    def _old(self):
        return self.folder.with_name(self.folder.name + ".old")

    @property
    def _best(self):
        return self.folder.with_name("runner-best.pt")
