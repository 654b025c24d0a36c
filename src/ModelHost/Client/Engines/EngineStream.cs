using System.Text.Json.Nodes;
using Platform.ModelHost.Client.Http;

namespace Platform.ModelHost.Client.Engines;

/// <summary>An answer that one engine is giving. As long as it has told nothing but who waits, another is asked in its place where it is lost, once. Ends the lease.</summary>
internal sealed class EngineStream : IDisposable
{
    private readonly Func<RemoteEngine, ModelHostException, Task<OpenStream?>> elsewhere;
    private OpenStream open;
    private SseItem? first;
    private bool isKept;

    /// <param name="open">What was asked, and its first item.</param>
    /// <param name="elsewhere">Asks another engine than the one that was lost; null where there is none.</param>
    internal EngineStream(OpenStream open, Func<RemoteEngine, ModelHostException, Task<OpenStream?>> elsewhere)
    {
        (this.open, this.elsewhere) = (open, elsewhere);
        first = open.First;
    }

    internal string Engine => open.Lease.Engine.Name;

    /// <summary>Asks, and waits for the first item. Throws ModelHostException; what has arrived by then is nothing.</summary>
    internal static async Task<OpenStream> OpenAsync(EngineLease lease, string path, JsonObject body, CancellationToken cancellation)
    {
        var events = await lease.Engine.Http.StreamAsync(path, body, cancellation);
        try
        {
            return new OpenStream(lease, events, await events.NextAsync());
        }
        catch
        {
            events.Dispose();
            throw;
        }
    }

    /// <summary>The next event or comment. Throws StreamBroken when the connection ends or stays silent.</summary>
    internal async ValueTask<SseItem> NextAsync()
    {
        if (first is { } item)
        {
            first = null;
            return item;
        }

        try
        {
            return await open.Events.NextAsync();
        }
        catch (ModelHostException failure)
        {
            Failed(failure);
            if (isKept || await elsewhere(open.Lease.Engine, failure) is not { } other) { throw; }
            open.Dispose();
            (open, isKept) = (other, true);
            return other.First;
        }
    }

    /// <summary>Something of the answer has been told: from here on nobody else is asked.</summary>
    internal void Keep() => isKept = true;

    internal void Succeeded() => open.Lease.Succeeded();

    internal void Failed(ModelHostException failure) => open.Lease.Failed(failure);

    public void Dispose() => open.Dispose();
}

/// <summary>A request that an engine has begun to answer.</summary>
internal sealed record OpenStream(EngineLease Lease, EventSource Events, SseItem First) : IDisposable
{
    public void Dispose()
    {
        Events.Dispose();
        Lease.Dispose();
    }
}
