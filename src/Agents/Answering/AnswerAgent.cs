namespace Platform.Agents.Answering;

/// <summary>Answers one question from documents: retrieve, fit, generate or quote, resolve and verify citations. Streaming is the only implementation.</summary>
public sealed class AnswerAgent
{
    /// <summary>Throws RunException for failures; OperationCanceledException passes through.</summary>
    public IAsyncEnumerable<AnswerEvent> StreamAsync(AnswerQuestion question, CancellationToken cancellation) => throw new NotImplementedException();
}
