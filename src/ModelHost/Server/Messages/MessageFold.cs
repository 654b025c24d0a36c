using System.Text;
using System.Text.Json;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire.Messages;

namespace Platform.ModelHost.Server.Messages;

/// <summary>The whole message out of its stream.</summary>
internal static class MessageFold
{
    public static async Task<MessageBody> OfAsync(IAsyncEnumerable<StreamItem> stream, CancellationToken cancellation)
    {
        MessageBody? message = null;
        var blocks = new List<(OutputBlock Begun, StringBuilder Text)>();
        await foreach (var item in stream.WithCancellation(cancellation))
        {
            switch (item.Body)
            {
                case MessageEvent { Message: { } begun }:
                    message = begun;
                    break;
                case MessageEvent { ContentBlock: { } block }:
                    blocks.Add((block, new StringBuilder()));
                    break;
                case MessageEvent { Delta: { } delta }:
                    blocks[^1].Text.Append(delta.Text ?? delta.Thinking ?? delta.PartialJson);
                    break;
                case MessageEnd end:
                    message = message! with { StopReason = end.Delta.StopReason, StopSequence = end.Delta.StopSequence, Usage = end.Usage, Adapter = end.Adapter, Adapters = end.Adapters };
                    break;
            }
        }

        return message! with { Content = [.. blocks.Select(block => Whole(block.Begun, block.Text.ToString())).OfType<OutputBlock>()] };
    }

    /// <summary>A block with its text; null for a call that was cut off in its middle: with other arguments than were written it would be another call.</summary>
    private static OutputBlock? Whole(OutputBlock begun, string text) => begun.Type switch
    {
        "text" => begun with { Text = text },
        "thinking" => begun with { Thinking = text },
        _ => Input(text) is { } input ? begun with { Input = input } : null,
    };

    /// <summary>The arguments, which are an object here; null where the text is none.</summary>
    private static JsonElement? Input(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
