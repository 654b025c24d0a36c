using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.ModelHost.Server.Wire;

namespace Platform.ModelHost.Server.Streams;

/// <summary>Writes a stream as server-sent events. Each event is flushed before the next is asked for, so a slow reader holds its own answer only; one that takes nothing for Server:SlowReader is cut.</summary>
internal sealed class EventStream(HttpContext http, ServerOptions options, TimeProvider time, StreamManner manner, Func<Exception, Problem> describe)
{
    private readonly ArrayBufferWriter<byte> _json = new(512);

    /// <summary>A failure before the first item is thrown, so that it gets a status of its own; a later one is the last event. Then nothing says that the stream is done.</summary>
    public async Task WriteAsync(IAsyncEnumerable<StreamItem> stream, CancellationToken cancellation)
    {
        await using var items = stream.GetAsyncEnumerator(cancellation);
        try
        {
            while (await NextAsync(items, cancellation))
            {
                await WriteAsync(items.Current, cancellation);
            }

            if (manner.EndsWithDone)
            {
                await WriteLineAsync("data: [DONE]", cancellation);
            }
        }
        catch (Exception ex) when (http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            await WriteAsync(manner.OfFailure(describe(ex)), http.RequestAborted);
        }
    }

    /// <summary>Waits for the next item, with a ping for every pause that gets too long.</summary>
    private async ValueTask<bool> NextAsync(IAsyncEnumerator<StreamItem> items, CancellationToken cancellation)
    {
        var next = items.MoveNextAsync();
        if (next.IsCompleted)
        {
            return await next;
        }

        var waiting = next.AsTask();
        while (true)
        {
            await ((Task)waiting).WaitAsync(options.KeepAlive, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // unlike a delay, it leaves no timer behind
            if (waiting.IsCompleted || cancellation.IsCancellationRequested)
            {
                return await waiting; // also when cancelled: the step ends at once, and must have ended before the enumerator is disposed of
            }

            await PingAsync(cancellation);
        }
    }

    private async ValueTask PingAsync(CancellationToken cancellation)
    {
        try
        {
            await WriteLineAsync(": ping", cancellation);
        }
        catch (Exception)
        {
            if (!cancellation.IsCancellationRequested)
            {
                http.Abort(); // nobody reads any more; this cancels the step that is being waited for
            }
        }
    }

    private async ValueTask WriteAsync(StreamItem item, CancellationToken cancellation)
    {
        if (item.Comment is { } comment)
        {
            await WriteLineAsync(": " + comment, cancellation);
            return;
        }

        _json.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_json, new JsonWriterOptions { Encoder = ServerJson.Wire.Options.Encoder }))
        {
            JsonSerializer.Serialize(writer, item.Body, item.Type!);
        }

        Begin();
        if (item.Event is { } name)
        {
            Encoding.UTF8.GetBytes($"event: {name}\n", http.Response.BodyWriter);
        }

        http.Response.BodyWriter.Write("data: "u8);
        http.Response.BodyWriter.Write(_json.WrittenSpan);
        http.Response.BodyWriter.Write("\n\n"u8);
        await FlushAsync(cancellation);
    }

    private async ValueTask WriteLineAsync(string line, CancellationToken cancellation)
    {
        Begin();
        Encoding.UTF8.GetBytes(line + "\n\n", http.Response.BodyWriter);
        await FlushAsync(cancellation);
    }

    /// <summary>Kestrel's own limit is a mean rate, which what the system's buffers took can keep satisfied for a long time.</summary>
    private async ValueTask FlushAsync(CancellationToken cancellation)
    {
        var flush = http.Response.BodyWriter.FlushAsync(cancellation);
        if (flush.IsCompleted)
        {
            await flush;
            return;
        }

        try
        {
            await flush.AsTask().WaitAsync(options.SlowReader, time, CancellationToken.None); // the flush itself ends with the cancellation
        }
        catch (TimeoutException)
        {
            http.Abort();
            throw new OperationCanceledException($"The reader took nothing for {options.SlowReader.TotalSeconds:0} s.", http.RequestAborted);
        }
    }

    private void Begin()
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = "text/event-stream; charset=utf-8";
            http.Response.Headers.CacheControl = "no-cache";
            http.Response.Headers["X-Accel-Buffering"] = "no";
        }
    }
}
