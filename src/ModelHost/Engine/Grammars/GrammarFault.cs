namespace Platform.ModelHost.Engine.Grammars;

/// <summary>What is wrong with a grammar or a schema. Leaves this room as a refusal that names the request's field.</summary>
internal sealed class GrammarFault(string message) : Exception(message)
{
    internal EngineException Refusal(string parameter) => new(EngineErrorKind.BadRequest, Message, this) { Parameter = parameter };
}
