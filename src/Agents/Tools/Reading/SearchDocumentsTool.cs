using System.Text;
using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Agents.Answering.Citing;
using Platform.Agents.Prompting;

namespace Platform.Agents.Tools.Reading;

/// <summary>Finds passages in the bases of the agent that the caller may read.</summary>
internal sealed class SearchDocumentsTool(IEvidence evidence) : BuiltInTool
{
    private const int UsualPassages = 5, MaxPassages = 8, LeastOfPassage = 600, MostOfPassage = 1_600, Room = ToolOutcome.MaxCharacters - 500;

    public override string Name => "search_documents";

    internal override string DescriptionIn(AnswerLanguage language) => ToolTexts.In(language).Search;

    private protected override string SchemaIn(AnswerLanguage language) => $$"""
        {"type":"object","additionalProperties":false,"required":["query"],"properties":{
          "query":{"type":"string","minLength":1,"maxLength":500,"description":{{Json(ToolTexts.In(language).SearchFor)}} },
          "top":{"type":"integer","minimum":1,"maximum":{{MaxPassages}},"description":{{Json(ToolTexts.In(language).SearchTop)}} } } }
        """;

    public override ToolGroup Group => ToolGroup.Knowledge;

    public override ToolEffects Effects => ToolEffects.Reads;

    public override async Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var wanted = arguments.TryGetProperty("top", out var given) ? (int)given.GetDecimal() : scope.Passages > 0 ? 0 : UsualPassages;
        var top = Math.Max(wanted, scope.Passages); // what a person set for the agent is the least
        var bases = (await evidence.BasesAsync(scope.Caller, cancellation)).Where(b => scope.BaseIds.Count == 0 || scope.BaseIds.Contains(b.Id)).ToList();
        if (bases.Count == 0)
            return ToolOutcome.Failed(PromptWords.In(scope.Language).NoBase, ToolFailure.NothingToSearch);
        var question = AskedQuestion.Of(arguments.GetProperty("query").GetString()!, []);
        var found = await evidence.SearchAsync(scope.Caller, question.Query([.. bases.Select(b => b.Id)], top), cancellation);

        var texts = ToolTexts.In(scope.Language);
        CitationWriter writer = new(evidence, scope.Caller);
        StringBuilder text = new();
        List<Citation> citations = [];
        var hits = found.Hits.Where(hit => hit.Relevance >= scope.MinRelevance).ToList();
        var most = Math.Clamp(Room / Math.Max(1, hits.Count), LeastOfPassage, MostOfPassage);
        foreach (var hit in hits)
        {
            var (_, made) = await writer.CiteAsync(hit, new PassageSpan(0, hit.Passage.Text.Length), Verdict.Verbatim, 0, 0, cancellation);
            if (made is null)
                continue;
            if (text.Length + QuotedPassages.Length(made, made.Quote, most, texts) > Room)
            {
                text.Append('\n').Append(PromptWords.In(scope.Language).NoRoomForPassages);
                break; // nobody can cite what no model has read
            }
            var citation = scope.Numbers.Number(made);
            citations.Add(citation);
            QuotedPassages.Append(text, citation, citation.Quote, most, texts);
        }
        var data = JsonSerializer.SerializeToElement(citations.Select(c => new { number = c.N, document = c.DocumentName, page = c.Page, heading = c.Heading, score = Math.Round(c.Score, 4) }));
        return citations.Count == 0
            ? ToolOutcome.Of(PromptWords.In(scope.Language).NoPassage, data) with { IsEmpty = true }
            : ToolOutcome.Of(text.ToString(), data, citations);
    }
}
