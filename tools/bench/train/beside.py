"""How much slower answers are while a job trains: `python3 tools/bench/train/beside.py SERVICE MODEL [--shape 15m|135m] [--rounds N] [--questions N] [--tokens N] [--batch N] [--json]`.

Starts the model service, trains on it, and asks in turn while the job is paused and while it runs, so that what else the machine does falls on both. Each question comes
when the trainer computes again, which is the worst moment. With a shape a random model of that shape is asked and trained, with MODEL's tokenizer. Times are those of the wall, in milliseconds."""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid

import make_job

FACTOR = {"first token": 2.0, "token gap": 1.5}  # declared in docs/training.md


class Service:
    def __init__(self, program, model, folder):
        self.key, settings = uuid.uuid4().hex, {"Server__Url": "http://127.0.0.1:0", "Server__ExitWithParent": "true", "Engine__ChatModel": model, "Engine__Threads": "1", "Training__Directory": folder + "/training",
                                                "Engine__AdapterDirectory": folder + "/adapters", "Training__Threads": "1"}
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **settings, "Server__ApiKey": self.key})
        self.address = next(line.split("listening on: ")[1].strip() for line in self.process.stdout if "listening on: " in line)
        while True:
            try:
                self.call("/health")
                return
            except urllib.error.HTTPError:
                time.sleep(0.2)

    def open(self, path, body=None, kind="application/json"):
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return urllib.request.urlopen(urllib.request.Request(self.address + path, data, {"Authorization": "Bearer " + self.key, "Content-Type": kind}), timeout=120)

    def call(self, path, body=None, kind="application/json"):
        with self.open(path, body, kind) as answer:
            return json.loads(answer.read() or b"{}")

    def upload(self, rows):
        mark = uuid.uuid4().hex
        parts = f'--{mark}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nfine-tune\r\n--{mark}\r\nContent-Disposition: form-data; name="file"; filename="rows.jsonl"\r\n\r\n{rows}\r\n--{mark}--\r\n'
        return self.call("/v1/files", parts.encode(), "multipart/form-data; boundary=" + mark)["id"]

    def ask(self, model, number, tokens):
        """The first token's time and the gaps between the others."""
        body = {"model": model, "prompt": f"The river number {number} runs", "max_tokens": tokens, "stream": True, "temperature": 0, "ignore_eos": True}
        asked, times = time.perf_counter(), []
        with self.open("/v1/completions", body) as answer:
            for line in answer:
                if line.startswith(b"data: {") and json.loads(line[6:]).get("choices"):
                    times.append(time.perf_counter())
        return 1000 * (times[0] - asked), [1000 * (after - before) for before, after in zip(times, times[1:])]


def until(service, job, holds):
    while not holds(now := service.call("/v1/fine_tuning/jobs/" + job)):
        if now["status"] in ("failed", "succeeded", "cancelled"):
            raise SystemExit(f"the job ended: {now['status']} {now['error']}")
        time.sleep(0.02)


def p95(times):
    return statistics.quantiles(times, n=20)[-1]


def main():
    asked = argparse.ArgumentParser(prog="beside")
    asked.add_argument("service")
    asked.add_argument("model")
    asked.add_argument("--shape", choices=make_job.SHAPES)
    asked.add_argument("--rounds", type=int, default=6)
    asked.add_argument("--questions", type=int, default=8, help="of a round")
    asked.add_argument("--tokens", type=int, default=200, help="of an answer")
    asked.add_argument("--batch", type=int, default=8, help="rows of a training step, for one of which each question waits")
    asked.add_argument("--json", action="store_true")
    wish = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = os.path.abspath(wish.model)
        if wish.shape:
            like, model = model, os.path.join(folder, os.path.basename(model))
            make_job.write_model(model, wish.shape, like)
        name = os.path.splitext(os.path.basename(model))[0]
        service = Service(wish.service, model, folder)
        try:
            rows = "\n".join(json.dumps({"messages": [{"role": "user", "content": f"Where is number {n}?"}, {"role": "assistant", "content": " ".join(f"{n} by {k}" for k in range(25))}]}) for n in range(200))
            job = service.call("/v1/fine_tuning/jobs", {"model": name, "seed": 7, "training_file": service.upload(rows), "early_stopping": False, "evaluation_prompts": [],
                               "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 1000, "batch_size": wish.batch, "eval_steps": 1000000, "save_steps": 1000000}}}})["id"]
            until(service, job, lambda now: now["progress"]["step"] > 0)
            service.ask(name, 0, wish.tokens)
            found, number = {False: ([], []), True: ([], [])}, 0
            for turn in range(2 * wish.rounds):
                trains = turn % 2 == 1
                service.call(f"/v1/fine_tuning/jobs/{job}/" + ("resume" if trains else "pause"), {})
                until(service, job, lambda now: now["status"] == ("running" if trains else "paused"))
                for _ in range(wish.questions):
                    number += 1
                    if trains:
                        step = service.call("/v1/fine_tuning/jobs/" + job)["progress"]["step"]
                        until(service, job, lambda now: now["progress"]["step"] > step and not now["held"])
                    first, gaps = service.ask(name, number, wish.tokens)
                    found[trains][0].append(first)
                    found[trains][1].extend(gaps)
            service.call(f"/v1/fine_tuning/jobs/{job}/cancel", {})
        finally:
            service.process.stdin.close()  # its parent ends: it hears no signals
            service.process.wait()
    table = [{"what": what, "alone_p50": statistics.median(found[False][at]), "alone_p95": p95(found[False][at]), "beside_p50": statistics.median(found[True][at]), "beside_p95": p95(found[True][at]),
              "factor_p95": p95(found[True][at]) / p95(found[False][at]), "declared": FACTOR[what], "count": len(found[True][at])} for at, what in enumerate(FACTOR)]
    rate = {trains: 1000 / statistics.mean(found[trains][1]) for trains in found}
    table.append({"what": "tokens/s", "alone": rate[False], "beside": rate[True], "share": rate[True] / rate[False]})
    if wish.json:
        print(json.dumps(table))
    else:
        print(f"{'ms':12} {'alone p50':>10} {'p95':>8} {'beside p50':>11} {'p95':>8} {'factor':>7} {'declared':>9} {'of each':>8}")
        for row in table[:-1]:
            print(f"{row['what']:12} {row['alone_p50']:10.2f} {row['alone_p95']:8.2f} {row['beside_p50']:11.2f} {row['beside_p95']:8.2f} {row['factor_p95']:7.2f} {row['declared']:9.2f} {row['count']:8}")
        print(f"tokens/s of an answer after its first: alone {rate[False]:.1f}, beside {rate[True]:.1f} ({rate[True] / rate[False]:.2f})")


if __name__ == "__main__":
    main()
