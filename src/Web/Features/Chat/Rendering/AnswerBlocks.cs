using Platform.Agents.Answering;

namespace Platform.Web.Features.Chat.Rendering;

/// <summary>An answer as HTML blocks while it grows: finished blocks are rendered once, only the open one again.</summary>
/// <remarks>The text is untrusted; <see cref="AnswerMarkup"/> makes it safe.</remarks>
public sealed class AnswerBlocks(MarkupLabels labels)
{
    private readonly List<Block> blocks = [];
    private Dictionary<int, Verdict> known = [];

    /// <summary>Safe HTML of each block, in order.</summary>
    public IEnumerable<string> Html => blocks.Select(b => b.Html);

    /// <summary>Blocks rendered since the start; tests use it to see that finished blocks are left alone.</summary>
    public int Rendered { get; private set; }

    /// <summary>Takes the whole text so far and the citations known so far.</summary>
    public void Update(string text, IEnumerable<Citation> citations)
    {
        var marks = new Dictionary<int, Verdict>();
        foreach (var citation in citations)
        {
            marks.TryAdd(citation.N, citation.Verdict);
        }
        var changed = marks.Where(m => !known.TryGetValue(m.Key, out var was) || was != m.Value).Select(m => m.Key).ToHashSet();
        known = marks;

        var index = 0;
        foreach (var range in MarkdownSplit.Blocks(text))
        {
            var part = text[range];
            if (index == blocks.Count)
            {
                blocks.Add(Render(part));
            }
            else if (blocks[index].Text != part || (changed.Count > 0 && AnswerMarkup.MarksIn(part).Any(changed.Contains)))
            {
                blocks[index] = Render(part);
            }
            index++;
        }
        blocks.RemoveRange(index, blocks.Count - index);
    }

    private Block Render(string part)
    {
        Rendered++;
        return new Block(part, AnswerMarkup.ToHtml(part, known, labels));
    }

    private sealed record Block(string Text, string Html);
}
