"""Makes the golden files of the chat template tests with the reference implementation (Debian: python3-jinja2).

    python3 tools/templates/golden.py                     the committed templates
    python3 tools/templates/golden.py FOLDER              other templates (*.jinja), golden files beside them;
                                                          then run the tests with PLATFORM_TEMPLATES=FOLDER
"""
import datetime
import json
import pathlib
import sys

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.sandbox

TESTS = pathlib.Path(__file__).resolve().parents[2] / "tests" / "ModelHost.Engine.Tests" / "Templates"
NOW = datetime.datetime(2026, 7, 4, 9, 5, 3)
BOS, EOS = "<bos>", "<eos>"


class Generation(jinja2.ext.Extension):
    """{% generation %}: marks what the assistant wrote; it prints its body."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("body"), [], [], body).set_lineno(line)

    def body(self, caller):
        return caller()


class Raised(jinja2.TemplateError):
    pass


def raise_exception(message):
    raise Raised(message)


def to_json(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment():
    """As transformers' apply_chat_template sets it up."""
    settings = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    settings.filters["tojson"] = to_json
    settings.globals["raise_exception"] = raise_exception
    settings.globals["strftime_now"] = NOW.strftime
    return settings


def render(source, variables):
    try:
        return {"text": environment().from_string(source).render(**variables)}
    except Raised as fault:
        return {"raised": fault.message}
    except Exception as fault:  # whatever the reference fails with, the product has to fail too
        return {"failed": f"{type(fault).__name__}: {fault}"}


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path


def families(folder, output):
    conversations = json.loads((TESTS / "conversations.json").read_text("utf-8"))
    for path in sorted(folder.glob("*.jinja")):
        source = path.read_bytes().decode("utf-8")
        golden = {name: render(source, {"bos_token": BOS, "eos_token": EOS, "tools": None, "documents": None, **variables}) for name, variables in conversations.items()}
        made = sum("text" in outcome for outcome in golden.values())
        print(f"{path.stem}: {made} texts, {len(golden) - made} refusals")
        write(output / f"{path.stem}.json", golden)


def language():
    cases = json.loads((TESTS / "language.json").read_text("utf-8"))
    variables = cases["variables"]
    write(TESTS / "golden" / "language.json", {source: render(source, variables) for source in cases["templates"]})


if __name__ == "__main__":
    if len(sys.argv) > 1:
        families(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[1]))
    else:
        families(TESTS / "families", TESTS / "golden")
        language()
