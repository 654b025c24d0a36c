using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Platform.Fakes;
using Platform.ModelHost.Client;
using Platform.Retrieval.Chunking;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Index;
using Platform.Retrieval.Index.Embedded;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Tests.Ingest;

public sealed class IngestWorkerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Waiting_documents_have_places_in_the_queue_and_are_taken_in_order()
    {
        await using Room room = await Room.OpenAsync(_folder.Data, working: false, settings: ("Retrieval:Workers", "1"));
        Guid baseId = (await room.NewBaseAsync(Room.Ada)).Id;
        for (int i = 1; i <= 3; i++)
        {
            Assert.Equal((DocumentState.Queued, i), (await room.AddAsync(Room.Ada, baseId, $"{i}.txt", $"Text {i}.")) is { Document: { } d } ? (d.State, d.QueuePosition) : default);
        }

        await room.StartAsync();
        IReadOnlyList<DocumentInfo> ready = await Task.WhenAll((await room.Documents.ListAsync(Room.Ada, baseId, Token)).Select(d => room.WaitAsync(d.Id, DocumentState.Ready)));
        Assert.Equal(ready.OrderBy(d => d.Name), ready.OrderBy(d => d.StartedAt));
    }

    [Fact]
    public async Task Stages_are_shown_with_their_counts()
    {
        await using Room room = await Room.OpenAsync(_folder.Data);
        Guid baseId = (await room.NewBaseAsync(Room.Ada)).Id;
        int batches = 0;
        TaskCompletionSource go = new();
        room.Embeddings.OnBatch = (_, cancellation) => ++batches == 2 ? go.Task.WaitAsync(cancellation) : Task.CompletedTask;
        DocumentInfo added = (await room.AddAsync(Room.Ada, baseId, "long.txt", Paragraphs(60))).Document!;
        DocumentInfo embedding = await room.WaitAsync(added.Id, d => d is { State: DocumentState.Embedding, StageDone: 32 });
        Assert.Equal(60, embedding.StageTotal);
        go.SetResult();
        DocumentInfo ready = await room.WaitAsync(added.Id, DocumentState.Ready);
        Assert.Equal((60, 0, 0), (ready.Passages, ready.StageDone, ready.StageTotal));
    }

    [Fact]
    public async Task A_failure_is_stored_with_its_cause_and_stage_and_can_be_retried()
    {
        await using Room room = await Room.OpenAsync(_folder.Data);
        Guid baseId = (await room.NewBaseAsync(Room.Ada)).Id;
        room.Embeddings.OnBatch = (_, _) => throw new InvalidDataException("seventeen");
        DocumentInfo added = (await room.AddAsync(Room.Ada, baseId, "a.txt", "Some text.")).Document!;
        DocumentInfo failed = await room.WaitAsync(added.Id, DocumentState.Failed);
        Assert.Equal((nameof(IngestError.Failed), DocumentState.Embedding), (failed.ErrorCode, failed.FailedAt));
        Assert.DoesNotContain("seventeen", failed.ErrorDetail, StringComparison.Ordinal);
        Assert.Equal(0, await room.PassagesAsync());
        room.Embeddings.OnBatch = null;
        await room.Documents.RetryAsync(Room.Ada, added.Id, Token);
        DocumentInfo ready = await room.WaitAsync(added.Id, DocumentState.Ready);
        Assert.Equal((null, null, null), (ready.ErrorCode, ready.ErrorDetail, ready.FailedAt));
    }

    [Fact]
    public async Task A_new_version_that_fails_leaves_the_old_one_to_be_found_and_is_retried_itself()
    {
        await using Room room = await Room.OpenAsync(_folder.Data);
        Guid baseId = (await room.NewBaseAsync(Room.Ada)).Id;
        DocumentInfo first = await room.AddReadyAsync(Room.Ada, baseId, "a.txt", "Version one.");
        room.Embeddings.OnBatch = (_, _) => throw new InvalidDataException("no");
        await room.AddAsync(Room.Ada, baseId, "a.txt", "Version two.", DuplicateChoice.Replace);
        await room.WaitAsync(first.Id, DocumentState.Failed);
        room.Embeddings.OnBatch = null;
        Assert.Equal("Version one.", Assert.Single((await room.Search.SearchAsync(Room.Ada, new("version", [baseId]), Token)).Hits).Passage.Text);
        await room.Documents.RetryAsync(Room.Ada, first.Id, Token);
        Assert.Equal(2, (await room.WaitAsync(first.Id, DocumentState.Ready)).Version);
        Assert.Equal("Version two.", Assert.Single(await room.Documents.PassagesAsync(Room.Ada, first.Id, Token)).Text);
    }

    [Fact]
    public async Task Cancelling_a_running_ingestion_leaves_nothing_of_it()
    {
        await using Room room = await Room.OpenAsync(_folder.Data);
        Guid baseId = (await room.NewBaseAsync(Room.Ada)).Id;
        TaskCompletionSource embedding = Hold(room);
        DocumentInfo added = (await room.AddAsync(Room.Ada, baseId, "a.txt", "Some text.")).Document!;
        await embedding.Task.WaitAsync(Token);
        await room.Documents.CancelAsync(Room.Ada, added.Id, Token);
        Assert.Equal(DocumentState.Cancelled, (await room.Documents.GetAsync(Room.Ada, added.Id, Token)).State);
        Assert.Equal(0, await room.PassagesAsync());
        room.Embeddings.OnBatch = null;
        await room.Documents.RetryAsync(Room.Ada, added.Id, Token);
        await room.WaitAsync(added.Id, DocumentState.Ready);
    }

    [Fact]
    public async Task Passages_written_before_a_crash_are_not_found_and_cancelling_takes_them_out()
    {
        await using Room room = await Room.OpenAsync(_folder.Data, working: false);
        Guid baseId = (await room.NewBaseAsync(Room.Ada)).Id;
        Guid id = (await room.AddAsync(Room.Ada, baseId, "a.txt", "Some text.")).Document!.Id;
        Passage written = new(Guid.NewGuid(), baseId, id, 0, "Some text.", "", 1, 1, 0, 10, 2);
        await room.Index.WriteAsync(baseId, id, 1, "hash", [new IndexedPassage(written, room.Embeddings.Of(written.Text))], Token);
        Assert.Empty((await room.Search.SearchAsync(Room.Ada, new("some text", [baseId]), Token)).Hits);
        await room.Documents.CancelAsync(Room.Ada, id, Token);
        Assert.Equal(0, await room.PassagesAsync());
    }

    [Fact]
    public void A_full_disk_is_told_however_deep_it_lies()
    {
        Exception full = new InvalidOperationException("a save failed", new SqliteException("full", 13));
        Assert.Equal(IngestError.NoSpace, IngestFailure.Of(full).Error);
        Assert.Equal(IngestError.NoSpace, IngestFailure.Of(new IOException("full", 28)).Error);
        Assert.Equal(IngestError.Failed, IngestFailure.Of(new IOException("other", 5)).Error);
    }

    [Fact]
    public async Task A_waiting_content_that_is_replaced_is_deleted()
    {
        await using Room room = await Room.OpenAsync(_folder.Data, working: false);
        Guid baseId = (await room.NewBaseAsync(Room.Ada)).Id;
        DocumentInfo first = (await room.AddAsync(Room.Ada, baseId, "a.txt", "Version one.")).Document!;
        await room.AddAsync(Room.Ada, baseId, "a.txt", "Version two.", DuplicateChoice.Replace);
        await room.AddAsync(Room.Ada, baseId, "a.txt", "Version three.", DuplicateChoice.Replace);
        await room.StartAsync();
        await room.WaitAsync(first.Id, DocumentState.Ready);
        await room.DisposeAsync();
        Assert.Single(Directory.GetFiles(_folder.Data.Files, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Cancelling_a_new_version_leaves_the_old_one_ready()
    {
        await using Room room = await Room.OpenAsync(_folder.Data);
        Guid baseId = (await room.NewBaseAsync(Room.Ada)).Id;
        DocumentInfo first = await room.AddReadyAsync(Room.Ada, baseId, "a.txt", "Version one.");
        TaskCompletionSource embedding = Hold(room);
        await room.AddAsync(Room.Ada, baseId, "a.txt", "Version two.", DuplicateChoice.Replace);
        await embedding.Task.WaitAsync(Token);
        await room.Documents.CancelAsync(Room.Ada, first.Id, Token);
        DocumentInfo after = await room.Documents.GetAsync(Room.Ada, first.Id, Token);
        Assert.Equal((DocumentState.Ready, 1, first.Sha256), (after.State, after.Version, after.Sha256));
        Assert.Single(Directory.GetFiles(_folder.Data.Files, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Deleting_a_document_while_it_is_taken_in_leaves_nothing_fault_31()
    {
        await using Room room = await Room.OpenAsync(_folder.Data);
        Guid baseId = (await room.NewBaseAsync(Room.Ada)).Id;
        TaskCompletionSource embedding = Hold(room);
        DocumentInfo added = (await room.AddAsync(Room.Ada, baseId, "a.txt", "Some text.")).Document!;
        await embedding.Task.WaitAsync(Token);
        await room.Documents.DeleteAsync(Room.Ada, added.Id, Token);
        Assert.Equal(0, await room.PassagesAsync());
        Assert.Empty(await room.Documents.ListAsync(Room.Ada, baseId, Token));
        Assert.Empty(Directory.GetFiles(_folder.Data.Files, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_stopped_program_goes_on_where_it_was()
    {
        Guid baseId, id;
        await using (Room room = await Room.OpenAsync(_folder.Data))
        {
            baseId = (await room.NewBaseAsync(Room.Ada)).Id;
            TaskCompletionSource embedding = Hold(room);
            id = (await room.AddAsync(Room.Ada, baseId, "a.txt", "Some text.")).Document!.Id;
            await embedding.Task.WaitAsync(Token);
        }

        await using Room again = await Room.OpenAsync(_folder.Data);
        await again.WaitAsync(id, DocumentState.Ready);
    }

    [Fact]
    public async Task While_a_cancelled_document_is_taken_out_of_the_index_others_can_write()
    {
        TaskCompletionSource cancelling = new(), go = new();
        bool armed = false;
        await using Room room = await Room.OpenAsync(_folder.Data, change: services => services.AddSingleton(
            provider => TellingIndex.Around(new EmbeddedPassageIndex(provider.GetRequiredService<DataFolder>()), what =>
            {
                if (!armed || what != "shown")
                {
                    return Task.CompletedTask;
                }

                cancelling.SetResult();
                return go.Task;
            })));
        Guid baseId = (await room.NewBaseAsync(Room.Ada)).Id;
        DocumentInfo first = await room.AddReadyAsync(Room.Ada, baseId, "a.txt", "Version one.");
        TaskCompletionSource embedding = Hold(room);
        await room.AddAsync(Room.Ada, baseId, "a.txt", "Version two.", DuplicateChoice.Replace);
        await embedding.Task.WaitAsync(Token);
        armed = true;
        Task cancel = room.Documents.CancelAsync(Room.Ada, first.Id, Token);
        await cancelling.Task.WaitAsync(Token);
        await room.NewBaseAsync(Room.Bob);
        Assert.False(cancel.IsCompleted);
        go.SetResult();
        await cancel;
        Assert.Equal((DocumentState.Ready, 1), await room.Documents.GetAsync(Room.Ada, first.Id, Token) is { } after ? (after.State, after.Version) : default);
    }

    [Fact]
    public async Task A_model_service_that_is_away_is_waited_for()
    {
        await using Room room = await Room.OpenAsync(_folder.Data);
        Guid baseId = (await room.NewBaseAsync(Room.Ada)).Id;
        int calls = 0;
        room.Embeddings.OnBatch = (_, _) => ++calls <= 2 ? throw Away(TimeSpan.FromMilliseconds(20)) : Task.CompletedTask;
        DocumentInfo added = (await room.AddAsync(Room.Ada, baseId, "a.txt", "Some text.")).Document!;
        await room.WaitAsync(added.Id, DocumentState.Ready);
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task A_model_service_that_stays_away_fails_the_document_in_the_end()
    {
        await using Room room = await Room.OpenAsync(_folder.Data, settings: ("Retrieval:ModelPatience", "00:00:00.200"));
        Guid baseId = (await room.NewBaseAsync(Room.Ada)).Id;
        room.Embeddings.OnBatch = (_, _) => throw Away(TimeSpan.FromMilliseconds(20));
        DocumentInfo added = (await room.AddAsync(Room.Ada, baseId, "a.txt", "Some text.")).Document!;
        DocumentInfo failed = await room.WaitAsync(added.Id, DocumentState.Failed);
        Assert.Equal(nameof(IngestError.ModelUnavailable), failed.ErrorCode);
        Assert.Contains("is away", failed.ErrorDetail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lease_that_ran_out_is_taken_over_and_the_first_holder_can_change_nothing_more()
    {
        ManualClock clock = new();
        await using Room room = await Room.OpenAsync(_folder.Data, working: false, clock);
        Guid baseId = (await room.NewBaseAsync(Room.Ada)).Id;
        Guid id = (await room.AddAsync(Room.Ada, baseId, "a.txt", "Some text.")).Document!.Id;
        IngestJobs jobs = room.Get<IngestJobs>();
        IngestJob first = (await jobs.ClaimAsync(Token))!;
        Assert.Null(await jobs.ClaimAsync(Token));
        clock.Advance(IngestJobs.LeaseTime / 2);
        await jobs.KeepAsync(first, new StageProgress().At, Token);
        clock.Advance(IngestJobs.LeaseTime - TimeSpan.FromSeconds(1));
        Assert.Null(await jobs.ClaimAsync(Token));
        clock.Advance(TimeSpan.FromSeconds(2));
        IngestJob second = (await jobs.ClaimAsync(Token))!;
        Assert.Equal((id, 2), (second.DocumentId, second.Attempts));
        await Assert.ThrowsAsync<LeaseLostException>(() => jobs.KeepAsync(first, new StageProgress().At, Token));
        await Assert.ThrowsAsync<LeaseLostException>(() => jobs.FinishAsync(first, 1, 1, "en", Token));
        await jobs.FinishAsync(second, 1, 1, "en", Token);
    }

    [Fact]
    public void States_and_errors_are_stored_by_numbers_and_names_that_never_change()
    {
        Assert.Equal(
            [(0, "Queued"), (1, "Extracting"), (2, "Chunking"), (3, "Embedding"), (4, "Indexing"), (5, "Ready"), (6, "Failed"), (7, "Cancelled")],
            Enum.GetValues<DocumentState>().Select(s => ((int)s, s.ToString())));
        Assert.Equal(
            ["TooLarge", "Empty", "UnsupportedType", "Encrypted", "Corrupt", "TooManyPages", "Bomb", "NoText", "OutOfTime", "OutOfMemory", "NoSpace", "ReaderMissing", "ModelUnavailable", "Failed"],
            Enum.GetNames<IngestError>().Take(14));
    }

    public void Dispose() => _folder.Dispose();

    private static TaskCompletionSource Hold(Room room)
    {
        TaskCompletionSource reached = new();
        room.Embeddings.OnBatch = async (_, cancellation) =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        };
        return reached;
    }

    private static ModelHostException Away(TimeSpan retryAfter) => new(ModelHostErrorKind.Unavailable, "The model service is away.") { RetryAfter = retryAfter };

    /// <summary>As many passages as asked for: each paragraph is about the size of one.</summary>
    private static string Paragraphs(int count) =>
        string.Join("\n\n", Enumerable.Range(0, count).Select(i => string.Join(' ', Enumerable.Range(0, 190).Select(word => $"word{i}x{word}")) + "."));
}
