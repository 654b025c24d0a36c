using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.FineTuning.Measures;

/// <summary>A question that is put to the base and to the adapter. The names of the fields are stored.</summary>
/// <param name="Id">The row that it comes from, or `prompt 1` of one that was given with the job.</param>
/// <param name="Question">What people read of it: what is asked last, or how the text begins.</param>
/// <param name="Reference">What the row answers; null where nobody knows.</param>
/// <param name="Tokens">As a request would bring them.</param>
/// <param name="MostTokens">Of an answer.</param>
internal sealed record Probe(string Id, string Question, string? Reference, int[] Tokens, int MostTokens);

/// <summary>What was answered to the job's prompts at an evaluation.</summary>
/// <param name="Step">0 is the base.</param>
/// <param name="At">Seconds since 1970.</param>
/// <param name="Answers">In the order of the prompts; null where one could not be answered.</param>
internal sealed record EvaluationAnswer(int Step, long At, IReadOnlyList<string?> Answers);

/// <summary>A held-out row with both answers.</summary>
internal sealed record AnsweredRow(string Id, string Question, string Reference, string BaseAnswer, string Answer, double BaseF1, double F1);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Probe))]
[JsonSerializable(typeof(EvaluationAnswer))]
[JsonSerializable(typeof(AnsweredRow))]
internal sealed partial class ProbeJson : JsonSerializerContext;
