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

        return message! with { Content = [.. blocks.Select(block => Whole(block.Begun, block.Text.ToString()))] };
    }

    private static OutputBlock Whole(OutputBlock begun, string text) => begun.Type switch
    {
        "text" => begun with { Text = text },
        "thinking" => begun with { Thinking = text },
        _ => begun with { Input = Input(text) ?? begun.Input },
    };

    /// <summary>Arguments are an object here; those of an answer that was cut off in their middle cannot be one.</summary>
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
