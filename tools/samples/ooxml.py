"""Writes small DOCX and XLSX files: the parts a reader needs, with fixed dates, so that the same source gives the same bytes."""
import re
import zipfile
from xml.sax.saxutils import escape

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = "application/vnd.openxmlformats-officedocument."


def write_package(target, main, main_type, main_xml, others, relations):
    """others: {path: (content type, xml)}; relations: [(id, kind, target relative to the main part)]."""
    folder, name = main.split("/")
    overrides = {main: main_type, **{path: kind for path, (kind, _) in others.items()}}
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(f'<Override PartName="/{path}" ContentType="{kind}"/>' for path, kind in overrides.items()) + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="{main}"/></Relationships>',
        f"{folder}/_rels/{name}.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{path}"/>' for key, kind, path in relations) + "</Relationships>",
        main: main_xml,
        **{path: xml for path, (_, xml) in others.items()},
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for path, xml in parts.items():
            package.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), HEAD + xml, zipfile.ZIP_DEFLATED)


def write_docx(source, target, language):
    """Source lines: '= title', '# ', '## ' headings, '- ' and '1. ' lists, '| a | b |' tables, else a paragraph."""
    body, table = [], []

    def close_table():
        if table:
            body.append(word_table(table))
            table.clear()

    for line in source.read_text("utf-8").splitlines():
        if line.startswith("|"):
            table.append([cell.strip() for cell in line.strip("|").split("|")])
            continue
        close_table()
        mark, text = re.match(r"(= |##? |- |1\. |)(.*)", line).groups()
        style = {"= ": "Title", "# ": "Heading1", "## ": "Heading2", "- ": "ListBullet", "1. ": "ListNumber", "": None}[mark]
        if text:
            body.append(paragraph(text, style))
    close_table()

    document = f'<w:document xmlns:w="{WORD}"><w:body>{"".join(body)}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>' \
        '<w:pgMar w:top="1304" w:right="1304" w:bottom="1304" w:left="1304" w:header="708" w:footer="708" w:gutter="0"/></w:sectPr></w:body></w:document>'
    write_package(target, "word/document.xml", TYPES + "wordprocessingml.document.main+xml", document, {
        "word/styles.xml": (TYPES + "wordprocessingml.styles+xml", word_styles(language)),
        "word/numbering.xml": (TYPES + "wordprocessingml.numbering+xml", word_numbering()),
    }, [("r1", "styles", "styles.xml"), ("r2", "numbering", "numbering.xml")])


def paragraph(text, style=None, bold=False):
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    run = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:p>{properties}<w:r>{run}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def word_table(rows):
    width = 9200 // len(rows[0])
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for _ in rows[0])
    lines = "".join(
        "<w:tr>" + ("<w:trPr><w:tblHeader/></w:trPr>" if index == 0 else "")
        + "".join(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{paragraph(cell, bold=index == 0)}</w:tc>' for cell in row) + "</w:tr>"
        for index, row in enumerate(rows))
    edges = "".join(f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="C4CED4"/>' for edge in ("top", "left", "bottom", "right", "insideH", "insideV"))
    return f'<w:tbl><w:tblPr><w:tblW w:w="{width * len(rows[0])}" w:type="dxa"/><w:tblBorders>{edges}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{lines}</w:tbl>' + "<w:p/>"


def word_styles(language):
    def style(key, name, size, numbering=""):
        outline = f'<w:outlineLvl w:val="{int(key[-1]) - 1}"/>' if key.startswith("Heading") else ""
        keep = "<w:keepNext/>" if outline else ""
        weight = "<w:b/>" if outline or key == "Title" else ""
        return f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>' \
            f'<w:pPr>{keep}{numbering}<w:spacing w:before="{120 if outline else 0}" w:after="120"/>{outline}</w:pPr><w:rPr>{weight}<w:sz w:val="{size}"/></w:rPr></w:style>'

    def numbered(number):
        return f'<w:numPr><w:numId w:val="{number}"/></w:numPr>'

    return f'<w:styles xmlns:w="{WORD}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="Noto Sans CJK SC"/><w:sz w:val="22"/>' \
        f'<w:lang w:val="{language}" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>' \
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:pPr><w:spacing w:after="120"/></w:pPr></w:style>' \
        + style("Title", "Title", 44) + style("Heading1", "heading 1", 30) + style("Heading2", "heading 2", 25) \
        + style("ListBullet", "List Bullet", 22, numbered(1)) + style("ListNumber", "List Number", 22, numbered(2)) + "</w:styles>"


def word_numbering():
    def kind(key, form, text):
        return f'<w:abstractNum w:abstractNumId="{key}"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>' \
            '<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="500" w:hanging="300"/></w:pPr></w:lvl></w:abstractNum>'

    return f'<w:numbering xmlns:w="{WORD}">' + kind(1, "bullet", "•") + kind(2, "decimal", "%1.") \
        + "".join(f'<w:num w:numId="{key}"><w:abstractNumId w:val="{key}"/></w:num>' for key in (1, 2)) + "</w:numbering>"


def write_xlsx(source, target):
    """Source: tab-separated rows; '# name' starts a sheet, whose first row is the header. Texts are shared strings, numbers are numbers."""
    sheets, strings = [], {}
    for line in source.read_text("utf-8").splitlines():
        if line.startswith("# "):
            sheets.append((line[2:], []))
        elif line:
            sheets[-1][1].append(line.split("\t"))

    def cell(column, row, value):
        place = f"{chr(ord('A') + column)}{row}"
        if re.fullmatch(r"\d+(\.\d+)?", value):
            return f'<c r="{place}" s="{2 if "." in value else 0}"><v>{float(value):g}</v></c>'
        return f'<c r="{place}" t="s" s="{1 if row == 1 else 0}"><v>{strings.setdefault(value, len(strings))}</v></c>'

    others = {}
    for number, (_, rows) in enumerate(sheets, 1):
        data = "".join(f'<row r="{r}">' + "".join(cell(c, r, value) for c, value in enumerate(row)) + "</row>" for r, row in enumerate(rows, 1))
        columns = "".join(f'<col min="{c}" max="{c}" width="{34 if c == 1 else 20}" customWidth="1"/>' for c in range(1, len(rows[0]) + 1))
        others[f"xl/worksheets/sheet{number}.xml"] = (TYPES + "spreadsheetml.worksheet+xml", f'<worksheet xmlns="{SHEET}"><cols>{columns}</cols><sheetData>{data}</sheetData></worksheet>')
    others["xl/styles.xml"] = (TYPES + "spreadsheetml.styles+xml", sheet_styles())
    texts = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    others["xl/sharedStrings.xml"] = (TYPES + "spreadsheetml.sharedStrings+xml", f'<sst xmlns="{SHEET}" count="{len(strings)}" uniqueCount="{len(strings)}">{texts}</sst>')

    entries = "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>' for n, (name, _) in enumerate(sheets, 1))
    relations = [(f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)] + [("rs", "styles", "styles.xml"), ("rt", "sharedStrings", "sharedStrings.xml")]
    workbook = f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>{entries}</sheets></workbook>'
    write_package(target, "xl/workbook.xml", TYPES + "spreadsheetml.sheet.main+xml", workbook, others, relations)


def sheet_styles():
    return f'<styleSheet xmlns="{SHEET}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' \
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>' \
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" xfId="0"/>' \
        '<xf numFmtId="0" fontId="1" xfId="0" applyFont="1"/><xf numFmtId="2" fontId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>'
