using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Platform.Agents.Answering;
using Platform.Agents.Prompting;

namespace Platform.Agents.Tools;

/// <summary>Every tool of this installation by name, and the only way to call one.</summary>
public sealed partial class ToolCatalog
{
    private readonly Dictionary<string, AgentTool> builtIn = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<IToolSource> sources;
    private readonly TimeProvider time;
    private readonly ILogger<ToolCatalog> log;

    public ToolCatalog(IEnumerable<AgentTool> tools, IEnumerable<IToolSource> sources, TimeProvider time, ILogger<ToolCatalog> log)
    {
        (this.sources, this.time, this.log) = ([.. sources], time, log);
        foreach (var tool in tools)
        {
            if (!Names().IsMatch(tool.Name) || !builtIn.TryAdd(tool.Name, tool))
                throw new InvalidOperationException($"The tool name \"{tool.Name}\" is taken or not of the form a-z, 0-9, _. This is a bug.");
        }
    }

    /// <summary>By name. A tool of a source that has the name of another is left out: the built-in one, then the earlier source, keeps it.</summary>
    public async Task<IReadOnlyList<AgentTool>> ListAsync(CancellationToken cancellation)
    {
        Dictionary<string, AgentTool> all = new(builtIn, StringComparer.Ordinal);
        foreach (var source in sources)
        {
            foreach (var tool in await source.ListAsync(cancellation))
            {
                if (!Names().IsMatch(tool.Name) || !all.TryAdd(tool.Name, tool))
                    LogLeftOut(tool.Name, tool.Origin);
            }
        }
        return [.. all.Values.OrderBy(tool => tool.Name, StringComparer.Ordinal)];
    }

    /// <summary>The tool of that name, or null.</summary>
    /// <remarks>Only the server is asked whose name it begins with: no other one holds up the agents that have none of its tools.</remarks>
    public async Task<AgentTool?> FindAsync(string name, CancellationToken cancellation)
    {
        if (builtIn.TryGetValue(name, out var tool))
            return tool;
        if (!Names().IsMatch(name))
            return null;
        foreach (var source in sources)
        {
            if (await source.FindAsync(name, cancellation) is { } found)
                return found;
        }
        return null;
    }

    /// <summary>Finds, checks and calls. An unknown name, wrong arguments, a failure and the tool's time limit are outcomes; only the caller's cancellation is thrown.</summary>
    public async Task<ToolOutcome> CallAsync(string name, JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        if (await FindAsync(name, cancellation) is not { } tool)
            return ToolOutcome.Failed(ToolTexts.In(scope.Language).NoToolNamed(ShortText.Of(name, 64)), ToolFailure.NoSuchTool);
        return await CallAsync(tool, arguments, scope, cancellation);
    }

    /// <summary>The same for a tool that is already found.</summary>
    public async Task<ToolOutcome> CallAsync(AgentTool tool, JsonElement arguments, ToolScope scope, CancellationToken cancellation)
    {
        var texts = ToolTexts.In(scope.Language);
        if (ArgumentCheck.Fault(tool.Parameters, arguments, texts) is { } fault)
            return ToolOutcome.Failed(PromptWords.In(scope.Language).WrongArguments(tool.Name, fault), ToolFailure.WrongArguments);
        using CancellationTokenSource timeUp = new(tool.Timeout, time);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeUp.Token);
        try
        {
            return (await tool.RunAsync(arguments, scope, limited.Token)).Bounded(texts);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && timeUp.IsCancellationRequested)
        {
            var words = PromptWords.In(scope.Language);
            return ToolOutcome.Failed(words.ToolTookTooLong(tool.Name, tool.Timeout.TotalSeconds) + (tool.Effects.HasFlag(ToolEffects.Writes) ? words.UnknownOutcome : words.AskForLess), ToolFailure.TimedOut);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            LogFailed(failure, tool.Name, scope.RunId);
            return ToolOutcome.Failed(PromptWords.In(scope.Language).ToolBroke(tool.Name), ToolFailure.Broken);
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,63}$", RegexOptions.CultureInvariant)]
    internal static partial Regex Names();

    [LoggerMessage(Level = LogLevel.Warning, Message = "The tool {Tool} of {Origin} is left out: its name is taken or not allowed.")]
    private partial void LogLeftOut(string tool, string origin);

    [LoggerMessage(Level = LogLevel.Error, Message = "The tool {Tool} failed in run {Run}.")]
    private partial void LogFailed(Exception failure, string tool, Guid run);
}
