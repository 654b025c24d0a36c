using Platform.Retrieval.Documents;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Tests.Ingest;

public sealed class IngestDocumentTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private Room _room = null!;
    private Guid _base;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DuplicateChoice.Ask)]
    [InlineData(DuplicateChoice.Skip)]
    [InlineData(DuplicateChoice.Replace)]
    public async Task The_same_file_added_ten_times_at_once_is_one_document_fault_31(DuplicateChoice choice)
    {
        IngestReceipt[] receipts = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => _room.AddAsync(Room.Ada, _base, "same.txt", "The very same text.", choice)));
        Guid added = Assert.Single(receipts, r => r.Outcome == IngestOutcome.Added).Document!.Id;
        Assert.All(receipts, r => Assert.Equal(added, (r.Document ?? r.Existing)!.Id));
        DocumentInfo ready = await _room.WaitAsync(added, DocumentState.Ready);
        Assert.Equal(1, ready.Version);
        Assert.Single(await _room.Documents.ListAsync(Room.Ada, _base, Token));
        Assert.Equal(1, await _room.PassagesAsync());
    }

    [Fact]
    public async Task A_duplicate_by_content_or_by_name_is_asked_about_and_nothing_is_stored()
    {
        DocumentInfo first = await _room.AddReadyAsync(Room.Ada, _base, "plan.txt", "First text.");
        IngestReceipt sameContent = await _room.AddAsync(Room.Ada, _base, "other name.txt", "First text.");
        IngestReceipt sameName = await _room.AddAsync(Room.Ada, _base, "PLAN.txt", "Second text.");
        Assert.All([sameContent, sameName], r => Assert.Equal((IngestOutcome.Duplicate, null, first.Id), (r.Outcome, r.Document, r.Existing!.Id)));
        Assert.Single(Directory.GetFiles(_folder.Data.Files, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Keeping_both_gives_the_second_a_name_of_its_own()
    {
        await _room.AddReadyAsync(Room.Ada, _base, "plan.txt", "First text.");
        Assert.Equal("plan (2).txt", (await _room.AddReadyAsync(Room.Ada, _base, "plan.txt", "First text.")).Name);
        Assert.Equal("plan (3).txt", (await _room.AddReadyAsync(Room.Ada, _base, "plan.txt", "Third text.")).Name);
        Assert.Equal(3, await _room.PassagesAsync());
    }

    [Fact]
    public async Task Replacing_keeps_the_old_passages_until_the_new_ones_are_in()
    {
        DocumentInfo first = await _room.AddReadyAsync(Room.Ada, _base, "plan.txt", "The old colour is red.");
        TaskCompletionSource embedding = new(), go = new();
        _room.Embeddings.OnBatch = async (_, cancellation) =>
        {
            embedding.TrySetResult();
            await go.Task.WaitAsync(cancellation);
        };
        IngestReceipt receipt = await _room.AddAsync(Room.Ada, _base, "plan.txt", "The new colour is blue.", DuplicateChoice.Replace);
        Assert.Equal((IngestOutcome.Replaced, first.Id), (receipt.Outcome, receipt.Document!.Id));
        await embedding.Task.WaitAsync(Token);
        Assert.Equal("The old colour is red.", Assert.Single(await _room.Documents.PassagesAsync(Room.Ada, first.Id, Token)).Text);
        Assert.StartsWith("The old", (await _room.Documents.ReadTextAsync(Room.Ada, first.Id, Token)).Text, StringComparison.Ordinal);
        go.SetResult();
        DocumentInfo second = await _room.WaitAsync(first.Id, DocumentState.Ready);
        Assert.Equal(2, second.Version);
        Assert.Equal("The new colour is blue.", Assert.Single(await _room.Documents.PassagesAsync(Room.Ada, first.Id, Token)).Text);
        await _room.DisposeAsync(); // the old file goes after the new version is shown
        Assert.Single(Directory.GetFiles(_folder.Data.Files, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task The_newest_content_wins_when_a_document_changes_while_it_is_taken_in_fault_31()
    {
        TaskCompletionSource embedding = new();
        _room.Embeddings.OnBatch = async (_, cancellation) =>
        {
            embedding.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        };
        IngestReceipt receipt = await _room.AddAsync(Room.Ada, _base, "plan.txt", "Text one.");
        await embedding.Task.WaitAsync(Token);
        _room.Embeddings.OnBatch = null;
        await _room.AddAsync(Room.Ada, _base, "plan.txt", "Text two.", DuplicateChoice.Replace);
        await _room.WaitAsync(receipt.Document!.Id, DocumentState.Ready);
        Assert.Equal("Text two.", Assert.Single(await _room.Documents.PassagesAsync(Room.Ada, receipt.Document.Id, Token)).Text);
    }

    [Fact]
    public async Task A_file_over_the_limit_is_refused_while_it_streams_and_leaves_nothing()
    {
        IngestException refused = await Assert.ThrowsAsync<IngestException>(() => _room.Ingest.AddAsync(Room.Ada, _base, "endless.txt", new EndlessStream(), DuplicateChoice.Ask, Token));
        Assert.Equal(IngestError.TooLarge, refused.Error);
        Assert.Contains("5,000,000", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Data.Files, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Empty_files_and_programs_are_refused_by_their_content_fault_28()
    {
        Assert.Equal(IngestError.Empty, (await Assert.ThrowsAsync<IngestException>(() => _room.AddAsync(Room.Ada, _base, "empty.txt", ""))).Error);
        byte[] program = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, .. new byte[200]];
        Assert.Equal(
            IngestError.UnsupportedType,
            (await Assert.ThrowsAsync<IngestException>(() => _room.Ingest.AddAsync(Room.Ada, _base, "report.pdf", new MemoryStream(program), DuplicateChoice.Ask, Token))).Error);
        Assert.Empty(await _room.Documents.ListAsync(Room.Ada, _base, Token));
        Assert.Empty(Directory.GetFiles(_folder.Data.Files, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("../../etc/passwd.txt", "passwd.txt")]
    [InlineData("C:\\Users\\x\\plan.txt", "plan.txt")]
    [InlineData("a/../../b.txt", "b.txt")]
    [InlineData("exe\u202Etxt.\u0007md", "exetxt.md")]
    [InlineData("..", "..")]
    [InlineData("\u0000", "document")]
    public async Task Names_are_only_shown_never_used_as_paths_fault_29(string name, string shown)
    {
        Assert.Equal(shown, (await _room.AddAsync(Room.Ada, _base, name, "Some text.")).Document!.Name);
        string root = _folder.Path;
        Assert.All(Directory.GetFiles(_folder.Data.Files, "*", SearchOption.AllDirectories), f => Assert.Matches("/files/[0-9a-f]{2}/[0-9a-f]{62}$", f[root.Length..]));
    }

    [Fact]
    public async Task A_long_name_is_cut_and_keeps_its_extension()
    {
        string name = (await _room.AddAsync(Room.Ada, _base, new string('n', 300) + ".md", "Some text.")).Document!.Name;
        Assert.Equal((200, ".md"), (name.Length, Path.GetExtension(name)));
    }

    [Fact]
    public async Task A_caller_who_leaves_in_the_middle_leaves_nothing()
    {
        using CancellationTokenSource leaving = new();
        Task adding = _room.Ingest.AddAsync(Room.Ada, _base, "slow.txt", new EndlessStream(leaving), DuplicateChoice.Ask, leaving.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => adding);
        Assert.Empty(Directory.GetFiles(_folder.Data.Files, "*", SearchOption.AllDirectories));
    }

    public async ValueTask InitializeAsync()
    {
        _room = await Room.OpenAsync(_folder.Data, settings: ("Retrieval:MaxFileBytes", "5000000"));
        _base = (await _room.NewBaseAsync(Room.Ada)).Id;
    }

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Never ends; cancels its reader after a few reads when told to.</summary>
    private sealed class EndlessStream(CancellationTokenSource? leaving = null) : MemoryStream
    {
        private int _reads;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (++_reads == 5 && leaving is not null)
            {
                await leaving.CancelAsync();
            }

            cancellationToken.ThrowIfCancellationRequested();
            buffer.Span.Fill((byte)'a');
            return buffer.Length;
        }
    }
}
