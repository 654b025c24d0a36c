using System.Text;
using Markdig.Extensions.TaskLists;
using Markdig.Syntax.Inlines;

namespace Platform.Retrieval.Reading;

/// <summary>The visible text of Markdown inside a block.</summary>
internal static class MarkdownInlines
{
    public static string Text(ContainerInline? inlines)
    {
        var text = new StringBuilder();
        Write(inlines, text);
        return text.ToString();
    }

    private static void Write(ContainerInline? inlines, StringBuilder text)
    {
        if (inlines is null) return;
        var isWrapped = false;
        foreach (var inline in inlines)
        {
            var before = text.Length;
            switch (inline)
            {
                case LiteralInline literal: text.Append(literal.Content); break;
                case CodeInline code: text.Append(code.Content); break;
                case LineBreakInline: isWrapped = true; continue;
                case HtmlInline html when html.Tag.StartsWith("<br", StringComparison.OrdinalIgnoreCase): text.Append(' '); break;
                case AutolinkInline link: text.Append(link.Url); break;
                case HtmlEntityInline entity: text.Append(entity.Transcoded); break;
                case TaskList task: text.Append(task.Checked ? "[x]" : "[ ]"); break;
                case ContainerInline inner: Write(inner, text); break;
                default: break;
            }
            if (isWrapped && before > 0 && text.Length > before) text.Insert(before, JoinedLines.Between(text[before - 1], text[before]));
            isWrapped &= text.Length == before;
        }
        if (isWrapped) text.Append(' ');
    }
}
