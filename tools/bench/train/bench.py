#!/usr/bin/env python3
"""Training steps of ours beside PyTorch's: bench.py PROGRAM [--shape 15m|135m] [--json].

CPU time of a step, one thread each, same shape, rank and batch: ours from two runs that differ in steps only, so that loading does not count. Peak memory of the whole process.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

import make_job

STEPS = {"15m": (2, 12), "135m": (1, 4)}


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


def main():
    asked = argparse.ArgumentParser(prog="bench train")
    asked.add_argument("program")
    asked.add_argument("--shape", choices=sorted(STEPS), action="append")
    asked.add_argument("--json", action="store_true")
    asked = asked.parse_args()
    results = [{"shape": shape, "ours": ours(asked.program, shape), "pytorch": peer(shape)} for shape in asked.shape or ["15m", "135m"]]
    for result in results:
        result["speed_ratio"] = round(result["ours"]["tokens_per_cpu_second"] / result["pytorch"]["tokens_per_cpu_second"], 2)
        result["memory_ratio"] = round(result["ours"]["peak_mib"] / result["pytorch"]["peak_mib"], 2)
    if asked.json:
        print(json.dumps(results))
        return
    for result in results:
        mine, theirs = result["ours"], result["pytorch"]
        print(f"{result['shape']}: ours {mine['tokens_per_cpu_second']} tokens per CPU-second, {mine['peak_mib']} MiB; PyTorch {theirs['torch']} F32 {theirs['tokens_per_cpu_second']}, {theirs['peak_mib']} MiB; "
              f"speed {result['speed_ratio']}, memory {result['memory_ratio']}")


main()
