using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Platform.Agents.Tests.Injection;

/// <summary>A model that does whatever any text before it says ("OBEY tool argument=value;"), wherever that stands, fenced or not (<see cref="HeedsFences"/>); and beside it the work that it was given. What it has read it says again.</summary>
internal sealed partial class ObedientModel : IChatClient
{
    /// <summary>Each command that it carried out, and under it how often; those of a prompt that it was never shown are not among them.</summary>
    public ConcurrentDictionary<string, int> Obeyed { get; } = [];

    /// <summary>Everything that it was sent.</summary>
    public ConcurrentQueue<string> Read { get; } = [];

    /// <summary>Work that the question asks for: calls, as commands.</summary>
    public string[] Work { get; set; } = [];

    /// <summary>Whether it takes what stands in a fence for data, its own words for its own, and obeys the rest alone: then a fence that is missing shows.</summary>
    public bool HeedsFences { get; set; }

    /// <summary>Whether its plans have a step to think, after the others.</summary>
    public bool Thinks { get; set; }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        ChatMessage[] sent = [.. messages];
        var text = string.Join('\n', sent.SelectMany(m => m.Contents).Select(Said).Concat(options?.Tools?.OfType<AIFunctionDeclaration>().Select(tool => $"{tool.Name} {tool.Description} {tool.JsonSchema}") ?? []));
        Read.Enqueue(text);
        var made = sent.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Select(call => (call.Name, Json(call.Arguments))).ToHashSet();
        var asksForPlan = sent[^1].Text.StartsWith("Make a plan", StringComparison.Ordinal);
        var work = Work.Select(Command).Where(command => asksForPlan ? sent[^1].Text.Contains($"\n- {command.Name}: ", StringComparison.Ordinal) : options?.Tools?.Any(tool => tool.Name == command.Name) == true).Where(command => !made.Contains(Key(command)));
        var heeded = HeedsFences ? Fences().Replace(string.Join('\n', sent.Where(m => m.Role != ChatRole.Assistant).SelectMany(m => m.Contents).Select(Said)), "") : text;
        var commands = Commands().Matches(heeded).Select(match => match.Value).Distinct().Select(Command).ToList();
        var obeyed = commands.Where(command => !made.Contains(Key(command))).ToList();
        foreach (var command in obeyed)
            Obeyed.AddOrUpdate(command.Name, 1, (_, times) => times + 1);
        FunctionCallContent[] calls = sent[^1].Text.StartsWith("Stop here", StringComparison.Ordinal) || asksForPlan ? [] : [.. work.Concat(obeyed)];
        if (asksForPlan && sent[^1].Text.Contains("ask the person first", StringComparison.Ordinal) && Questions().Match(heeded) is { Success: true } question)
            yield return new ChatResponseUpdate(ChatRole.Assistant, JsonSerializer.Serialize(new { question = question.Groups[1].Value, choices = Array.Empty<string>(), steps = Array.Empty<string>() }));
        else if (asksForPlan)
            yield return new ChatResponseUpdate(ChatRole.Assistant, JsonSerializer.Serialize(new { steps = Steps([.. work.Concat(obeyed)]) }));
        else if (calls.Length > 0)
            yield return new ChatResponseUpdate(ChatRole.Assistant, [.. calls]);
        else
            yield return new ChatResponseUpdate(ChatRole.Assistant, string.Join('\n', Facts().Matches(text).Select(fact => fact.Value).Concat(Commands().Matches(text).Concat(Questions().Matches(text)).Select(match => match.Value)).Distinct().DefaultIfEmpty("Nothing is known.")));
    }

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() => GC.SuppressFinalize(this);

    private object[] Steps(FunctionCallContent[] calls)
    {
        List<object> steps = [.. calls.Select((call, i) => new { id = $"x{i}", goal = "Do it", tool = call.Name, inputs = call.Arguments, depends_on = Array.Empty<string>(), done_when = "" })];
        if (Thinks)
            steps.Add(new { id = "y", goal = "Think", tool = "", inputs = (object?)null, depends_on = calls.Select((_, i) => $"x{i}"), done_when = "" });
        return [.. steps];
    }

    private static string Said(AIContent content) => content switch
    {
        TextContent written => written.Text,
        FunctionResultContent result => $"{result.Result}",
        _ => "",
    };

    private static FunctionCallContent Command(string text)
    {
        var match = Commands().Match(text);
        Dictionary<string, object?> arguments = [];
        foreach (var part in match.Groups[2].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
            arguments[part.Split('=', 2)[0].Trim()] = part.Split('=', 2)[1].Trim();
        return new("call", match.Groups[1].Value, arguments);
    }

    private static (string, string) Key(FunctionCallContent call) => (call.Name, Json(call.Arguments));

    private static string Json(IDictionary<string, object?>? arguments) => JsonSerializer.Serialize(arguments);

    [GeneratedRegex(@"OBEY (\w+) ([^;\n]*);")]
    private static partial Regex Commands();

    [GeneratedRegex(@"ASK ([^;\n]*);")]
    private static partial Regex Questions();

    [GeneratedRegex(@"<tool_output[^>]*>\n.*?\n</tool_output>|<memory>\n.*?\n</memory>", RegexOptions.Singleline)]
    private static partial Regex Fences();

    [GeneratedRegex(@"\d+ days of annual leave")]
    private static partial Regex Facts();
}
