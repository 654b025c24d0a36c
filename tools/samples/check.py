"""Checks the golden questions against the samples: every expected span stands in the text of its document and page, in one line of a PDF."""
import collections
import html
import json
import pathlib
import re
import subprocess
import sys
import zipfile

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "samples"
DOCUMENTS = [path for path in sorted(SAMPLES.iterdir()) if path.suffix in {".pdf", ".docx", ".xlsx", ".md", ".html", ".txt"} and path.name != "README.md"]


def tagless(xml):
    return html.unescape(re.sub(r"<[^>]+>", "", xml))


def lines(document, page):
    path = SAMPLES / document
    if path.suffix == ".pdf":
        return subprocess.run(["pdftotext", "-f", str(page), "-l", str(page), "-layout", path, "-"], check=True, capture_output=True, text=True).stdout.splitlines()
    if path.suffix == ".docx":
        return [tagless(p) for p in re.findall(r"<w:p>.*?</w:p>", zipfile.ZipFile(path).read("word/document.xml").decode())]
    if path.suffix == ".xlsx":
        book = zipfile.ZipFile(path)
        texts = [tagless(t) for t in re.findall(r"<si>.*?</si>", book.read("xl/sharedStrings.xml").decode())]
        cells = re.findall(r'<c ([^>]*)><v>(.*?)</v>', book.read(f"xl/worksheets/sheet{page}.xml").decode())
        return [texts[int(value)] if 't="s"' in attributes else value for attributes, value in cells]
    text = path.read_text("utf-8")
    return (re.sub(r"<(script|style).*?</\1>", "", text, flags=re.S) if path.suffix == ".html" else text).splitlines()


def faults(row):
    if not row["answerable"]:
        return ["an unanswerable question names a document"] if row.get("document") or row["answers"] else []
    if not (SAMPLES / row["document"]).exists():
        return [f"no such document: {row['document']}"]
    if row["page"] != 1 and not row["document"].endswith((".pdf", ".xlsx")):
        return [f"page {row['page']} of a document without pages"]
    text = [tagless(line) if row["document"].endswith(".html") else line for line in lines(row["document"], row["page"])]
    if row["document"].endswith(".xlsx"):
        return [f"no cell holds {a['text']!r}" for a in row["answers"] if a["text"] not in text]
    return [f"{a['text']!r} is not in one line of page {row['page']}" for a in row["answers"] if not any(a["text"] in line for line in text)]


if __name__ == "__main__":
    rows = [json.loads(line) for path in sorted((SAMPLES / ".golden").glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    found = [f"{row['id']}: {fault}" for row in rows for fault in faults(row)]
    used = collections.Counter(row["document"] for row in rows if row["answerable"])
    found += [f"no question about {path.name}" for path in DOCUMENTS if path.name not in used]
    found += [f"id used twice: {key}" for key, count in collections.Counter(row["id"] for row in rows).items() if count > 1]
    print(f"{len(rows)} questions, {sum(not row['answerable'] for row in rows)} unanswerable, {sum('history' in row for row in rows)} follow-ups; by language {dict(collections.Counter(row['lang'] for row in rows))}")
    sys.exit("\n".join(found))
