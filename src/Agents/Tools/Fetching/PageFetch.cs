using System.Net;
using Platform.Agents.Tools.Outbound;
using Platform.Retrieval.Reading;

namespace Platform.Agents.Tools.Fetching;

/// <summary>A page as text. Untrusted.</summary>
/// <param name="Address">Where it was in the end, after redirects.</param>
internal sealed record FetchedPage(Uri Address, string? Title, string Text);

/// <summary>Fetches one page of an allowed host and reads it as a document is read. Each redirect is judged like the first address.</summary>
/// <param name="allowed">Asked anew for each page.</param>
internal sealed class PageFetch(OutboundHttp http, Func<CancellationToken, Task<AllowedHosts>> allowed, ReaderByContent readers, int maxBytes)
{
    private const int MaxRedirects = 5;

    private static readonly Dictionary<string, string> Endings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["text/html"] = ".html", ["application/xhtml+xml"] = ".html", ["text/plain"] = ".txt", ["text/markdown"] = ".md", ["text/csv"] = ".csv", ["application/json"] = ".json", ["application/pdf"] = ".pdf",
    };

    /// <summary>Throws RefusedAddressException with a sentence for what may not be fetched, HttpRequestException and IngestException for what cannot.</summary>
    public async Task<FetchedPage> FetchAsync(Uri address, CancellationToken cancellation)
    {
        var hosts = await allowed(cancellation);
        for (var hop = 0; hop <= MaxRedirects; hop++)
        {
            if (hosts.Fault(address) is { } fault)
                throw hop == 0 ? fault : new RefusedAddressException(texts => texts.LeadsElsewhere(fault.Says(texts)), failure: fault.Failure);
            using HttpRequestMessage request = new(HttpMethod.Get, address);
            using var response = await http.SendAsync(request, cancellation);
            if (response.StatusCode is >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest && response.Headers.Location is { } next)
            {
                address = new Uri(address, next);
                continue;
            }
            if (response.IsSuccessStatusCode)
                return await ReadAsync(address, response, cancellation);
            var (host, status) = (address.Host, (int)response.StatusCode);
            throw new RefusedAddressException(texts => texts.AnsweredStatus(host, status));
        }
        throw new RefusedAddressException(texts => texts.LeadsOn(MaxRedirects));
    }

    private async Task<FetchedPage> ReadAsync(Uri address, HttpResponseMessage response, CancellationToken cancellation)
    {
        var said = response.Content.Headers.ContentType?.MediaType ?? "text/html";
        if (!Endings.TryGetValue(said, out var ending))
            throw new RefusedAddressException(texts => texts.PageOfType(said.Length <= 60 ? said : said[..60]));
        var body = await OutboundHttp.ReadAsync(response, maxBytes, cancellation);
        var folder = Directory.CreateTempSubdirectory("fetched-");
        try
        {
            var file = Path.Combine(folder.FullName, "page" + ending);
            await File.WriteAllBytesAsync(file, body, cancellation);
            // What the bytes are decides, not what the server says of them.
            var type = ContentSniffer.Sniff(file, file);
            if (type is null || !Endings.ContainsKey(type))
                throw new RefusedAddressException(texts => texts.PageNoText);
            var read = await readers.For(type).ReadAsync(file, null, cancellation);
            return new(address, read.Title, read.Text);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
