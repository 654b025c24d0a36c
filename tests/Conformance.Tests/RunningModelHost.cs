using Platform.Fakes;

namespace Platform.Conformance.Tests;

/// <summary>One real service for all the tests that only ask it things.</summary>
public sealed class RunningModelHost : IAsyncLifetime
{
    public ModelHostFixture Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await ModelHostFixture.StartAsync(("Server:AdminKey", "the administrator's"));

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
