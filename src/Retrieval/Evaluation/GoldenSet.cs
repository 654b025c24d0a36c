using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Retrieval.Evaluation;

/// <summary>A question with what a search for it should find. Untrusted text.</summary>
/// <param name="Document">Name of the document that answers it; null when it is not said.</param>
/// <param name="Page">The page of it, from 1; null when it is not said.</param>
/// <param name="Answers">Spans that answer it, word for word; none when they are not known.</param>
/// <param name="Answerable">False when the documents do not hold the answer.</param>
/// <param name="Context">The text that holds the answer, for sets that bring their texts along.</param>
public sealed record GoldenQuestion(string Id, string Language, string Question, string? Document, int? Page, IReadOnlyList<string> Answers, bool Answerable, string? Context)
{
    /// <summary>The questions asked before, for a follow-up.</summary>
    public IReadOnlyList<string> History { get; init; } = [];
}

/// <summary>
/// Questions with known answers, one JSON object a line: {id, lang, question, document?, page?, answers?: [{text}], answerable?, history?: [text], context?}. Sets whose rows have a
/// context bring their own texts; the others are about documents of a base.
/// </summary>
public static class GoldenSet
{
    /// <summary>Throws InvalidDataException naming the line that is not such an object.</summary>
    public static async Task<IReadOnlyList<GoldenQuestion>> LoadAsync(string path, CancellationToken cancellation)
    {
        return Parse(await File.ReadAllTextAsync(path, cancellation), Path.GetFileName(path));
    }

    /// <summary>The same of a text.</summary>
    /// <param name="name">What its lines are named by in an error.</param>
    public static IReadOnlyList<GoldenQuestion> Parse(string content, string name)
    {
        List<GoldenQuestion> questions = [];
        using StringReader lines = new(content);
        for (int line = 1; lines.ReadLine() is { } text; line++)
        {
            if (!string.IsNullOrWhiteSpace(text))
            {
                questions.Add(Question(text, $"{name}, line {line}"));
            }
        }

        return questions;
    }

    private static GoldenQuestion Question(string text, string where)
    {
        try
        {
            GoldenRow row = JsonSerializer.Deserialize(text, GoldenJson.Default.GoldenRow) ?? throw new InvalidDataException($"{where}: it is no question.");
            return new GoldenQuestion(
                row.Id ?? where, row.Lang ?? "", row.Question ?? throw new InvalidDataException($"{where}: 'question' is missing."), row.Document, row.Page,
                [.. (row.Answers ?? []).Select(a => a.Text).OfType<string>().Where(a => a.Length > 0)], row.Answerable ?? true, row.Context) { History = row.History ?? [] };
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"{where}: {broken.Message}", broken);
        }
    }
}

internal sealed record GoldenRow(string? Id, string? Lang, string? Question, string? Document, int? Page, IReadOnlyList<GoldenAnswer>? Answers, bool? Answerable, string? Context, IReadOnlyList<string>? History);

internal sealed record GoldenAnswer(string? Text);

[JsonSerializable(typeof(GoldenRow))]
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
internal sealed partial class GoldenJson : JsonSerializerContext;
