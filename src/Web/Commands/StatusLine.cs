namespace Platform.Web.Commands;

/// <summary>One line of a terminal that is written over while something goes on.</summary>
internal sealed class StatusLine(TextWriter terminal)
{
    private string shown = "";

    internal void Show(string text)
    {
        if (text != shown)
        {
            terminal.Write("\r" + text.PadRight(shown.Length));
            shown = text;
        }
    }

    internal void End() => terminal.WriteLine();
}
