using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Agents.Runs;
using Platform.Agents.Tools;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Documents;
using Platform.Web.Features.Keys;
using Platform.Web.Host;

namespace Platform.Web.Features.Mcp;

/// <summary>search_documents and read_passage: the same searching and reading as agents have. A client keeps no run with us, so that a passage is named by its document and span.</summary>
internal sealed class DocumentTools(ToolCatalog tools, DocumentLibrary documents)
{
    private static readonly JsonElement SearchSchema = JsonElement.Parse("""
        {"type":"object","additionalProperties":false,"required":["query"],"properties":{
          "query":{"type":"string","minLength":1,"maxLength":500,"description":"What to look for, in the language of the documents; one fact at a time"},
          "top":{"type":"integer","minimum":1,"maximum":8,"description":"How many passages; 5 when left out"}}}
        """);

    private static readonly JsonElement ReadSchema = JsonElement.Parse("""
        {"type":"object","additionalProperties":false,"required":["passage"],"properties":{
          "passage":{"type":"string","minLength":1,"maxLength":100,"description":"The passage's id, as search_documents told it"},
          "page":{"type":"integer","minimum":1,"maximum":100000,"description":"Another page of the same document, whole; the text around the passage when left out"}}}
        """);

    public IEnumerable<ServedTool> All =>
    [
        new("search_documents", "Search documents", "Finds passages in the documents by words and meaning, with document, page and an id to read on.", KeyScopes.Knowledge, SearchSchema, ReadsOnly: true, SearchAsync),
        new("read_passage", "Read passage", "Reads the text around a passage that was found, or a whole page of its document.", KeyScopes.Knowledge, ReadSchema, ReadsOnly: true, ReadAsync),
    ];

    private async Task<ServedResult> SearchAsync(ClaimsPrincipal user, JsonElement arguments, Action<string> told, CancellationToken cancellation)
    {
        var outcome = await tools.CallAsync("search_documents", arguments, Scope(CurrentCaller.From(user)), cancellation);
        if (outcome.IsError)
        {
            return new(outcome.Text, IsError: true);
        }

        var found = new
        {
            passages = outcome.Citations.Select(citation => new
            {
                passage = string.Create(CultureInfo.InvariantCulture, $"{citation.DocumentId:N}:{citation.Start}-{citation.End}"), document = citation.DocumentName, page = citation.Page, heading = citation.Heading,
                text = citation.Quote, score = Math.Round(citation.Score, 4),
            }),
        };
        return new(outcome.Citations.Count == 0 ? outcome.Text : JsonSerializer.Serialize(found, RunJson.Options), found);
    }

    private async Task<ServedResult> ReadAsync(ClaimsPrincipal user, JsonElement arguments, Action<string> told, CancellationToken cancellation)
    {
        var caller = CurrentCaller.From(user);
        var named = arguments.GetProperty("passage").GetString()!;
        if (Parse(named) is not { } place)
        {
            return new($"'{named}' is no passage's id. Take one that search_documents told.", IsError: true);
        }

        DocumentInfo document;
        try
        {
            document = await documents.GetAsync(caller, place.Document, cancellation);
        }
        catch (NotFoundException)
        {
            return new("That document is no longer there, or may not be read. Search again.", IsError: true);
        }

        var scope = Scope(caller);
        var known = scope.Numbers.Number(new Citation(
            0, document.Id, document.BaseId, document.Name, document.MediaType, 0, Guid.Empty, "", 1, place.Start, place.End, "", "", 0, [], 0, Verdict.Verbatim, 0, 0));
        var page = arguments.TryGetProperty("page", out var wanted) ? wanted : (JsonElement?)null;
        var outcome = await tools.CallAsync("read_passage", JsonSerializer.SerializeToElement(page is null ? (object)new { number = known.N } : new { number = known.N, page }), scope, cancellation);
        return outcome.IsError || outcome.Citations is not [var first, ..] ? new(outcome.Text, IsError: outcome.IsError)
            : new(outcome.Text, new { document = first.DocumentName, page = first.Page, start = first.Start, end = outcome.Citations[^1].End, text = string.Join('\n', outcome.Citations.Select(read => read.Quote)) });
    }

    private static ToolScope Scope(Caller caller) => new(caller, Guid.Empty, []);

    private static (Guid Document, int Start, int End)? Parse(string passage)
    {
        var (colon, dash) = (passage.IndexOf(':', StringComparison.Ordinal), passage.LastIndexOf('-'));
        return colon > 0 && dash > colon && Guid.TryParseExact(passage[..colon], "N", out var document)
            && int.TryParse(passage.AsSpan(colon + 1, dash - colon - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            && int.TryParse(passage.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var end) && start < end
            ? (document, start, end) : null;
    }
}
