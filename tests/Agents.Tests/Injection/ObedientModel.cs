using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Platform.Agents.Tests.Injection;

/// <summary>A model that does whatever any text before it says ("OBEY tool argument=value;"), wherever that stands, fenced or not; and beside it the work that it was given. What it has read it says again.</summary>
internal sealed partial class ObedientModel : IChatClient
{
    /// <summary>Each command that it carried out, and under it how often; those of a prompt that it was never shown are not among them.</summary>
    public ConcurrentDictionary<string, int> Obeyed { get; } = [];

    /// <summary>Everything that it was sent.</summary>
    public ConcurrentQueue<string> Read { get; } = [];

    /// <summary>Work that the question asks for: calls, as commands.</summary>
    public string[] Work { get; set; } = [];

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        ChatMessage[] sent = [.. messages];
        var text = string.Join('\n', sent.SelectMany(m => m.Contents).Select(content => content switch
        {
            TextContent written => written.Text,
            FunctionResultContent result => $"{result.Result}",
            _ => "",
        }).Concat(options?.Tools?.OfType<AIFunctionDeclaration>().Select(tool => $"{tool.Name} {tool.Description} {tool.JsonSchema}") ?? []));
        Read.Enqueue(text);
        var made = sent.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Select(call => (call.Name, Json(call.Arguments))).ToHashSet();
        var work = Work.Select(Command).Where(command => options?.Tools?.Any(tool => tool.Name == command.Name) == true).Where(command => !made.Contains(Key(command)));
        var commands = Commands().Matches(text).Select(match => match.Value).Distinct().Select(Command).ToList();
        var obeyed = commands.Where(command => !made.Contains(Key(command))).ToList();
        foreach (var command in obeyed)
            Obeyed.AddOrUpdate(command.Name, 1, (_, times) => times + 1);
        var asksForPlan = sent[^1].Text.StartsWith("Make a plan", StringComparison.Ordinal);
        FunctionCallContent[] calls = sent[^1].Text.StartsWith("Stop here", StringComparison.Ordinal) || asksForPlan ? [] : [.. work.Concat(obeyed)];
        if (asksForPlan)
            yield return new ChatResponseUpdate(ChatRole.Assistant, JsonSerializer.Serialize(new
            {
                steps = work.Concat(obeyed).Select((call, i) => new { id = $"x{i}", goal = "Do it", tool = call.Name, inputs = call.Arguments, depends_on = Array.Empty<string>(), done_when = "" }),
            }));
        else if (calls.Length > 0)
            yield return new ChatResponseUpdate(ChatRole.Assistant, [.. calls]);
        else
            yield return new ChatResponseUpdate(ChatRole.Assistant, string.Join('\n', Facts().Matches(text).Select(fact => fact.Value).Concat(Commands().Matches(text).Select(match => match.Value)).Distinct().DefaultIfEmpty("Nothing is known.")));
    }

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() => GC.SuppressFinalize(this);

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

    [GeneratedRegex(@"\d+ days of annual leave")]
    private static partial Regex Facts();
}
