using System.Text.Json.Serialization;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;

namespace Platform.Agents.Testing;

/// <summary>States of a suite's run. Completed says that it was gone through, not that all tests passed. Stored by number: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<SuiteRunStatus>))]
public enum SuiteRunStatus { Queued = 0, InProgress = 1, Completed = 2, Cancelled = 3 }

/// <summary>What became of one test with one target. Error: the run itself failed. Stored by number: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<TestOutcome>))]
public enum TestOutcome { Waiting = 0, Running = 1, Passed = 2, Failed = 3, Error = 4, Cancelled = 5 }

/// <summary>What a suite is run with in the place of the agent's own model.</summary>
/// <param name="Model">Id of a served model, with its adapters' (base:adapter@version); empty for the agent's.</param>
/// <param name="Adapters">Further adapters with the strength of each; null for the agent's, an empty list for none.</param>
public sealed record TestTarget(string Model = "", IReadOnlyList<AdapterSetting>? Adapters = null);

/// <summary>A suite to be run with each of the targets; without any, with the agent's own model.</summary>
/// <param name="SuiteRunId">Chosen by the caller: the same id starts nothing new.</param>
/// <param name="Draft">Whether the draft is tested, by who may change the agent; else what is published.</param>
public sealed record StartSuite(Guid SuiteRunId, Guid SuiteId, IReadOnlyList<TestTarget> Targets, bool Draft = true)
{
    /// <summary>The tests that are run; null for all of the suite.</summary>
    public IReadOnlyList<Guid>? Tests { get; init; }

    /// <summary>The person's, such as Europe/Berlin; empty for UTC.</summary>
    public string TimeZone { get; init; } = "";
}

/// <summary>A cell of the table.</summary>
/// <param name="Target">Index into the targets.</param>
/// <param name="RunId">The run behind it, with its trace; null until it has begun.</param>
public sealed record TestResult(
    Guid TestId, string TestName, int Target, TestOutcome Outcome, Guid? RunId, string Answer, IReadOnlyList<ExpectationOutcome> Judged, string Error, int Tokens, double Milliseconds);

/// <summary>A run of a suite with its table as it stands.</summary>
/// <param name="AgentVersion">Null for a draft.</param>
/// <param name="Results">By test, then by target.</param>
public sealed record SuiteRun(
    Guid Id, Guid SuiteId, SuiteRunStatus Status, int? AgentVersion, IReadOnlyList<TestTarget> Targets, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, int Passed, int Total, IReadOnlyList<TestResult> Results);
