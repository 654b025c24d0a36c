using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.ModelHost.Client;

namespace Platform.Retrieval.Search;

/// <summary>Puts the first hits into the order of a model that reads question and passage together, where `ModelHost:RerankModel` names one. A model that fails or is late changes nothing: the fused order stands.</summary>
internal sealed class RerankPassages(IReranker reranker, IOptions<ModelHostOptions> models, IOptions<RetrievalOptions> options, TimeProvider time, ILogger<RerankPassages> log)
{
    /// <summary>Passages that are judged; each costs the model a pass over its text.</summary>
    private const int Judged = 32;

    private readonly bool _isOn = models.Value.RerankModel.Length > 0;
    private bool _isAway;

    /// <summary>Passages to find for a result of so many: of more, a better order can be made.</summary>
    public int Wanted(int top) => _isOn ? Math.Max(top, Judged) : top;

    /// <summary>The same passages, the first of them in their new order.</summary>
    public async Task<IReadOnlyList<Candidate>> OrderAsync(string question, IReadOnlyList<Candidate> fused, CancellationToken cancellation)
    {
        if (!_isOn || fused.Count < 2)
        {
            return fused;
        }

        List<Candidate> first = [.. fused.Take(Judged)];
        using CancellationTokenSource late = new(options.Value.RerankTimeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            IReadOnlyList<float> scores = await reranker.ScoreAsync(question, [.. first.Select(c => $"{c.Passage.Heading}\n{c.Passage.Text}".TrimStart())], either.Token);
            if (Interlocked.Exchange(ref _isAway, false))
            {
                log.RerankedAgain();
            }

            return [.. first.Zip(scores, (candidate, score) => candidate with { RerankScore = score }).OrderByDescending(c => c.RerankScore), .. fused.Skip(Judged)];
        }
        catch (ModelHostException failure)
        {
            TellOnce(failure.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            TellOnce($"it took longer than {options.Value.RerankTimeout.TotalSeconds:0.#} s (Retrieval:RerankTimeout).");
        }

        return fused;
    }

    private void TellOnce(string reason)
    {
        // Once an outage, not once a question.
        if (!Interlocked.Exchange(ref _isAway, true))
        {
            log.NotReranked(reason);
        }
    }
}
