"""Makes the PDF, DOCX and XLSX samples from the sources beside this file. The other samples are written by hand."""
import pathlib
import subprocess
import tempfile

import ooxml
import truetype_subset

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = HERE.parents[1] / "samples"
NOTO = pathlib.Path("/usr/share/fonts/opentype/noto")


def write_pdf(name):
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", f"--user-data-dir={profile}",
             "--no-pdf-header-footer", f"--print-to-pdf={SAMPLES / name}.pdf", (HERE / f"{name}.html").as_uri()],
            check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    fonts = HERE / "artifacts"
    fonts.mkdir(exist_ok=True)
    chinese = (HERE / "员工手册.html").read_text("utf-8")
    truetype_subset.write_subset(NOTO / "NotoSansCJK-Regular.ttc", chinese, fonts / "sc-regular.ttf")
    truetype_subset.write_subset(NOTO / "NotoSansCJK-Bold.ttc", chinese, fonts / "sc-bold.ttf")
    write_pdf("employee-handbook")
    write_pdf("员工手册")
    ooxml.write_docx(HERE / "travel-and-expenses.txt", SAMPLES / "travel-and-expenses.docx", "en-GB")
    ooxml.write_docx(HERE / "差旅报销.txt", SAMPLES / "差旅报销.docx", "zh-CN")
    ooxml.write_xlsx(HERE / "rates-and-allowances.tsv", SAMPLES / "rates-and-allowances.xlsx")
    ooxml.write_xlsx(HERE / "津贴标准.tsv", SAMPLES / "津贴标准.xlsx")
