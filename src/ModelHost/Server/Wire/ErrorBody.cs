using System.Text.Json.Serialization;

namespace Platform.ModelHost.Server.Wire;

/// <summary>The error object of every refusal.</summary>
internal sealed record ErrorBody(ErrorDetail Error)
{
    public static ErrorBody Of(Problem problem) => new(new ErrorDetail(problem.Message, problem.Type, problem.Param, problem.Code)
    {
        NPromptTokens = problem.PromptTokens,
        NCtx = problem.ContextTokens,
    });
}

internal sealed record ErrorDetail(string Message, string Type, string? Param, string? Code)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NPromptTokens { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NCtx { get; init; }
}

internal sealed record HealthBody(string Status);
