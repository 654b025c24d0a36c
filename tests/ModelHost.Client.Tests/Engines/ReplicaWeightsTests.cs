using Microsoft.Extensions.AI;

namespace Platform.ModelHost.Client.Tests.Engines;

/// <summary>Two engines with another file each under one name: vectors come from one of them, and say which.</summary>
public sealed class ReplicaWeightsTests : IAsyncLifetime
{
    private static readonly string First = new('1', 64), Second = new('2', 64);
    private readonly List<ScriptedEngine> servers = [];
    private ManyEngines engines = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        foreach (var sha256 in new[] { First, Second })
        {
            servers.Add(await ScriptedEngine.StartAsync());
            servers[^1].Models = $$$"""{"data":[{"id":"e","capabilities":["embeddings"],"sha256":"{{{sha256}}}"}]}""";
        }
        engines = ManyEngines.Of([.. servers.Select(server => (server.Endpoint, ""))]);
    }

    public async ValueTask DisposeAsync()
    {
        await engines.DisposeAsync();
        foreach (var server in servers) { await server.DisposeAsync(); }
    }

    [Fact]
    public async Task A_replica_with_another_file_is_left_out_and_named_once()
    {
        for (var i = 0; i < 6; i++) { Assert.Equal("e@111111111111", (await engines.Embeddings.GenerateAsync(["x"], null, Cancellation))[0].ModelId); }
        Assert.Equal((6, 0), (servers[0].Asked.Count, servers[1].Asked.Count));
        Assert.Single(engines.Log.Split('\n'), line => line.StartsWith("Warning: The engine b is left out for e", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_vector_says_which_file_made_it_whichever_engine_answered()
    {
        var named = new EmbeddingGenerationOptions { ModelId = "e" };
        for (var i = 0; i < 4; i++)
        {
            var before = servers[0].Asked.Count;
            var said = (await engines.Embeddings.GenerateAsync(["x"], named, Cancellation))[0].ModelId;
            Assert.Equal(servers[0].Asked.Count > before ? "e@111111111111" : "e@222222222222", said);
        }
        Assert.All(servers, server => Assert.NotEmpty(server.Asked));
    }
}
