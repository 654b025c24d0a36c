using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Agents.Tools.Outbound;
using Platform.Retrieval.Ingest;

namespace Platform.Agents.Tools.Fetching;

/// <summary>Reads a page of a host that an administrator allows.</summary>
/// <remarks>The address is written by a model and can carry what the model has read: it leaves the machine. An agent's policy asks the person before.</remarks>
internal sealed class FetchPageTool(PageFetch fetch, TimeSpan timeout) : BuiltInTool
{
    private const int MaxCharacters = 12_000;

    public override string Name => "fetch_page";

    internal override string DescriptionIn(AnswerLanguage language) => ToolTexts.In(language).FetchPage;

    private protected override string SchemaIn(AnswerLanguage language) => $$"""
        {"type":"object","additionalProperties":false,"required":["url"],"properties":{
          "url":{"type":"string","minLength":8,"maxLength":2000,"description":"https://…"},
          "from":{"type":"integer","minimum":0,"maximum":100000000,"description":{{Json(ToolTexts.In(language).FetchFrom)}} } } }
        """;

    public override ToolEffects Effects => ToolEffects.Network;

    public override TimeSpan Timeout => timeout;

    public override async Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var texts = ToolTexts.In(scope.Language);
        var url = arguments.GetProperty("url").GetString()!;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address))
            return ToolOutcome.Failed(texts.NoAddress, ToolFailure.AddressRefused);
        try
        {
            return Show(await fetch.FetchAsync(address, cancellation), arguments.TryGetProperty("from", out var from) ? (int)from.GetDecimal() : 0, scope);
        }
        catch (RefusedAddressException refused)
        {
            return ToolOutcome.Failed(refused.Says(texts), refused.Failure);
        }
        catch (IngestException unread)
        {
            return ToolOutcome.Failed(texts.PageNotRead(unread.Message), ToolFailure.AddressRefused);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or System.Net.Sockets.SocketException)
        {
            return ToolOutcome.Failed(texts.NotReached(address.Host), ToolFailure.NotReached);
        }
    }

    private static ToolOutcome Show(FetchedPage page, int from, ToolScope scope)
    {
        var texts = ToolTexts.In(scope.Language);
        if (from > 0 && from >= page.Text.Length)
            return ToolOutcome.Failed(texts.PastTheEnd(page.Text.Length, from), ToolFailure.PastTheEnd);
        var end = Math.Min(page.Text.Length, from + MaxCharacters);
        var citation = scope.Numbers.Number(Cite(page, page.Text[from..end], from));
        StringBuilder text = new();
        text.Append(texts.PageHead(citation.N, UntrustedText.NameForPrompt(page.Title ?? page.Address.Host), page.Address.GetLeftPart(UriPartial.Path))).Append('\n');
        foreach (var line in UntrustedText.ForPrompt(page.Text[from..end]).Split('\n'))
            text.Append("> ").Append(line).Append('\n');
        if (end < page.Text.Length)
            text.Append(texts.PageGoesOn(end));
        return ToolOutcome.Of(text.ToString(), JsonSerializer.SerializeToElement(new { url = page.Address.AbsoluteUri, title = page.Title, from, characters = end - from, total = page.Text.Length }), [citation]);
    }

    /// <summary>A page has no id of ours: one is made of its address, so that it keeps its number when it is read on.</summary>
    private static Citation Cite(FetchedPage page, string quote, int from)
    {
        var url = page.Address.AbsoluteUri;
        Guid id = new(SHA256.HashData(Encoding.UTF8.GetBytes(url))[..16]);
        return new(0, id, Guid.Empty, UntrustedText.NameForPrompt(page.Title ?? page.Address.Host), "text/html", 1, Guid.Empty, "", 1, from, from + quote.Length, quote, quote, from, [], 1, Verdict.Verbatim, 0, 0) { Url = url };
    }
}
