using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Platform.ModelHost.Engine.Generation;
using Platform.ModelHost.Server.Tools;

namespace Platform.ModelHost.Server.Answers;

/// <summary>Turns what the engine generates into the parts of answers: calls out of an answer that is made of calls, else text.</summary>
internal static class AnswerReading
{
    public static async IAsyncEnumerable<AnswerPart> PartsAsync(IAsyncEnumerable<GenerationEvent> events, OfferedTools tools, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var readers = new Dictionary<int, CallReader>();
        await foreach (var step in events.WithCancellation(cancellation))
        {
            switch (step)
            {
                case GenerationQueued queued:
                    yield return new Waits(queued.Position);
                    break;
                case PromptProgress progress:
                    yield return new Reads(progress);
                    break;
                case GeneratedText text when tools.IsUsed:
                    foreach (var part in Reader(text.Candidate).Read(text.Text))
                    {
                        yield return part;
                    }

                    break;
                case GeneratedText text:
                    yield return new Says(text.Candidate, text.Text, text.Tokens);
                    break;
                case GenerationFinished end:
                    yield return new Ends(end.Candidate, end, readers.TryGetValue(end.Candidate, out var read) && read.HasCalls);
                    break;
            }
        }

        CallReader Reader(int candidate)
        {
            if (!readers.TryGetValue(candidate, out var reader))
            {
                readers[candidate] = reader = new CallReader(candidate, NewCallId);
            }

            return reader;
        }
    }

    private static string NewCallId() => "call_" + RandomNumberGenerator.GetHexString(24, lowercase: true);
}
