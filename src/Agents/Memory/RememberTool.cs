using System.Text.Json;
using Platform.Agents.Answering;
using Platform.Agents.Definitions;
using Platform.Agents.Prompting;
using Platform.Agents.Tools;
using Platform.Retrieval;

namespace Platform.Agents.Memory;

/// <summary>Keeps what a person told in a conversation for later ones, once they have read and approved it.</summary>
/// <remarks>The text is a model's, which may have read strangers' words; what is kept stands in prompts of later runs. So a person reads each text before it is kept, whatever else they let the agent do.</remarks>
internal sealed class RememberTool(MemoryBook memories) : BuiltInTool
{
    public const string ToolName = "remember";

    public override string Name => ToolName;

    internal override string DescriptionIn(AnswerLanguage language) => PromptWords.In(language).Remember;

    private protected override string SchemaIn(AnswerLanguage language) => $$"""
        {"type":"object","additionalProperties":false,"required":["text"],"properties":{
          "text":{"type":"string","minLength":1,"maxLength":{{MemoryBook.MaxLength}} },
          "for":{"enum":["person","everyone"],"description":{{Json(PromptWords.In(language).RememberFor)}} } } }
        """;

    public override ToolEffects Effects => ToolEffects.Writes;

    public override bool AlwaysAsks => true;

    public override async Task<ToolOutcome> RunAsync(JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var words = PromptWords.In(scope.Language);
        var text = arguments.GetProperty("text").GetString()!.Trim();
        var shared = arguments.TryGetProperty("for", out var who) && who.GetString() == "everyone";
        if (scope.Memory is not (MemoryScope.User or MemoryScope.Shared))
            return ToolOutcome.Failed(words.KeepsNothing, ToolFailure.NotKept);
        if (shared && scope.Memory != MemoryScope.Shared)
            return ToolOutcome.Failed(words.KeepsNothingForAll, ToolFailure.NotKept);
        try
        {
            if ((await memories.ListAsync(scope.Caller, scope.AgentId, cancellation)).Any(entry => entry.Shared == shared && entry.Text == text))
                return ToolOutcome.Of(words.KeptAlready);
            await memories.AddAsync(scope.Caller, scope.AgentId, text, shared, cancellation);
            return ToolOutcome.Of(words.Kept);
        }
        catch (NotFoundException)
        {
            return ToolOutcome.Failed(words.NobodyToKeepFor, ToolFailure.NotKept);
        }
        catch (ArgumentException refused)
        {
            return ToolOutcome.Failed(words.NotTaken(refused.Message), ToolFailure.NotKept);
        }
    }
}
