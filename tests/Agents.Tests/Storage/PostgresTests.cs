using Platform.Fakes;

namespace Platform.Agents.Tests.Storage;

public sealed class PostgresTests : SharedDatabaseSuite
{
    protected override async Task<string?> ConnectionAsync() => await PostgresServer.NewDatabaseAsync();
}
