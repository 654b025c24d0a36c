using System.Text.Json.Nodes;
using Platform.ModelHost.Client.Http;

namespace Platform.ModelHost.Client.Engines;

/// <summary>An answer that one engine is giving: its first item has arrived, so from here on nobody else is asked. Ends the lease.</summary>
internal sealed class EngineStream : IDisposable
{
    private readonly EngineLease lease;
    private readonly EventSource events;
    private SseItem? first;

    private EngineStream(EngineLease lease, EventSource events, SseItem first) => (this.lease, this.events, this.first) = (lease, events, first);

    internal string Engine => lease.Engine.Name;

    /// <summary>Asks, and waits for the first item. Throws ModelHostException; what has arrived by then is nothing.</summary>
    internal static async Task<EngineStream> OpenAsync(EngineLease lease, string path, JsonObject body, CancellationToken cancellation)
    {
        var events = await lease.Engine.Http.StreamAsync(path, body, cancellation);
        try
        {
            return new EngineStream(lease, events, await events.NextAsync());
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
            return await events.NextAsync();
        }
        catch (ModelHostException failure)
        {
            Failed(failure);
            throw;
        }
    }

    internal void Succeeded() => lease.Succeeded();

    internal void Failed(ModelHostException failure) => lease.Failed(failure);

    public void Dispose()
    {
        events.Dispose();
        lease.Dispose();
    }
}
