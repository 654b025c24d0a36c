namespace Platform.ModelHost.Engine.Models;

/// <summary>What the card beside a model file (model.md beside model.gguf) says in its front matter.</summary>
/// <param name="CanAnswer">False when the card says `answers: false`; true without a card.</param>
/// <param name="Draft">The small model that may guess for it (`draft: its-id`), or null.</param>
internal sealed record ModelCard(bool CanAnswer, string? Draft)
{
    private const int MostLines = 64;

    internal static ModelCard Beside(string modelFile)
    {
        var card = Path.ChangeExtension(modelFile, ".md");
        var said = File.Exists(card) ? FrontMatter(card).Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).Where(pair => pair.Length == 2).ToArray() : [];
        return new ModelCard(!"false".Equals(Said("answers"), StringComparison.OrdinalIgnoreCase), Said("draft"));

        string? Said(string key) => said.FirstOrDefault(pair => pair[0].Equals(key, StringComparison.OrdinalIgnoreCase))?[1] is { Length: > 0 } value ? value : null;
    }

    private static IEnumerable<string> FrontMatter(string card)
    {
        var lines = File.ReadLines(card).Take(MostLines);
        return lines.FirstOrDefault()?.Trim() == "---" ? lines.Skip(1).TakeWhile(line => line.Trim() != "---") : [];
    }
}
