"""Makes many Markdown files of invented text, always the same ones, and questions about them: python3 tools/bench/make_documents.py FOLDER [FILES] [MEGABYTES]"""
import itertools
import json
import pathlib
import random
import sys

SYLLABLES = "ba be bi bo da de di do fa fe ga go ka ke ki ko la le li lo ma me mi mo na ne no pa pe po ra re ri ro sa se si so ta te ti to va ve vi vo".split()


def words(chance, count):
    made = set()
    while len(made) < count:
        made.add("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))))
    return sorted(made)


def main():
    folder = pathlib.Path(sys.argv[1])
    files = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    size = int(float(sys.argv[3]) * 1e6) // files if len(sys.argv) > 3 else 50_000
    chance = random.Random(1)
    vocabulary = words(chance, 20_000)
    weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(vocabulary))))  # Zipf's law, flattened at the head; summed once
    (folder / ".golden").mkdir(parents=True, exist_ok=True)
    questions = []
    for number in range(files):
        lines, length = [f"# Report {number}\n"], 0
        while length < size:
            sentences = [" ".join(chance.choices(vocabulary, cum_weights=weights, k=chance.randint(6, 18))).capitalize() + "." for _ in range(chance.randint(3, 8))]
            block = (f"## {' '.join(chance.choices(vocabulary, k=3)).title()}\n\n" if chance.random() < 0.2 else "") + " ".join(sentences) + "\n"
            lines.append(block)
            length += len(block) + 1
        name = f"report-{number:04}.md"
        (folder / name).write_text("\n".join(lines), "utf-8")
        if number % (files // 100 or 1) == 0:
            asked = chance.sample(sentences[0].rstrip(".").lower().split(), 5)
            questions.append({"id": name, "lang": "en", "question": " ".join(asked) + "?", "document": name, "answers": [{"text": sentences[0]}]})
    (folder / ".golden" / "questions.jsonl").write_text("".join(json.dumps(q) + "\n" for q in questions), "utf-8")


main()
