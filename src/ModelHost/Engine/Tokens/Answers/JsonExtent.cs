namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>Finds where a JSON object ends, while its text comes.</summary>
internal sealed class JsonExtent
{
    private int depth;
    private bool inText, escaped, begun;

    internal bool HasBegun => begun;

    /// <summary>True after the object's last character.</summary>
    internal bool IsComplete => begun && depth == 0;

    /// <summary>The characters of a text that belong to the object.</summary>
    internal int Read(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (IsComplete) { return i; }
            var c = text[i];
            if (inText)
            {
                if (escaped) { escaped = false; }
                else if (c == '\\') { escaped = true; }
                else if (c == '"') { inText = false; }
            }
            else if (c == '"') { inText = true; }
            else if (c is '{' or '[')
            {
                depth++;
                begun = true;
            }
            else if (c is '}' or ']') { depth--; }
        }
        return text.Length;
    }

    /// <summary>Length of the object that a text begins with, or -1 when it does not end.</summary>
    internal static int Length(ReadOnlySpan<char> text)
    {
        var extent = new JsonExtent();
        var length = extent.Read(text);
        return extent.IsComplete ? length : -1;
    }
}
