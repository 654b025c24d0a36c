using System.Text.Json;

namespace Platform.ModelHost.Engine.Grammars;

/// <summary>A function that may be called.</summary>
/// <param name="Parameters">JSON Schema of the arguments.</param>
public sealed record CallableFunction(string Name, JsonElement Parameters);

/// <summary>The grammar of an answer that is calls: [{"name":"…","arguments":{…}}], with arguments that the functions' schemas take.</summary>
public static class CallGrammar
{
    /// <summary>What stands before a call's name, between name and arguments, and after them. <see cref="Of"/> writes exactly this.</summary>
    public const string BeforeName = "{\"name\":\"", BeforeArguments = "\",\"arguments\":", AfterArguments = "}";

    private const int MostCalls = 16;

    /// <param name="functions">At least one.</param>
    /// <param name="several">True allows more than one call, up to 16.</param>
    /// <param name="orText">True allows any text that does not begin with a bracket instead.</param>
    /// <param name="parameter">The field of the request that the functions come from.</param>
    /// <exception cref="EngineException">Kind BadRequest: a schema is refused; the message names the function and the place.</exception>
    public static string Of(IReadOnlyList<CallableFunction> functions, bool several, bool orText, string parameter = "tools")
    {
        try
        {
            var draft = new GrammarDraft();
            var call = draft.Rule("call", string.Join(" | ", functions.Select(function => Call(draft, function))));
            var more = several ? $" (\",\" {call}){{0,{MostCalls - 1}}}" : "";
            draft.Define(GrammarCheck.Root, $"\"[\" {call}{more} \"]\"{(orText ? " | ([^[] .*)?" : "")}");
            var grammar = draft.ToString();
            GrammarCheck.Check(grammar, GrammarCheck.Root, parameter);
            return grammar;
        }
        catch (GrammarFault fault)
        {
            throw fault.Refusal(parameter);
        }
    }

    private static string Call(GrammarDraft draft, CallableFunction function)
    {
        try
        {
            return $"{GrammarDraft.Text($"{BeforeName}{function.Name}{BeforeArguments}")} {JsonSchemaGrammar.AddTo(draft, function.Parameters)} \"{AfterArguments}\"";
        }
        catch (GrammarFault fault)
        {
            throw new GrammarFault($"The parameters of the function '{function.Name}': {fault.Message}");
        }
    }
}
