namespace Platform.Agents.Answering.Citing;

/// <summary>Tells code from words in streamed Markdown, character by character: code stands between two runs of as many backticks.</summary>
internal sealed class CodeSpans
{
    private int run, open;
    private char last;

    /// <summary>Whether the next character is code, or a mark of it.</summary>
    public bool Take(char c)
    {
        var before = last;
        last = c;
        if (c == '`')
        {
            run++;
            return true;
        }
        if (run > 0)
            (open, run) = (open == 0 ? run : open == run ? 0 : open, 0);
        if (open is 1 or 2 && c == '\n' && before == '\n')
            open = 0; // nobody closed it in its paragraph
        return open > 0;
    }
}
