"""Stands in for what computes: counts steps, and leaves an adapter that was made before."""
import os
import pathlib
import shutil
import time

from runner import Refused


def train(job):
    settings, at = job.settings, job.folder / "counted"
    done = int(at.read_text()) if at.exists() else 0
    if settings["learning_rate"] == 1:
        raise Refused("numbers", "Three steps in a row gave no numbers.")
    if settings["learning_rate"] == 0.5:
        job._progress = open("/dev/full", "ab")  # the disk of the progress is full from here on
    if done == 0:
        job.metrics(0, steps=settings["max_steps"], valid_loss=4.0)
    for step in range(done + 1, settings["max_steps"] + 1):
        job.may_go_on()
        job.metrics(step, steps=settings["max_steps"], train_loss=4.0 / step, valid_loss=3.0 / step)
        job.write_whole("counted", str(step).encode())  # it is killed in between
        time.sleep(0.02)
    held = job.rows(settings["validation"])
    job.write_whole("evaluation.jsonl", "".join('{"id": "%s", "base_loss": 4.0, "loss": 2.0, "weight": 1}\n' % row["id"] for row in held).encode())
    shutil.copytree(pathlib.Path(os.environ["STAND_IN_ADAPTER"]), job.folder / "peft", dirs_exist_ok=True)
