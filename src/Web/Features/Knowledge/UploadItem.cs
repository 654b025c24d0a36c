namespace Platform.Web.Features.Knowledge;

/// <summary>A file that the browser is sending, as its script last told.</summary>
/// <param name="Sent">Bytes sent of <paramref name="Size"/>.</param>
/// <param name="State">waiting, sending, taken, skipped, duplicate, failed or cancelled.</param>
/// <param name="Code">Why it failed: a code of the error table, or too_large, empty, unsupported, network.</param>
/// <param name="Message">The server's sentence; for a duplicate the name of what is there.</param>
public sealed record UploadItem(int Key, string Name, long Size, long Sent, string State, string Code, string Message)
{
    /// <summary>Nothing more will happen to it by itself.</summary>
    public bool Settled => State is "taken" or "skipped" or "failed" or "cancelled";
}
