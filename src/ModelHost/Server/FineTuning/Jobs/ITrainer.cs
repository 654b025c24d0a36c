using Platform.ModelHost.Engine;

namespace Platform.ModelHost.Server.FineTuning.Jobs;

/// <summary>Whoever trains a job in its folder (docs/training.md), from its start to its end.</summary>
internal interface ITrainer : IDisposable
{
    /// <summary>It has ended, or nothing is heard of it any more.</summary>
    bool HasEnded { get; }

    /// <summary>Tells it a word: pause or cancel, and where it computes beside the service hold and go. One that is gone hears nothing.</summary>
    void Tell(string word);

    /// <summary>Ends it wherever it is.</summary>
    void Kill();

    /// <summary>How it ended: its exit code, and what to say where that is no success.</summary>
    Task<(int Code, EngineException Failure)> EndAsync();
}
