"""Takes training jobs that the model service offers in its folder, and runs them one after the other.

The contract is docs/training.md ("A runner elsewhere"). This file speaks it and needs nothing but Python;
what is computed is the function `train(job)` of another file (peft_job.py, unless another is named).
"""
import argparse
import datetime
import importlib.util
import json
import os
import pathlib
import signal
import sys
import threading
import time
import traceback
import uuid

DONE, FAILED, PAUSED, CANCELLED = 0, 1, 3, 4
BEAT_SECONDS, LOOK_SECONDS = 1.0, 0.5


class Refused(Exception):
    """The job cannot be done. The fault is one of: model, job, data, checkpoint, numbers, export."""

    def __init__(self, fault, message):
        super().__init__(message)
        self.fault = fault


class Stopped(Exception):
    """The job is to end before it is done; the code is None where somebody else has it now."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Job:
    """A job's folder, and what may be said of it."""

    def __init__(self, folder, name, stopping):
        self.folder, self._name, self._stopping = pathlib.Path(folder), name, stopping
        self.settings = json.loads((self.folder / "job.json").read_text("utf-8"))
        self._progress = open(self.folder / "progress.jsonl", "a+b")
        self._cut_half_a_line()

    def rows(self, name):
        """The rows of a file, in order."""
        with open(self.folder / name, encoding="utf-8") as lines:
            return [json.loads(line) for line in lines if line.strip()]

    def metrics(self, step, **numbers):
        """step 0 is the base; names as in docs/training.md."""
        self._say("metrics", step=step, **{name: value for name, value in numbers.items() if value is not None})

    def message(self, level, step, text, rows=None, code=None, values=None):
        """`code` and `values` let whoever shows it say it in another language."""
        self._say("message", level=level, step=step, message=text, **({"rows": rows} if rows else {}), **({"code": code, "values": values or []} if code else {}))

    def state(self, state, message=None, fault=None):
        self._say("state", state=state, **({"message": message} if message else {}), **({"fault": fault} if fault else {}))

    def may_go_on(self):
        """To be asked between two batches. Raises Stopped."""
        try:
            owner = (self.folder / "taken").read_text("utf-8").strip()
        except FileNotFoundError:
            owner = None
        if owner != self._name:
            raise Stopped(None)
        if (self.folder / "cancel").exists():
            raise Stopped(CANCELLED)
        if (self.folder / "pause").exists() or self._stopping.is_set():
            raise Stopped(PAUSED)

    def shall_stop(self):
        """Whether the job is to end with what it learned so far."""
        return (self.folder / "stop").exists()

    def write_whole(self, name, content):
        """A file of the folder that others see whole or not at all."""
        part = self.folder / (name + ".part")
        part.write_bytes(content)
        os.replace(part, self.folder / name)

    def close(self):
        self._progress.close()

    def _say(self, kind, **fields):
        line = {"type": kind, "at": datetime.datetime.now(datetime.timezone.utc).isoformat(), **fields}
        self._progress.write(json.dumps(line, ensure_ascii=False, allow_nan=False).encode("utf-8") + b"\n")
        self._progress.flush()

    def _cut_half_a_line(self):
        self._progress.seek(0)
        text = self._progress.read()
        self._progress.truncate(text.rfind(b"\n") + 1)
        self._progress.seek(0, os.SEEK_END)


def take(jobs, name):
    """The folder of a job that nobody else took, or None. Of two who rename the mark one succeeds."""
    for offered in sorted(jobs.glob("*/offered")):
        taken = offered.with_name("taken")
        try:
            os.rename(offered, taken)
        except FileNotFoundError:
            continue
        try:
            taken.write_text(name, "utf-8")
        except OSError as fault:  # no room for a name: nobody would know whose it is
            print(f"The job in {offered.parent} cannot be taken: {fault}", file=sys.stderr)
            try:
                os.rename(taken, offered)
            except FileNotFoundError:
                pass  # it was deleted meanwhile
            continue
        return offered.parent
    return None


def run(folder, name, train, stopping):
    """Runs a job to its end and leaves its exit code, unless somebody else has it now."""
    try:
        job = Job(folder, name, stopping)
    except (OSError, ValueError) as fault:
        print(f"The job in {folder} cannot be begun: {fault}", file=sys.stderr)
        leave(folder, name, FAILED, stopping)
        return
    try:
        tell(job, "running")
        train(job)
        code = DONE
        tell(job, "succeeded")
    except Stopped as stopped:
        code = stopped.code
        if code is not None:
            tell(job, "paused" if code == PAUSED else "cancelled")
    except Refused as refused:
        code = FAILED
        tell(job, "failed", str(refused), refused.fault)
    except Exception as fault:  # whatever a library throws fails the job, not the runner
        traceback.print_exc()
        code = FAILED
        tell(job, "failed", f"{type(fault).__name__}: {fault}"[:2000])
    finally:
        try:
            job.close()
        except OSError as full:  # it writes what it could not write before
            print(f"The progress in {folder} is not whole: {full}", file=sys.stderr)
    if code is not None:
        leave(folder, name, code, stopping)


def tell(job, *state):
    """What a full disk keeps from being told, the exit code says."""
    try:
        job.state(*state)
    except OSError as full:
        print(f"The job in {job.folder} cannot say '{state[0]}': {full}", file=sys.stderr)


def leave(folder, name, code, stopping):
    """The exit code, as soon as the disk takes it: as long as this runner lives and its name stands there, the service waits for it."""
    while not stopping.is_set():
        try:
            if (folder / "taken").read_text("utf-8").strip() != name:
                return
            part = folder / "ended.part"
            part.write_bytes(str(code).encode())
            os.replace(part, folder / "ended")
            return
        except FileNotFoundError:
            print(f"The job in {folder} was deleted, or taken back, meanwhile.", file=sys.stderr)
            return
        except OSError as full:
            print(f"The job in {folder} has ended with {code}, which cannot be written: {full}", file=sys.stderr)
            stopping.wait(LOOK_SECONDS)


def beat(path, over):
    count = 0
    while not over.is_set():
        count += 1
        part = path.parent.parent / (path.name + ".beat")
        try:
            part.write_text(str(count), "utf-8")
            os.replace(part, path)
        except OSError as fault:  # a disk that is full for a moment, or a share that is away: it goes on when that is over
            print(f"Nobody hears this runner: {fault}", file=sys.stderr)
        over.wait(BEAT_SECONDS)
    path.unlink(missing_ok=True)


def load(path):
    """The function `train` of a file."""
    spec = importlib.util.spec_from_file_location("train_job", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["runner"] = sys.modules[__name__]  # so that it finds Refused
    spec.loader.exec_module(module)
    return module.train


def main():
    here = pathlib.Path(__file__).resolve().parent
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=pathlib.Path, help="Training:Directory of the model service")
    options.add_argument("--with", dest="job", type=pathlib.Path, default=here / "peft_job.py", help="the file whose train(job) computes")
    given = options.parse_args()
    train = load(given.job)  # what is missing shows now, and not with the first job
    name, stopping, over = uuid.uuid4().hex, threading.Event(), threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stopping.set())
    runners = given.folder / "runners"
    runners.mkdir(parents=True, exist_ok=True)
    heart = threading.Thread(target=beat, args=(runners / name, over), daemon=True)
    heart.start()
    try:
        while not stopping.is_set():
            folder = take(given.folder / "jobs", name)
            if folder is None:
                stopping.wait(LOOK_SECONDS)
            else:
                run(folder, name, train, stopping)
    finally:
        over.set()
        heart.join()


if __name__ == "__main__":
    main()
