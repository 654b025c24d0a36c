namespace Platform.EndToEnd.Tests;

/// <summary>One program with a scripted engine beside its own, for all tests of agents' pages: starting takes longer than most of what they do. What each makes has names of its own.</summary>
public sealed class AgentPlatform : IAsyncLifetime
{
    private ScriptedEngine? _engine;
    private RunningPlatform? _platform;

    /// <summary>From all messages as one text to what the model "scripted" writes.</summary>
    internal Func<string, Task<(string Text, string? Tool)>> Script { get; set; } = _ => Task.FromResult<(string, string?)>(("Nothing was asked for.", null));

    internal string Address => _platform!.Address;

    public async ValueTask InitializeAsync()
    {
        _engine = new ScriptedEngine(sent => Script(sent));
        _platform = await RunningPlatform.StartAsync(_engine.Settings);
        await _engine.Listed.WaitAsync(TimeSpan.FromMinutes(2)); // or a page would offer its model later than it was opened
    }

    public async ValueTask DisposeAsync()
    {
        await (_platform?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_engine?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}

/// <summary>Gathers the tests that share it, and a browser.</summary>
[CollectionDefinition(nameof(AgentPages))]
public sealed class AgentPages : ICollectionFixture<AgentPlatform>, ICollectionFixture<BrowserFixture>;
