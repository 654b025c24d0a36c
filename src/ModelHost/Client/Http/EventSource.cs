namespace Platform.ModelHost.Client.Http;

/// <summary>An open stream of events. Not finished until the caller says so: an end of bytes is a broken stream.</summary>
/// <param name="response">Disposed with it.</param>
/// <param name="stream">Its bytes.</param>
/// <param name="silence">How long it may say nothing.</param>
/// <param name="over">Called when it is disposed.</param>
internal sealed class EventSource(HttpResponseMessage response, Stream stream, Silence silence, Action over) : IDisposable
{
    private readonly SseReader _reader = new(stream);

    /// <summary>The next event or comment. Throws StreamBroken when the connection ends or stays silent.</summary>
    public async ValueTask<SseItem> NextAsync()
    {
        try
        {
            var item = await _reader.NextAsync(silence.Token) ?? throw ModelHostErrors.Cut(null);
            silence.Heard();
            return item;
        }
        catch (OperationCanceledException) when (silence.IsBroken)
        {
            throw silence.IsGivenUp ? ModelHostErrors.GivenUp() : new ModelHostException(ModelHostErrorKind.StreamBroken, "The answer broke off: the model service fell silent (ModelHost:SilenceLimit).") { Code = ModelHostErrors.SilentCode };
        }
        catch (OperationCanceledException ex) when (silence.Caller.IsCancellationRequested)
        {
            throw silence.OfCaller(ex);
        }
        catch (Exception ex) when (ex is IOException or HttpRequestException)
        {
            silence.Caller.ThrowIfCancellationRequested();
            throw ModelHostErrors.Cut(ex);
        }
    }

    public void Dispose()
    {
        stream.Dispose();
        response.Dispose();
        over();
    }
}
