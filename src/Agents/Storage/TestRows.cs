using Platform.Agents.Testing;

namespace Platform.Agents.Storage;

internal sealed class TestSuiteRow
{
    public Guid Id { get; set; }
    public Guid AgentId { get; set; }
    public required string OwnerId { get; set; }
    public required string Name { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class TestRow
{
    public Guid Id { get; set; }
    public Guid SuiteId { get; set; }

    /// <summary>JSON of a TestCase.</summary>
    public required string Case { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class SuiteRunRow
{
    public Guid Id { get; set; }
    public Guid SuiteId { get; set; }
    public required string OwnerId { get; set; }
    public SuiteRunStatus Status { get; set; }

    /// <summary>JSON of the AgentTask that all of it runs.</summary>
    public required string Agent { get; set; }

    /// <summary>JSON of a list of TestTargets.</summary>
    public required string Targets { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Of the process that executes it; null while none does.</summary>
    public string? Lease { get; set; }
    public DateTimeOffset LeaseUntil { get; set; }
}

internal sealed class TestResultRow
{
    public Guid SuiteRunId { get; set; }

    /// <summary>In the order of the tests, then of the targets.</summary>
    public int Ordinal { get; set; }
    public Guid TestId { get; set; }
    public int Target { get; set; }

    /// <summary>JSON of the TestCase as it was when the suite was started.</summary>
    public required string Case { get; set; }

    /// <summary>The run, and the conversation that it is in. Chosen beforehand, so that a restart finds it.</summary>
    public Guid RunId { get; set; }
    public TestOutcome Outcome { get; set; }

    /// <summary>JSON of a list of ExpectationOutcomes.</summary>
    public string Judged { get; set; } = "[]";
    public string Answer { get; set; } = "";
    public string Error { get; set; } = "";
    public int Tokens { get; set; }
    public double Milliseconds { get; set; }
}
