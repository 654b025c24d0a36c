using System.Text.Json.Serialization;
using Platform.Training.Rows.Similarity;

namespace Platform.Training.Rows;

/// <summary>What a row teaches. Dialogue: the assistant's turns. Preference: the chosen answer before the rejected one. Text: to go on with a text. Stored by name: append only.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RowKind>))]
public enum RowKind { Dialogue, Preference, Text }

/// <summary>One row to learn from, whatever format it came in.</summary>
/// <param name="Turns">Of a dialogue all turns, with at least one of the assistant; of a preference those before the answer; none of a text.</param>
/// <param name="Chosen">The better answer of a preference, or the text; null of a dialogue.</param>
/// <param name="Rejected">The worse answer of a preference; null of others.</param>
/// <param name="Tools">JSON array of the tools that a dialogue offers, as OpenAI writes them; null for none.</param>
public sealed record TrainingRow(RowKind Kind, IReadOnlyList<Turn> Turns, string? Chosen = null, string? Rejected = null, string? Tools = null)
{
    /// <summary>A dialogue of one question and its answer.</summary>
    public static TrainingRow Answer(string question, string answer, string system = "") =>
        new(RowKind.Dialogue, [.. system.Length > 0 ? [new Turn(TurnRole.System, system)] : Array.Empty<Turn>(), new Turn(TurnRole.User, question), new Turn(TurnRole.Assistant, answer)]);

    public static TrainingRow Preference(IReadOnlyList<Turn> turns, string chosen, string rejected) => new(RowKind.Preference, turns, chosen, rejected);

    public static TrainingRow OfText(string text) => new(RowKind.Text, [], text);

    /// <summary>What is asked: the last turn of a person; empty where there is none.</summary>
    [JsonIgnore] public string Question => Turns.LastOrDefault(turn => turn.Role == TurnRole.User)?.Content ?? "";

    /// <summary>What is to be answered: the chosen answer, the text, or the assistant's last turn.</summary>
    [JsonIgnore] public string Reply => Chosen ?? Turns.LastOrDefault(turn => turn.Role == TurnRole.Assistant)?.Content ?? "";

    /// <summary>What people and the assistant say in it: what rows are compared by first.</summary>
    [JsonIgnore] public string Exchange => string.Join('\n', Turns.Where(turn => turn.Role is TurnRole.User or TurnRole.Assistant).Select(turn => turn.Content).Append(Chosen ?? ""));

    /// <summary>What it must nearly repeat of another row, part by part, to teach the same.</summary>
    [JsonIgnore] public RowParts Parts => new(
        Exchange, string.Join('\n', Turns.Where(turn => turn.Role == TurnRole.System).Select(turn => turn.Content)),
        string.Join('\n', Turns.SelectMany(turn => (string[])[turn.Role == TurnRole.Tool ? turn.Content : "", .. Said(turn.Calls)])));

    /// <summary>All that a model would read of it, what calls and tools say too.</summary>
    [JsonIgnore] public IEnumerable<string> Texts => [.. Turns.SelectMany(turn => (string[])[turn.Content, .. Said(turn.Calls)]), .. Chosen is null ? Array.Empty<string>() : [Chosen], .. Rejected is null ? Array.Empty<string>() : [Rejected], .. Said(Tools)];

    /// <summary>The row with each of its texts changed.</summary>
    public TrainingRow Map(Func<string, string> change) => this with
    {
        Turns = [.. Turns.Select(turn => turn with { Content = change(turn.Content), Calls = Changed(turn.Calls, change) })],
        Chosen = Chosen is null ? null : change(Chosen),
        Rejected = Rejected is null ? null : change(Rejected),
        Tools = Changed(Tools, change),
    };

    private static IReadOnlyList<string> Said(string? json) => json is null ? [] : JsonTexts.In(json);

    private static string? Changed(string? json, Func<string, string> change) => json is null ? null : JsonTexts.Map(json, change);
}
