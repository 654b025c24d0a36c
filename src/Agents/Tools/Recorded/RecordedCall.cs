using System.Text.Json;
using Platform.Agents.Answering;

namespace Platform.Agents.Tools.Recorded;

/// <summary>What a call of a tool is to come to, in the place of the call.</summary>
/// <param name="Arguments">The arguments that it answers, in any order; null for whatever they are.</param>
/// <param name="Text">Untrusted, as every result is.</param>
public sealed record RecordedCall(string Tool, JsonElement? Arguments, string Text, bool IsError = false, JsonElement? Data = null, IReadOnlyList<Citation>? Citations = null)
{
    /// <summary>Whether it found nothing.</summary>
    public bool IsEmpty { get; init; }
}
