using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;

namespace Platform.Retrieval.Reading;

/// <summary>Reads Markdown: headings, lists, tables and code keep their kind; marks and addresses of links go, their text stays.</summary>
internal sealed class MarkdownReader : IDocumentReader
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseGridTables().UseYamlFrontMatter().UseFootnotes().UseTaskLists().UseEmphasisExtras().UseStop().Build();

    private const long MostWork = 400_000_000;

    public string MediaType => "text/markdown";

    public async Task<ParsedDocument> ReadAsync(string path, IProgress<(int Done, int Total)>? progress, CancellationToken cancellation)
    {
        var content = await TextFile.ReadAsync(path, cancellation);
        if (IsTangled(content)) return PlainTextReader.Read(content, MediaType, cancellation);
        MarkdownDocument parsed;
        try
        {
            parsed = Markdown.Parse(content, Pipeline, MarkdownStop.With(cancellation));
        }
        catch (ArgumentException)
        {
            // Markdig refuses text nested too deeply; read as plain text it is still found.
            return PlainTextReader.Read(content, MediaType, cancellation);
        }
        var walk = new Walk(new DocumentText(), cancellation);
        walk.Blocks(parsed, list: 0, marker: null);
        return walk.Document.Build(MediaType, walk.Title);
    }

    /// <summary>Markdig's time grows with the square of the brackets in one paragraph, and it cannot be stopped; a file made so is read as plain text.</summary>
    private static bool IsTangled(string content)
    {
        long work = 0, marks = 0;
        foreach (var line in content.AsSpan().EnumerateLines())
        {
            if (line.IsWhiteSpace())
            {
                work += marks * marks;
                marks = 0;
            }
            else
            {
                marks += line.Count('[') + line.Count('<');
            }
        }
        return work + marks * marks > MostWork;
    }

    private sealed class Walk(DocumentText document, CancellationToken cancellation)
    {
        public DocumentText Document => document;

        public string? Title { get; private set; }

        /// <summary>Writes the blocks of a container; the first paragraph of a list item carries its marker.</summary>
        public void Blocks(ContainerBlock container, int list, string? marker)
        {
            foreach (var block in container)
            {
                cancellation.ThrowIfCancellationRequested();
                switch (block)
                {
                    case YamlFrontMatterBlock front: Title = FrontMatterTitle(front); break;
                    case HeadingBlock heading: Heading(heading); break;
                    case ParagraphBlock paragraph when list > 0:
                        document.Add(marker is null ? BlockKind.Paragraph : BlockKind.ListItem, marker is null ? 0 : list, marker + MarkdownInlines.Text(paragraph.Inline));
                        marker = null;
                        break;
                    case ParagraphBlock paragraph: document.Add(BlockKind.Paragraph, 0, MarkdownInlines.Text(paragraph.Inline)); break;
                    case HtmlBlock html: document.Add(BlockKind.Paragraph, 0, HtmlReader.TextOf(html.Lines.ToString())); break;
                    case LinkReferenceDefinitionGroup: break;
                    case CodeBlock code: document.Add(BlockKind.Code, 0, code.Lines.ToString()); break;
                    case Table table: Rows(table); break;
                    case ListBlock items: List(items, list + 1); break;
                    case ContainerBlock inner: Blocks(inner, list, marker); break;
                    default: break;
                }
            }
        }

        private void Heading(HeadingBlock heading)
        {
            var text = MarkdownInlines.Text(heading.Inline);
            if (heading.Level == 1) Title ??= text;
            document.Add(BlockKind.Heading, heading.Level, text);
        }

        private void List(ListBlock list, int depth)
        {
            var number = list.IsOrdered && int.TryParse(list.OrderedStart, out var start) ? start : 1;
            foreach (var item in list.OfType<ListItemBlock>()) Blocks(item, depth, list.IsOrdered ? $"{number++}. " : "- ");
        }

        private void Rows(Table table)
        {
            foreach (var row in table.OfType<TableRow>())
            {
                TableText.AddRow(document, [.. row.OfType<TableCell>().Select(cell => string.Join(' ', cell.OfType<ParagraphBlock>().Select(paragraph => MarkdownInlines.Text(paragraph.Inline))))], row.IsHeader);
            }
        }

        private static string? FrontMatterTitle(YamlFrontMatterBlock front)
        {
            foreach (var line in front.Lines.ToString().Split('\n'))
            {
                if (line.StartsWith("title:", StringComparison.OrdinalIgnoreCase)) return line[6..].Trim().Trim('"', '\'');
            }
            return null;
        }
    }
}
