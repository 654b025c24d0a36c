using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Agents.Tools.Outbound;
using Platform.Retrieval.Ingest;

namespace Platform.Agents.Tools.Fetching;

/// <summary>Reads a page of a host that an administrator allows.</summary>
/// <remarks>The address is written by a model and can carry what the model has read: it leaves the machine. An agent's policy asks the person before.</remarks>
internal sealed class FetchPageTool(PageFetch fetch, TimeSpan timeout) : AgentTool
{
    private const int MaxCharacters = 12_000;

    public override string Name => "fetch_page";

    public override string Description => "Reads a web page of an allowed host as text.";

    internal override string DescriptionIn(AnswerLanguage language) =>
        language == AnswerLanguage.Chinese ? "以文字形式读取允许访问的主机上的网页。" : Description;

    public override JsonElement Parameters { get; } = JsonElement.Parse("""
        {"type":"object","additionalProperties":false,"required":["url"],"properties":{
          "url":{"type":"string","minLength":8,"maxLength":2000,"description":"https://…"},
          "from":{"type":"integer","minimum":0,"maximum":100000000,"description":"The character to read on from; 0 when left out"}}}
        """);

    public override ToolEffects Effects => ToolEffects.Network;

    public override TimeSpan Timeout => timeout;

    public override async Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var url = arguments.GetProperty("url").GetString()!;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address))
            return ToolOutcome.Failed("The url is no address. Write https://host/path.", ToolFailure.AddressRefused);
        try
        {
            return Show(await fetch.FetchAsync(address, cancellation), arguments.TryGetProperty("from", out var from) ? (int)from.GetDecimal() : 0, scope);
        }
        catch (Exception refused) when (refused is RefusedAddressException or IngestException)
        {
            return ToolOutcome.Failed(refused.Message, (refused as RefusedAddressException)?.Failure ?? ToolFailure.AddressRefused);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or System.Net.Sockets.SocketException)
        {
            return ToolOutcome.Failed($"\"{address.Host}\" could not be reached, or broke off its answer.", ToolFailure.NotReached);
        }
    }

    private static ToolOutcome Show(FetchedPage page, int from, ToolScope scope)
    {
        if (from > 0 && from >= page.Text.Length)
            return ToolOutcome.Failed(string.Create(CultureInfo.InvariantCulture, $"The page has {page.Text.Length:N0} characters; there is nothing from {from:N0} on."), ToolFailure.PastTheEnd);
        var end = Math.Min(page.Text.Length, from + MaxCharacters);
        var citation = scope.Numbers.Number(Cite(page, page.Text[from..end], from));
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"Passage {citation.N}, page \"{UntrustedText.NameForPrompt(page.Title ?? page.Address.Host)}\" at {page.Address.GetLeftPart(UriPartial.Path)}:\n");
        foreach (var line in UntrustedText.ForPrompt(page.Text[from..end]).Split('\n'))
            text.Append("> ").Append(line).Append('\n');
        if (end < page.Text.Length)
            text.Append(CultureInfo.InvariantCulture, $"The page goes on: read from {end}.");
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
