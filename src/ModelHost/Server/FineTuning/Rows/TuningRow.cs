using System.Text.Json;
using Platform.ModelHost.Engine.Tokens;

namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>One row of a training file. Untrusted text.</summary>
internal abstract record TuningRow;

/// <summary>A conversation whose assistant's turns are learned.</summary>
/// <param name="Tools">In the API's own form, as templates take them.</param>
/// <param name="Silent">Turns of the assistant that are read and not learned.</param>
internal sealed record DialogueRow(IReadOnlyList<ChatTurn> Turns, IReadOnlyList<JsonElement> Tools, IReadOnlySet<int> Silent) : TuningRow;

/// <summary>Two answers to one conversation, the better and the worse.</summary>
internal sealed record PreferenceRow(IReadOnlyList<ChatTurn> Prompt, IReadOnlyList<JsonElement> Tools, ChatTurn Chosen, ChatTurn Rejected) : TuningRow;

/// <summary>Raw text.</summary>
internal sealed record TextRow(string Text) : TuningRow;

/// <summary>A row is bad; the message says what is wrong and begins in the middle of a sentence.</summary>
internal sealed class RowFault(string message) : Exception(message);
