namespace Platform.ModelHost.Engine.Tokens.Answers;

/// <summary>Whether a text begins with something; Open when it is too short to tell.</summary>
internal enum Match { No, Open, Yes }

/// <summary>Compares what a model wrote with marks, not minding white space.</summary>
internal static class Marks
{
    /// <summary>Reads a mark at a place, which moves behind it.</summary>
    /// <param name="mark">In it <see cref="ToolCallFormat.Id"/> stands for letters and digits.</param>
    internal static Match Read(string text, ref int at, string mark)
    {
        var place = at;
        foreach (var expected in mark)
        {
            if (char.IsWhiteSpace(expected)) { continue; }
            while (place < text.Length && char.IsWhiteSpace(text[place])) { place++; }
            if (place == text.Length) { return Match.Open; }
            if (expected == ToolCallFormat.Id)
            {
                while (place < text.Length && (char.IsAsciiLetterOrDigit(text[place]) || text[place] is '_' or '-')) { place++; }
                if (place == text.Length) { return Match.Open; }
            }
            else if (text[place++] != expected) { return Match.No; }
        }
        at = place;
        return Match.Yes;
    }
}
