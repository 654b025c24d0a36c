using System.Runtime.CompilerServices;
using Platform.Agents.Runs;
using Platform.ModelHost.Client;

namespace Platform.Agents.Answering;

/// <summary>Keeps the three ends of an answer apart: the caller's cancel passes through, the time limit is OutOfTime, what the model service reports keeps its reason.</summary>
internal static class AnswerFailures
{
    public static async IAsyncEnumerable<AnswerEvent> ToldApartAsync(
        Func<CancellationToken, IAsyncEnumerable<AnswerEvent>> answer, TimeSpan limit, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        await using var events = answer(either.Token).GetAsyncEnumerator(either.Token);
        while (await NextAsync())
            yield return events.Current;

        async Task<bool> NextAsync()
        {
            try
            {
                return await events.MoveNextAsync();
            }
            catch (OperationCanceledException ex) when (timer.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                throw new RunException(RunErrorKind.OutOfTime, $"The answer was not finished within {limit.TotalSeconds:N0} seconds. Ask a narrower question, or raise Agents:AnswerTimeout.", ex);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellation); // with the token that the caller knows
            }
            catch (ModelHostException ex)
            {
                throw new RunException(KindOf(ex.Kind), ex.Message, ex);
            }
        }
    }

    /// <summary>What the model service reports, as a run tells it.</summary>
    public static RunErrorKind KindOf(ModelHostErrorKind kind) => kind switch
    {
        ModelHostErrorKind.Unavailable or ModelHostErrorKind.ModelNotFound => RunErrorKind.ModelUnavailable,
        ModelHostErrorKind.Busy => RunErrorKind.ModelBusy,
        ModelHostErrorKind.ContextTooLong => RunErrorKind.ContextTooLong,
        _ => RunErrorKind.ModelFailed,
    };
}
