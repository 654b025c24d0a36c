namespace Platform.ModelHost.Engine.Grammars;

/// <summary>What is wrong with a grammar or a schema. Leaves this room as a refusal that names the request's field.</summary>
internal sealed class GrammarFault(string message) : Exception(message)
{
    /// <summary>The rule at fault, where it is known.</summary>
    internal string? Rule { get; init; }

    /// <summary>What is wrong with what the rule stands for, in words for somebody who wrote no grammar.</summary>
    internal string? Plainly { get; init; }

    internal EngineException Refusal(string parameter) => new(EngineErrorKind.BadRequest, Message, this) { Parameter = parameter };
}
