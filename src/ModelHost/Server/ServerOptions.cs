namespace Platform.ModelHost.Server;

/// <summary>Where the service listens and what it allows. Bound from `Server`.</summary>
public sealed class ServerOptions
{
    /// <summary>Address to listen on; port 0 takes a free one. Default: loopback, 8081.</summary>
    public string Url { get; set; } = "http://127.0.0.1:8081";

    /// <summary>The bearer token that every call but health must carry. Required.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>The bearer token of what only an administrator may do (/props, /slots, /queue, models, memory, downloads, adapters, jobs). Empty: the same as ApiKey.</summary>
    public string AdminKey { get; set; } = "";

    /// <summary>Read standard input and end when it ends: a parent that was killed leaves nothing behind.</summary>
    public bool ExitWithParent { get; set; }

    /// <summary>Most bytes of a request's body. Default 16 MiB.</summary>
    public long MaxBodyBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Most bytes of an adapter's file that is uploaded. Default 4 GiB.</summary>
    public long MaxAdapterBytes { get; set; } = 4L << 30;

    /// <summary>Longest pause between two bytes of a stream; then a `: ping` is sent. Default 15 s.</summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a reader may leave a full buffer unread before its connection is cut. Default 15 s.</summary>
    public TimeSpan SlowReader { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long answers may go on after the order to end. Default 5 s; the process ends within 10.</summary>
    public TimeSpan Drain { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Why these options cannot be run with, or null.</summary>
    public string? Refusal() => this switch
    {
        { ApiKey: var key } when string.IsNullOrWhiteSpace(key) => "Server:ApiKey is empty. Set it to a secret of your own (environment: Server__ApiKey); without one anybody on this machine could use the models.",
        { Url: var url } when !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != "http" => $"Server:Url is '{url}'; it must be an http address such as http://127.0.0.1:8081.",
        { MaxBodyBytes: <= 0 } => $"Server:MaxBodyBytes is {MaxBodyBytes}; it must be above zero.",
        { MaxAdapterBytes: <= 0 } => $"Server:MaxAdapterBytes is {MaxAdapterBytes}; it must be above zero.",
        { KeepAlive: var pause } when pause <= TimeSpan.Zero => $"Server:KeepAlive is {pause}; it must be above zero.",
        { SlowReader: var limit } when limit <= TimeSpan.Zero => $"Server:SlowReader is {limit}; it must be above zero.",
        { Drain: var drain } when drain < TimeSpan.Zero || drain > TimeSpan.FromSeconds(8) => $"Server:Drain is {drain}; it must be 0 to 8 seconds.",
        _ => null,
    };
}
