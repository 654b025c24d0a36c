using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Platform.Training.Rows;

/// <summary>Writes a row as OpenAI's formats have it: messages, input with preferred_output and non_preferred_output, or text.</summary>
public static class RowWriter
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One line of JSON without a line's end.</summary>
    public static string Write(TrainingRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, Readable))
        {
            json.WriteStartObject();
            switch (row.Kind)
            {
                case RowKind.Text:
                    json.WriteString("text", row.Chosen);
                    break;
                case RowKind.Preference:
                    json.WriteStartObject("input");
                    Messages(json, "messages", row.Turns);
                    json.WriteEndObject();
                    Messages(json, "preferred_output", [new(TurnRole.Assistant, row.Chosen!)]);
                    Messages(json, "non_preferred_output", [new(TurnRole.Assistant, row.Rejected!)]);
                    break;
                default:
                    Messages(json, "messages", row.Turns);
                    if (row.Tools is not null)
                    {
                        json.WritePropertyName("tools");
                        json.WriteRawValue(row.Tools);
                    }
                    break;
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Messages(Utf8JsonWriter json, string name, IReadOnlyList<Turn> turns)
    {
        json.WriteStartArray(name);
        foreach (var turn in turns)
        {
            json.WriteStartObject();
            json.WriteString("role", turn.Role.ToString().ToLowerInvariant());
            json.WriteString("content", turn.Content);
            if (turn.Calls is not null)
            {
                json.WritePropertyName("tool_calls");
                json.WriteRawValue(turn.Calls);
            }
            if (turn.CallId is not null) json.WriteString("tool_call_id", turn.CallId);
            if (!turn.Learned) json.WriteNumber("weight", 0);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
