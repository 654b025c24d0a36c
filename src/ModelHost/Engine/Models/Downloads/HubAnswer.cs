namespace Platform.ModelHost.Engine.Models.Downloads;

/// <summary>What the hub sends of a file.</summary>
/// <param name="Response">Its body begins at <paramref name="From"/>.</param>
/// <param name="From">First byte that is sent.</param>
/// <param name="Total">Bytes of the whole file; null where it is not said.</param>
/// <param name="ETag">Strong tag of this state of the file; null where there is none.</param>
/// <param name="Sha256">That the hub names for the file; null where it names none.</param>
/// <param name="IsPastTheEnd">There is nothing from the byte on that was asked for.</param>
internal sealed record HubAnswer(HttpResponseMessage Response, long From, long? Total, string? ETag, string? Sha256, bool IsPastTheEnd) : IDisposable
{
    public void Dispose() => Response.Dispose();
}
