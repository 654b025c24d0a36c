using Platform.Fakes;

namespace Platform.ModelHost.Server.Tests;

/// <summary>One real service for all the tests that only ask it things.</summary>
public sealed class RunningModelHost : IAsyncLifetime
{
    public ModelHostFixture Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await ModelHostFixture.StartAsync(("Server:MaxBodyBytes", "1000000"));

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
