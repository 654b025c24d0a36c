using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Platform.ModelHost.Server.Answers;

namespace Platform.ModelHost.Server.Completions;

/// <summary>The answers to the prompts of one request, each with its place among all. Only so many are on their way at once as can run: the queue is for everybody.</summary>
internal static class SeveralPrompts
{
    private const int PartsKept = 64;

    /// <param name="prompts">What each is answered with.</param>
    /// <param name="answers">Answers to each.</param>
    /// <param name="atOnce">Most prompts that are being answered at once.</param>
    /// <param name="cancellation">Ends all of them; so does the failure of one.</param>
    public static async IAsyncEnumerable<AnswerPart> PartsAsync(
        IReadOnlyList<Func<CancellationToken, IAsyncEnumerable<AnswerPart>>> prompts, int answers, int atOnce, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var turn = new SemaphoreSlim(atOnce);
        var parts = Channel.CreateBounded<AnswerPart>(PartsKept);
        var writing = WriteAllAsync();
        try
        {
            var place = int.MaxValue;
            await foreach (var part in parts.Reader.ReadAllAsync(cancellation))
            {
                if (part is Waits { Position: var told })
                {
                    if (told >= place)
                    {
                        continue; // several of them wait; what the caller sees of the request's place only falls
                    }

                    place = told;
                }

                yield return part;
            }
        }
        finally
        {
            await ending.CancelAsync(); // also when the reader just stops reading
            await writing;
        }

        async Task WriteAllAsync()
        {
            try
            {
                await Task.WhenAll(prompts.Select(WriteAsync));
                parts.Writer.Complete();
            }
            catch (Exception failure)
            {
                parts.Writer.TryComplete(failure); // the first one's; the reader throws it
            }
        }

        async Task WriteAsync(Func<CancellationToken, IAsyncEnumerable<AnswerPart>> prompt, int place)
        {
            try
            {
                await turn.WaitAsync(ending.Token);
                await foreach (var part in prompt(ending.Token))
                {
                    var placed = part with { Choice = place * answers + part.Choice };
                    await parts.Writer.WriteAsync(placed is Ends end ? end with { Prompt = place } : placed, ending.Token);
                }

                turn.Release();
            }
            catch (Exception failure)
            {
                parts.Writer.TryComplete(failure);
                await ending.CancelAsync();
                throw;
            }
        }
    }
}
