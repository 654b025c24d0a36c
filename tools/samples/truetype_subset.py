"""Cuts a Noto CJK face down to the characters of a text and turns its cubic outlines into TrueType ones.

Chromium embeds TrueType outlines as a subset with a Unicode map; OpenType/CFF outlines it draws glyph by glyph as Type 3 fonts,
which are five times larger.
"""
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

SIMPLIFIED_CHINESE = 2  # the face's place in Debian's collection


def write_subset(collection, text, target):
    font = TTFont(collection, fontNumber=SIMPLIFIED_CHINESE)
    options = Options(layout_features=[], name_IDs=["*"], notdef_outline=True, drop_tables=["VORG", "vhea", "vmtx", "BASE", "GPOS", "GSUB", "DSIG"])
    subsetter = Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)

    outlines = font.getGlyphSet()
    glyf = newTable("glyf")
    glyf.glyphOrder = font.getGlyphOrder()
    glyf.glyphs = {}
    for name in glyf.glyphOrder:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
        glyf.glyphs[name] = pen.glyph()

    font["loca"] = newTable("loca")
    font["glyf"] = glyf
    del font["CFF "]
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in ("maxZones", "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements", "maxSizeOfInstructions", "maxComponentElements"):
        setattr(maxp, field, 1 if field == "maxZones" else 0)
    font["post"].formatType = 3.0
    font.sfntVersion = "\000\001\000\000"
    font["head"].glyphDataFormat = 0
    font.save(target)
