using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Platform.ModelHost.Client.Engines;

/// <summary>One request at one engine: counted while it runs, and its end told to the engine's health. A cancellation is no end that says anything.</summary>
internal sealed class EngineLease : IDisposable
{
    private bool isOver;

    internal EngineLease(EngineTarget target)
    {
        Target = target;
        Engine.Enter();
    }

    internal EngineTarget Target { get; }

    internal RemoteEngine Engine => Target.Engine;

    internal void Succeeded() => Engine.Health.Answered();

    internal void Failed(ModelHostException failure)
    {
        if (failure.SaysNothingOfEngine) { return; }
        if (failure.Kind is not (ModelHostErrorKind.BadRequest or ModelHostErrorKind.ContextTooLong or ModelHostErrorKind.Busy)) { Engine.Forget(); } // it may come back with other models
        Engine.Health.Failed(failure);
    }

    /// <summary>One question with a whole answer, and the end of the lease.</summary>
    internal async Task<T> PostAsync<T>(string path, JsonObject body, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        var answer = await Engine.Http.PostAsync(path, body, type, cancellation);
        Succeeded();
        Dispose();
        return answer;
    }

    public void Dispose()
    {
        if (!isOver) { Engine.Leave(); }
        isOver = true;
    }
}
