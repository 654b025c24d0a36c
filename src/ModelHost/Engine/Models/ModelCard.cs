namespace Platform.ModelHost.Engine.Models;

/// <summary>What the card beside a model file (model.md beside model.gguf) says in its front matter.</summary>
/// <param name="CanAnswer">False when the card says `answers: false`; true without a card.</param>
internal sealed record ModelCard(bool CanAnswer)
{
    private const int MostLines = 64;

    internal static ModelCard Beside(string modelFile)
    {
        var card = Path.ChangeExtension(modelFile, ".md");
        return new ModelCard(!File.Exists(card) || !FrontMatter(card).Any(line => line.Replace(" ", "", StringComparison.Ordinal).Equals("answers:false", StringComparison.OrdinalIgnoreCase)));
    }

    private static IEnumerable<string> FrontMatter(string card)
    {
        var lines = File.ReadLines(card).Take(MostLines);
        return lines.FirstOrDefault()?.Trim() == "---" ? lines.Skip(1).TakeWhile(line => line.Trim() != "---") : [];
    }
}
