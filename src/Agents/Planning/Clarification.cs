using System.Text.Json;
using Platform.Agents.Runs;

namespace Platform.Agents.Planning;

/// <summary>What an agent asks the person before it plans. Written by a model: untrusted.</summary>
/// <param name="Choices">Answers that it offers; any other may be given too.</param>
public sealed record ClarifyingQuestion(string Question, IReadOnlyList<string> Choices);

/// <summary>A question that was asked, with the answer; null where the person gave none.</summary>
internal sealed record Clarified(string Question, string? Answer);

/// <summary>Questions before a plan. Each is stored as an approval under a name of its own, and its answer as the arguments {"answer": "…"} that it is approved with; rejected, or left until its time is up, it stays without an answer.</summary>
public static class Clarification
{
    /// <summary>The name under which a question is asked.</summary>
    public const string ApprovalName = "question";

    /// <summary>Longest answer, UTF-16 characters.</summary>
    public const int MaxAnswer = 2000;

    /// <summary>Most questions of one run.</summary>
    internal const int Most = 2;

    internal const int MaxQuestion = 300, MaxChoices = 4, MaxChoice = 80;

    private const string CallPrefix = "question_";

    /// <summary>Whether the call stands for a question: no model's call has such an id.</summary>
    internal static bool IsCall(string callId) => callId.StartsWith(CallPrefix, StringComparison.Ordinal);

    /// <param name="number">Of the question in its run, from 1.</param>
    internal static string CallOf(int number) => CallPrefix + number;

    /// <summary>What was asked, by the arguments of its approval.</summary>
    public static ClarifyingQuestion Read(JsonElement asked) => RunJson.Read<ClarifyingQuestion>(asked.GetRawText());

    internal static JsonElement Written(ClarifyingQuestion question) => JsonSerializer.SerializeToElement(question, RunJson.Options);

    /// <summary>An answer as it is decided with.</summary>
    public static JsonElement Answer(string text) => JsonSerializer.SerializeToElement(new { answer = text });

    /// <summary>The answer in the arguments that a question was approved with; null where there is none.</summary>
    public static string? AnswerIn(JsonElement? decided) =>
        decided is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty("answer", out var answer) && answer.ValueKind == JsonValueKind.String && answer.GetString()!.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>What keeps an approval from being an answer; null when nothing does.</summary>
    internal static string? Fault(JsonElement? decided) => AnswerIn(decided) switch
    {
        null => "This is a question. Approve it with its answer, as the arguments {\"answer\": \"…\"}, or reject it to have the agent go on without one.",
        { Length: > MaxAnswer } answer => $"An answer has at most {MaxAnswer:N0} characters; this one has {answer.Length:N0}.",
        _ => null,
    };
}
