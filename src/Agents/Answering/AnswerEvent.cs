using System.Text.Json.Serialization;
using Platform.Agents.Runs;

namespace Platform.Agents.Answering;

/// <summary>What happens while answering, in order: status (searching), sources, (status | text | citation)*, done. A failure is thrown.</summary>
public abstract record AnswerEvent;

/// <summary>What is going on, for the status line.</summary>
public sealed record AnswerStatus(AnswerStage Stage, int Value) : AnswerEvent;

/// <summary>Queued's value is the position, Searching's the documents searched, Reading's the percentage of the prompt.</summary>
[JsonConverter(typeof(CamelCaseNames<AnswerStage>))]
public enum AnswerStage { Queued, Searching, Reading, Writing }

/// <summary>The passages read.</summary>
public sealed record AnswerSources(IReadOnlyList<SourceRead> Sources, double SearchMs) : AnswerEvent;

/// <summary>New Markdown text; citation marks are written [n].</summary>
public sealed record AnswerText(string Text) : AnswerEvent;

/// <summary>A citation whose mark has been written or follows at once.</summary>
public sealed record AnswerCitation(Citation Citation) : AnswerEvent;

/// <summary>The end. NotFound: nothing lay above the threshold, and the text says so.</summary>
public sealed record AnswerDone(AnswerMode Mode, bool NotFound, AnswerTimings Timings, AnswerUsage Usage) : AnswerEvent;
