using System.Text;

namespace Platform.Retrieval.Reading.Office;

/// <summary>A Word paragraph while it is read.</summary>
internal sealed class DocxParagraph
{
    public StringBuilder Text { get; } = new();
    public string? Style { get; set; }
    public int? Outline { get; set; }
    public int? NumberId { get; set; }
    public int? Level { get; set; }
    public List<string> Footnotes { get; } = [];
    public bool BreaksBefore { get; set; }
    public bool BreaksAfter { get; set; }

    /// <summary>True while a run is read whose text is hidden.</summary>
    public bool IsHidden { get; set; }
}

/// <summary>A Word table while it is read; a table inside a cell becomes the cell's text.</summary>
internal sealed class DocxTable(DocumentText document)
{
    public List<string> Cells { get; } = [];
    public StringBuilder Cell { get; } = new();
    public TableRows Rows { get; } = new(document);
    public bool IsHead { get; set; }
}
