using Platform.Retrieval.Documents;
using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Tests.Ingest;

public sealed class DeadlyDocumentTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_document_at_which_the_program_ended_three_times_fails_with_that_cause_and_a_retry_begins_anew()
    {
        Guid id = Guid.Empty;
        for (int deaths = 0; deaths < 3; deaths++)
        {
            await using Room room = await Room.OpenAsync(_folder.Data, working: false);
            id = deaths > 0 ? id : (await room.AddAsync(Room.Ada, (await room.NewBaseAsync(Room.Ada)).Id, "a.txt", "Some text.")).Document!.Id;
            IngestJobs jobs = room.Get<IngestJobs>();
            await jobs.PostponeAsync((await jobs.ClaimAsync(Token))!, TimeSpan.Zero, null, Token); // given back: no death
            Assert.Equal(deaths, (await jobs.ClaimAsync(Token))!.Crashes); // and never given back
        }

        await using Room last = await Room.OpenAsync(_folder.Data);
        DocumentInfo failed = await last.WaitAsync(id, DocumentState.Failed);
        Assert.Equal(nameof(IngestError.ProgramEnded), failed.ErrorCode);
        Assert.Contains("ended 3 times", failed.ErrorDetail, StringComparison.Ordinal);
        await last.Documents.RetryAsync(Room.Ada, id, Token);
        await last.WaitAsync(id, DocumentState.Ready);
    }

    public void Dispose() => _folder.Dispose();
}
