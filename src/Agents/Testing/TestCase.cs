using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Agents.Answering;
using Platform.Agents.Memory;
using Platform.Agents.Runs;
using Platform.Agents.Tools.Recorded;

namespace Platform.Agents.Testing;

/// <summary>What is expected of an agent. Text of an answer is compared without regard to case and spacing. Stored by name: append only.</summary>
[JsonConverter(typeof(CamelCaseNames<ExpectationKind>))]
public enum ExpectationKind { Contains, NotContains, Matches, ToolCalled, ToolNotCalled, Arguments, Refused }

/// <summary>One thing that is expected.</summary>
/// <param name="Text">Of Contains and NotContains what the answer holds or not; of Matches a regular expression without look-around and back-references.</param>
/// <param name="Tool">Of ToolCalled, ToolNotCalled and Arguments the tool.</param>
/// <param name="Arguments">Of Arguments those that a call of the tool has, among others perhaps.</param>
/// <remarks>Refused expects an answer that says that the agent cannot, may not or does not know.</remarks>
public sealed record TestExpectation(ExpectationKind Kind, string Text = "", string Tool = "", JsonElement? Arguments = null);

/// <summary>A question with what the agent's calls come to, and what is expected of the answer and the calls. No tool is called but those that only compute.</summary>
/// <param name="History">The conversation before the question.</param>
public sealed record TestCase(string Name, string Question, IReadOnlyList<PastTurn> History, IReadOnlyList<RecordedCall> Calls, IReadOnlyList<TestExpectation> Expectations)
{
    /// <summary>The run that it was made from, which may be gone by now.</summary>
    public Guid? FromRun { get; init; }

    /// <summary>When that run began: what counts as now. Null for the moment of each run of the test.</summary>
    public DateTimeOffset? Moment { get; init; }

    /// <summary>What that run's prompt held of the agent's memory; null for what is there at each run of the test.</summary>
    public IReadOnlyList<RecalledEntry>? Remembered { get; init; }
}

/// <summary>A run as a test, to be looked over and saved.</summary>
/// <param name="AgentId">The agent whose suites can take it.</param>
/// <param name="Further">Expectations that would hold too, and say more than is wanted perhaps.</param>
public sealed record TestDraft(Guid AgentId, TestCase Case, IReadOnlyList<TestExpectation> Further);

/// <summary>A saved test.</summary>
public sealed record AgentTest(Guid Id, Guid SuiteId, TestCase Case, DateTimeOffset UpdatedAt);

/// <summary>Tests of one agent; one person's own, for they hold what that person's tools read.</summary>
public sealed record TestSuite(Guid Id, Guid AgentId, string Name, int Tests, DateTimeOffset UpdatedAt);
