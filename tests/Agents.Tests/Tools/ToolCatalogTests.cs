using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Agents.Tools;
using Platform.Retrieval.Access;

namespace Platform.Agents.Tests.Tools;

public sealed class ToolCatalogTests
{
    private static readonly ToolScope Scope = new(new Caller("ana", false), Guid.NewGuid(), []);
    private static readonly JsonElement Nothing = JsonElement.Parse("{}");

    [Fact]
    public async Task A_tool_is_called_by_its_name()
    {
        var outcome = await Catalog(new GivenTool("say", (_, _) => Task.FromResult(ToolOutcome.Of("hello")))).CallAsync("say", Nothing, Scope, CancellationToken.None);
        Assert.Equal(("hello", false), (outcome.Text, outcome.IsError));
    }

    [Fact]
    public async Task A_name_that_is_not_there_is_an_outcome()
    {
        var outcome = await Catalog().CallAsync("rm", Nothing, Scope, CancellationToken.None);
        Assert.True(outcome.IsError);
        Assert.Contains("no tool named \"rm\"", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_arguments_never_reach_the_tool()
    {
        var outcome = await Catalog(new GivenTool("say", (_, _) => throw new InvalidOperationException("reached"))).CallAsync("say", JsonElement.Parse("""{"x":1}"""), Scope, CancellationToken.None);
        Assert.True(outcome.IsError);
        Assert.Contains("\"x\" is not known", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_that_breaks_is_an_outcome_that_keeps_its_secrets()
    {
        var outcome = await Catalog(new GivenTool("say", (_, _) => throw new IOException("/etc/secret"))).CallAsync("say", Nothing, Scope, CancellationToken.None);
        Assert.True(outcome.IsError);
        Assert.DoesNotContain("secret", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_that_outstays_its_time_is_a_timeout()
    {
        GivenTool slow = new("slow", Forever, TimeSpan.FromMilliseconds(20));
        var outcome = await Catalog(slow).CallAsync("slow", Nothing, Scope, CancellationToken.None);
        Assert.True(outcome.IsError);
        Assert.Contains("took longer than 0.02 seconds", outcome.Text, StringComparison.Ordinal);
        GivenTool writer = new("writer", Forever, TimeSpan.FromMilliseconds(20), ToolEffects.Writes);
        Assert.Contains("Whether anything was changed is not known", (await Catalog(writer).CallAsync("writer", Nothing, Scope, CancellationToken.None)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_a_call_is_thrown_and_no_outcome()
    {
        using CancellationTokenSource cancel = new();
        var call = Catalog(new GivenTool("slow", Forever)).CallAsync("slow", Nothing, Scope, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task A_long_result_is_cut_and_says_so()
    {
        var outcome = await Catalog(new GivenTool("say", (_, _) => Task.FromResult(ToolOutcome.Of(new string('x', 40_000))))).CallAsync("say", Nothing, Scope, CancellationToken.None);
        Assert.InRange(outcome.Text.Length, 15_000, ToolOutcome.MaxCharacters);
        Assert.Contains("further characters are left out", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_that_is_too_large_to_be_kept_is_left_out()
    {
        var small = JsonSerializer.SerializeToElement(new { rows = new string('x', 1000) });
        var large = JsonSerializer.SerializeToElement(new { rows = new string('x', ToolOutcome.MaxDataBytes) });
        ToolCatalog catalog = Catalog(new GivenTool("small", (_, _) => Task.FromResult(ToolOutcome.Of("here", small))), new GivenTool("large", (_, _) => Task.FromResult(ToolOutcome.Of("here", large))));
        Assert.NotNull((await catalog.CallAsync("small", Nothing, Scope, CancellationToken.None)).Data);
        var outcome = await catalog.CallAsync("large", Nothing, Scope, CancellationToken.None);
        Assert.Equal((null, "here"), (outcome.Data, outcome.Text));
    }

    [Fact]
    public async Task A_source_that_hangs_holds_up_nobody_who_looks_for_the_tool_of_another()
    {
        ToolCatalog catalog = new([], [new HangingSource("hung__"), new GivenSource("other__say")], TimeProvider.System, NullLogger<ToolCatalog>.Instance);
        Assert.NotNull(await catalog.FindAsync("other__say", CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_source_cannot_take_the_name_of_another_tool()
    {
        ToolCatalog catalog = new([new GivenTool("say", (_, _) => Task.FromResult(ToolOutcome.Of("ours")))], [new GivenSource("say", "Bad Name", "more")], TimeProvider.System, NullLogger<ToolCatalog>.Instance);
        Assert.Equal(["more", "say"], (await catalog.ListAsync(CancellationToken.None)).Select(tool => tool.Name));
        Assert.Equal("ours", (await catalog.CallAsync("say", Nothing, Scope, CancellationToken.None)).Text);
    }

    private static async Task<ToolOutcome> Forever(JsonElement arguments, CancellationToken cancellation)
    {
        await Task.Delay(Timeout.Infinite, cancellation);
        return ToolOutcome.Of("");
    }

    private static ToolCatalog Catalog(params AgentTool[] tools) => new(tools, [], TimeProvider.System, NullLogger<ToolCatalog>.Instance);

    private sealed class HangingSource(string prefix) : IToolSource
    {
        public async Task<IReadOnlyList<AgentTool>> ListAsync(CancellationToken cancellation)
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return [];
        }

        public async Task<AgentTool?> FindAsync(string name, CancellationToken cancellation) =>
            name.StartsWith(prefix, StringComparison.Ordinal) ? (await ListAsync(cancellation))[0] : null;
    }

    private sealed class GivenSource(params string[] names) : IToolSource
    {
        public Task<IReadOnlyList<AgentTool>> ListAsync(CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<AgentTool>>([.. names.Select(name => new GivenTool(name, (_, _) => Task.FromResult(ToolOutcome.Of("theirs"))))]);
    }
}
