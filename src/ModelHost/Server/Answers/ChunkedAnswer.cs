using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json.Serialization.Metadata;
using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Server.Streams;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Answers;

/// <summary>Tells the parts of answers as chunks of OpenAI's older endpoints: one id, progress, an end to every answer, then the usage of all. The stream is the only implementation; the whole answer is its fold.</summary>
/// <param name="idPrefix">What ids begin with.</param>
/// <param name="type">How the chunks are written.</param>
internal abstract class ChunkedAnswer(string idPrefix, ModelInfo model, TimeProvider time, bool withUsage, bool withProgress, JsonTypeInfo type)
{
    private readonly List<Ends> _ended = [];

    /// <summary>A failed stream's last event, and its end.</summary>
    public static StreamManner Manner { get; } = new(problem => StreamItem.Of(ErrorBody.Of(problem), ServerJson.Wire.ErrorBody), EndsWithDone: true);

    protected string Id { get; } = idPrefix + RandomNumberGenerator.GetHexString(24, lowercase: true);

    protected long Created { get; } = time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>What answers, as a request would name it.</summary>
    protected string Model { get; private set; } = model.Id;

    /// <summary>The same weights answer alike.</summary>
    protected string Fingerprint { get; } = "fp_" + model.Sha256[..Math.Min(12, model.Sha256.Length)];

    /// <summary>The field as it stands in every event but the last.</summary>
    protected UsageField NoUsage => new(withUsage);

    public async IAsyncEnumerable<StreamItem> StreamAsync(IAsyncEnumerable<AnswerPart> parts, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        await foreach (var part in parts.WithCancellation(cancellation))
        {
            if (part is Begins begins)
            {
                Model = AnswerUsage.Model(begins.Ran);
                continue;
            }

            if (part is Waits waits)
            {
                yield return StreamItem.Say($"queued position={waits.Position}");
                continue;
            }

            foreach (var chunk in Chunks(part))
            {
                yield return Item(part.SoFar is { } usage ? chunk with { Timings = AnswerUsage.Timings(usage) } : chunk);
            }

            if (part is Reads { Progress: var read } && withProgress)
            {
                yield return Item(Progress() with { PromptProgress = new ChunkProgress(read.Total, read.Cached, read.Processed, (long)time.GetElapsedTime(started).TotalMilliseconds) });
            }
            else if (part is Ends end)
            {
                _ended.Add(end);
                yield return Item(End(end));
            }
        }

        if (withUsage && _ended.Count > 0)
        {
            yield return Item(Empty() with { Usage = new UsageField(true, AnswerUsage.Of(_ended)) });
        }
    }

    /// <summary>What a part says; nothing for its end.</summary>
    protected abstract IEnumerable<AnswerChunk> Chunks(AnswerPart part);

    /// <summary>The last chunk of one answer.</summary>
    protected abstract AnswerChunk Last(int choice, string reason);

    /// <summary>A chunk of none of the answers.</summary>
    protected abstract AnswerChunk Empty();

    /// <summary>A chunk to tell progress in.</summary>
    protected virtual AnswerChunk Progress() => Empty();

    private AnswerChunk End(Ends end) => Last(end.Choice, AnswerUsage.FinishReason(end.Finished.Reason, end.HasCalls)) with
    {
        Timings = AnswerUsage.Timings(end.Finished.Usage),
        Adapter = AnswerUsage.Single(end.Finished.Ran),
        Adapters = AnswerUsage.Several(end.Finished.Ran),
    };

    private StreamItem Item(AnswerChunk chunk) => new(null, null, chunk, type);
}
