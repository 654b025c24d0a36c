using System.Text;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Reading;

/// <summary>Writes a document's text, block after block, and keeps the spans. Blocks are parted by line breaks, so that no block touches the next.</summary>
internal sealed class DocumentText
{
    private readonly StringBuilder _text = new();
    private readonly List<ParsedBlock> _blocks = [];
    private readonly List<ParsedPage> _pages = [];
    private List<WordBox> _words = [];
    private (int Start, double Width, double Height, string? Label)? _page;

    public int Length => _text.Length;

    public int Blocks => _blocks.Count;

    /// <summary>Adds a block; inner white space is folded except in code, where lines are kept. Nothing is added when there is nothing to see.</summary>
    public void Add(BlockKind kind, int level, string content)
    {
        var clean = kind == BlockKind.Code ? VisibleText.Lines(content) : VisibleText.Line(content);
        if (clean.Length == 0) return;
        Begin(kind);
        var start = _text.Length;
        _text.Append(clean);
        End(kind, level, start);
    }

    /// <summary>Starts a block that is written word by word; <see cref="End"/> finishes it. Gives its start.</summary>
    public int Begin(BlockKind kind)
    {
        if (_blocks.Count > 0) _text.Append(kind == _blocks[^1].Kind && kind is BlockKind.TableRow or BlockKind.ListItem ? "\n" : "\n\n");
        return _text.Length;
    }

    public void Append(string text) => _text.Append(text);

    /// <summary>Takes the last characters away, as when a hyphen joins two lines.</summary>
    public void TakeBack(int characters) => _text.Length -= characters;

    public void AddWord(WordBox box) => _words.Add(box);

    public void End(BlockKind kind, int level, int start)
    {
        if (_text.Length > ReaderLimits.Characters)
        {
            throw new IngestException(IngestError.TooLarge, $"The document holds more than {ReaderLimits.Characters:N0} characters of text, the most that one document may have. Split it into smaller files.");
        }
        if (_text.Length > start) _blocks.Add(new ParsedBlock(kind, level, start, _text.Length));
    }

    /// <summary>Makes the last block go on: what is written next belongs to it. Gives the block.</summary>
    public ParsedBlock Reopen()
    {
        var last = _blocks[^1];
        _blocks.RemoveAt(_blocks.Count - 1);
        return last;
    }

    public void StartPage(double width = 0, double height = 0, string? label = null)
    {
        EndPage();
        _page = (_text.Length, width, height, label);
    }

    private void EndPage()
    {
        if (_page is not { } page) return;
        // Line breaks between two pages belong to the later one; nothing stands in them.
        _pages.Add(new ParsedPage(_pages.Count + 1, page.Start, _text.Length, page.Width, page.Height, _words, page.Label));
        _words = [];
        _page = null;
    }

    /// <summary>The document. Throws IngestException (NoText, with <paramref name="whenEmpty"/>) when there is nothing to read in it.</summary>
    public ParsedDocument Build(string mediaType, string? title, string whenEmpty = "There is no text in this file.")
    {
        if (_page is null && _pages.Count == 0) _page = (0, 0, 0, null);
        EndPage();
        if (_blocks.Count == 0) throw new IngestException(IngestError.NoText, whenEmpty);
        var name = title is null ? null : VisibleText.Line(title);
        return new ParsedDocument(mediaType, string.IsNullOrEmpty(name) ? null : name, _text.ToString(), _pages, _blocks);
    }
}
