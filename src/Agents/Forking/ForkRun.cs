using Platform.Agents.Definitions;
using Platform.Agents.Runs;

namespace Platform.Agents.Forking;

/// <summary>A run of an agent to be done again, wholly or from a step on.</summary>
/// <param name="NewRunId">Chosen by the caller: the same id with the same content forks nothing new.</param>
/// <param name="FromStep">The step (s3) that is taken anew; what was done before it is taken over as it was. Null begins at the beginning, or, where results are changed, goes on after them.</param>
/// <param name="Recorded">Whether no tool is called: each call comes to what the same call came to in the run that is forked, so that models can be set side by side.</param>
public sealed record ForkRun(Guid NewRunId, string? FromStep = null, ForkOverrides? Overrides = null, bool Recorded = false)
{
    /// <summary>Who has it done: Asked or Program. Of a test or a trial it is one again.</summary>
    public RunPurpose Purpose { get; init; }
}

/// <summary>What is to be another than in the run that is forked; null leaves it.</summary>
/// <param name="Model">Id of a served model, with its adapters' (base:adapter@version).</param>
/// <param name="Adapters">Further adapters with the strength of each; an empty list takes none.</param>
/// <param name="ToolResults">In the place of results of before the step, each once; also of calls whose outcome is not known.</param>
public sealed record ForkOverrides(
    string? Question = null, string? Instructions = null, string? Model = null, IReadOnlyList<AdapterSetting>? Adapters = null, IReadOnlyList<ForkedResult>? ToolResults = null);

/// <summary>What a call is to have come to.</summary>
/// <param name="Text">Untrusted, as every result is; at most 16,000 characters.</param>
public sealed record ForkedResult(string CallId, string Text, bool IsError = false);

/// <summary>run.forked: what stands before it in the run was taken over from another.</summary>
public sealed record RunForkedData(RunOrigin Origin, ForkOverrides Overrides);
