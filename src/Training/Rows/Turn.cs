using System.Text.Json.Serialization;

namespace Platform.Training.Rows;

/// <summary>Who speaks. Stored by name: append only.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TurnRole>))]
public enum TurnRole { System, User, Assistant, Tool }

/// <param name="Content">May be empty where an assistant only calls tools.</param>
/// <param name="Calls">JSON array of an assistant's tool calls, as OpenAI writes them; null for none.</param>
/// <param name="CallId">Of a tool's turn: the call that it answers.</param>
/// <param name="Learned">Of an assistant's turn: whether it is trained on (OpenAI's weight 1), or only read (weight 0).</param>
public sealed record Turn(TurnRole Role, string Content, string? Calls = null, string? CallId = null, bool Learned = true);
