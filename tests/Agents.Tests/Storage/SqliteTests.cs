namespace Platform.Agents.Tests.Storage;

public sealed class SqliteTests : SharedDatabaseSuite
{
    protected override Task<string?> ConnectionAsync() => Task.FromResult<string?>(null);
}
