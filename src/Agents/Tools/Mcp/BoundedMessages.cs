namespace Platform.Agents.Tools.Mcp;

/// <summary>Bounds what a server says over HTTP: a body, or each event of a stream of events, which itself has no end.</summary>
internal sealed class BoundedMessages(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>Most bytes of one message of a server, unpacked.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = SentCall.Current;
        var response = await base.SendAsync(request, cancellationToken);
        var whole = response.Content;
        var isEvents = whole.Headers.ContentType?.MediaType == "text/event-stream";
        StreamContent bounded = new(new BoundedStream(await whole.ReadAsStreamAsync(cancellationToken), MaxBytes, isEvents ? MessageEnd.EmptyLine : MessageEnd.None, () => call?.Break()));
        foreach (var (name, values) in whole.Headers)
            bounded.Headers.TryAddWithoutValidation(name, values);
        response.Content = bounded;
        return response;
    }
}
