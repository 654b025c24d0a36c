using Npgsql;
using Platform.Agents.Runs;
using Platform.Fakes;

namespace Platform.Agents.Tests.Storage;

public sealed class PostgresTests : SharedDatabaseSuite
{
    protected override async Task<string?> ConnectionAsync() => await PostgresServer.NewDatabaseAsync();

    /// <summary>Two statements that take rows in different orders would wait for each other, until the database ends one of them.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rows_of_runs_are_taken_in_one_order_by_what_keeps_leases_and_by_what_adds_events(bool adds)
    {
        var connection = $"{await ConnectionAsync()};Options=-c enable_indexscan=off -c enable_bitmapscan=off"; // rows come as they lie
        using Gate gate = new();
        await using var rig = await AgentsRig.StartAsync(gate.Chat("Text."), process: new(connection));
        List<RunInfo> runs = [await rig.AskAsync(), await rig.AskAsync(), await rig.AskAsync()];
        var (first, last, other) = (runs.Min(run => run.Id), runs.Max(run => run.Id), runs.Select(run => run.Id).Order().ElementAt(1));
        await AgentsRig.UntilAsync(async () => (await Task.WhenAll(runs.Select(run => rig.Runs.GetAsync(AgentsRig.Anna, run.Id, Cancellation)))).All(run => run.Status == RunStatus.InProgress));
        await using var holder = await OpenAsync(connection);
        await ChangeAsync(holder, null, first); // its row lies last from now on
        await using var held = await holder.BeginTransactionAsync(Cancellation);
        await ChangeAsync(holder, held, first);

        List<Task> taking = [];
        if (adds)
        {
            await using var before = await OpenAsync(connection);
            await using var holding = await before.BeginTransactionAsync(Cancellation);
            await ChangeAsync(before, holding, other);
            taking.Add(rig.Store.AppendAsync(Append(other)));
            await WaitingAsync(connection);
            taking.AddRange([rig.Store.AppendAsync(Append(last)), rig.Store.AppendAsync(Append(first))]); // together, once that one is stored
            await holding.CommitAsync(Cancellation);
            await taking[0];
        }
        else
        {
            taking.Add(rig.Store.KeepAsync([last, first], Cancellation));
        }
        await WaitingAsync(connection);
        await ChangeAsync(holder, held, last); // nobody who waits for the first has it
        await held.CommitAsync(Cancellation);
        await Task.WhenAll(taking);
        gate.Let(3);

        RunAppend Append(Guid id) => rig.Host.Find(id) is { } live
            ? new(live, [new(id, 1000, TimeProvider.System.GetUtcNow(), "message.delta", RunJson.Write(new TextData("")))], live.Progress, Ended: false, TellsMore: false) : throw new InvalidOperationException("It has ended.");
    }

    [Fact]
    public async Task A_character_that_the_database_does_not_take_keeps_no_run_from_its_end()
    {
        await using var rig = await AgentsRig.StartAsync(ScriptedChatClient.Saying("27\0 days [1]."), process: new(await ConnectionAsync()));
        var run = await rig.AskAsync("How many\0 days?");
        Assert.Equal("done", (await rig.EventsAsync(run))[^1].Name);
        Assert.Equal("27 days [1].", (await rig.AnswerAsync(run)).Text);
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connection)
    {
        NpgsqlConnection opened = new(connection);
        await opened.OpenAsync(Cancellation);
        return opened;
    }

    private static async Task ChangeAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, Guid run)
    {
        await using NpgsqlCommand command = new("SET lock_timeout = '300ms'; UPDATE agents_runs SET \"Steps\" = \"Steps\" WHERE \"Id\" = @id", connection, transaction);
        command.Parameters.AddWithValue("id", run);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>Returns when a statement waits for a row.</summary>
    private static async Task WaitingAsync(string connection)
    {
        await using var watcher = await OpenAsync(connection);
        await AgentsRig.UntilAsync(async () =>
        {
            await using NpgsqlCommand command = new("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", watcher);
            return await command.ExecuteScalarAsync(Cancellation) is > 0L;
        });
    }
}
