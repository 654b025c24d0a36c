#!/usr/bin/env python3
"""Training steps of ours beside PyTorch's: bench.py PROGRAM [--shape 15m|135m] [--json].

CPU time of a step, one thread each, same shape, rank and batch: ours from two runs that differ in steps only, so that loading does not count. Peak memory of the whole process.
Ours and PyTorch take turns, three rounds; the medians are compared, and all rounds are told.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

import make_job

STEPS = {"15m": (3, 23), "135m": (1, 4)}
ROUNDS = 3


def run(program, folder, shape, steps):
    """CPU seconds and peak MiB of a whole job."""
    make_job.write_job(folder, shape, steps)
    for left in ("checkpoints", "progress.jsonl", "adapter.gguf"):
        path = os.path.join(folder, left)
        shutil.rmtree(path) if os.path.isdir(path) else os.path.exists(path) and os.remove(path)
    job = subprocess.Popen([program, "train", folder])
    _, status, usage = os.wait4(job.pid, 0)
    if status:
        sys.exit(f"the job in {folder} ended with {status}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def ours(program, shape):
    few, many = STEPS[shape]
    with tempfile.TemporaryDirectory() as folder:
        short, (long, peak) = run(program, folder, shape, few)[0], run(program, folder, shape, many)
    cpu = (long - short) / (many - few)
    return {"cpu_seconds_per_step": round(cpu, 3), "tokens_per_cpu_second": round(make_job.TEXTS * make_job.TOKENS / cpu), "peak_mib": peak}


def peer(shape):
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer.py")
    said = subprocess.run([sys.executable, script, shape, str(STEPS[shape][1])], env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}, stdout=subprocess.PIPE, check=True)
    return json.loads(said.stdout)


def median(rounds, name):
    return statistics.median(r[name] for r in rounds)


def compare(program, shape):
    rounds = [(ours(program, shape), peer(shape)) for _ in range(ROUNDS)]
    mine, theirs = ([r[side] for r in rounds] for side in (0, 1))
    sides = [{"tokens_per_cpu_second": median(side, "tokens_per_cpu_second"), "peak_mib": median(side, "peak_mib"), "rounds": [r["tokens_per_cpu_second"] for r in side]} for side in (mine, theirs)]
    return {"shape": shape, "ours": sides[0], "pytorch": {"torch": theirs[0]["torch"], **sides[1]},
            "speed_ratio": round(sides[0]["tokens_per_cpu_second"] / sides[1]["tokens_per_cpu_second"], 2), "memory_ratio": round(sides[0]["peak_mib"] / sides[1]["peak_mib"], 2)}


def main():
    asked = argparse.ArgumentParser(prog="bench train")
    asked.add_argument("program")
    asked.add_argument("--shape", choices=sorted(STEPS), action="append")
    asked.add_argument("--json", action="store_true")
    asked = asked.parse_args()
    results = [compare(asked.program, shape) for shape in asked.shape or ["15m", "135m"]]
    if asked.json:
        print(json.dumps(results))
        return
    for result in results:
        mine, theirs = result["ours"], result["pytorch"]
        print(f"{result['shape']}: ours {mine['tokens_per_cpu_second']} tokens per CPU-second, {mine['peak_mib']} MiB; PyTorch {theirs['torch']} F32 {theirs['tokens_per_cpu_second']}, {theirs['peak_mib']} MiB; "
              f"speed {result['speed_ratio']} (bar 1.5), memory {result['memory_ratio']} (bar 0.7); rounds {mine['rounds']} and {theirs['rounds']}")


main()
