using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Chat;

/// <summary>What a stream carries: a chunk, or a comment that OpenAI clients skip.</summary>
internal readonly record struct StreamItem(ChatChunk? Chunk, string? Comment);

/// <summary>Tells the events of one generation as an OpenAI answer. The stream is the only implementation; the whole answer is its fold.</summary>
internal sealed class ChatAnswer(ModelInfo model, TimeProvider time, bool withUsage, bool withProgress)
{
    private static readonly ChunkDelta Nothing = new();

    private readonly string _id = "chatcmpl-" + RandomNumberGenerator.GetHexString(24, lowercase: true);
    private readonly long _created = time.GetUtcNow().ToUnixTimeSeconds();
    private readonly string _fingerprint = "fp_" + model.Sha256[..Math.Min(12, model.Sha256.Length)]; // the same weights answer alike

    public async IAsyncEnumerable<StreamItem> StreamAsync(IAsyncEnumerable<GenerationEvent> events, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var begun = false;
        await foreach (var step in events.WithCancellation(cancellation))
        {
            if (step is GenerationQueued queued)
            {
                yield return new StreamItem(null, $"queued position={queued.Position}");
                continue;
            }

            if (!begun)
            {
                begun = true;
                yield return Delta(new ChunkDelta { Role = "assistant", Content = "" });
            }

            switch (step)
            {
                case PromptProgress progress when withProgress:
                    yield return Item(Chunk(Nothing) with
                    {
                        PromptProgress = new ChunkProgress(progress.Total, progress.Cached, progress.Processed, (long)time.GetElapsedTime(started).TotalMilliseconds),
                    });
                    break;
                case GeneratedText { Text.Length: > 0 } text:
                    yield return Delta(new ChunkDelta { Content = text.Text });
                    break;
                case GenerationFinished end:
                    yield return Item(Chunk(Nothing, end.Reason is FinishReason.EndOfText or FinishReason.StopText ? "stop" : "length") with { Timings = Timings(end.Usage) });
                    if (withUsage)
                    {
                        yield return Item(Chunk() with { Usage = new UsageField(true, Usage(end.Usage)) });
                    }

                    break;
            }
        }
    }

    /// <summary>The whole answer. Needs an answer made with usage.</summary>
    public static async Task<ChatCompletion> FoldAsync(IAsyncEnumerable<StreamItem> stream, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        ChatChunk? last = null;
        string? reason = null;
        Timings? timings = null;
        await foreach (var item in stream.WithCancellation(cancellation))
        {
            last = item.Chunk ?? last;
            var choice = item.Chunk is { Choices: [var first, ..] } ? first : null;
            text.Append(choice?.Delta.Content);
            reason ??= choice?.FinishReason;
            timings ??= item.Chunk?.Timings;
        }

        var choices = new ChatChoice(0, new AssistantMessage("assistant", text.ToString(), null), null, reason ?? throw new InvalidOperationException("The engine ended without a reason. This is a bug."));
        return new ChatCompletion(last!.Id, "chat.completion", last.Created, last.Model, last.SystemFingerprint, [choices], last.Usage.Value, timings);
    }

    private StreamItem Delta(ChunkDelta delta) => Item(Chunk(delta));

    private static StreamItem Item(ChatChunk chunk) => new(chunk, null);

    private ChatChunk Chunk(ChunkDelta delta, string? reason = null) => Chunk(new ChunkChoice(0, delta, null, reason));

    private ChatChunk Chunk(params ChunkChoice[] choices) =>
        new(_id, "chat.completion.chunk", _created, model.Id, _fingerprint, choices) { Usage = new UsageField(withUsage) };

    private static Usage Usage(GenerationUsage usage) => new(
        usage.PromptTokens, usage.CompletionTokens, usage.PromptTokens + usage.CompletionTokens, new PromptTokensDetails(usage.CachedTokens), new CompletionTokensDetails(0));

    private static Timings Timings(GenerationUsage usage)
    {
        var read = usage.PromptTokens - usage.CachedTokens;
        return new Timings(
            usage.CachedTokens, read, Round(usage.Prompt.TotalMilliseconds), Rate(read, usage.Prompt),
            usage.CompletionTokens, Round(usage.Generation.TotalMilliseconds), Rate(usage.CompletionTokens, usage.Generation), Round(usage.Queued.TotalMilliseconds), usage.Seed);
    }

    private static double Rate(int tokens, TimeSpan span) => span > TimeSpan.Zero ? Round(tokens / span.TotalSeconds) : 0;

    private static double Round(double value) => Math.Round(value, 2);
}
