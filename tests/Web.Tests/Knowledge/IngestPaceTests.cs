using Platform.Retrieval.Documents;
using Platform.Web.Features.Knowledge;

namespace Platform.Web.Tests.Knowledge;

public sealed class IngestPaceTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void What_is_left_is_told_from_the_pace_so_far()
    {
        var pace = new IngestPace();
        var queue = Enumerable.Range(0, 10).Select(_ => Document(DocumentState.Queued)).ToArray();
        pace.Look(queue, Start);
        Assert.Null(pace.Left); // nothing was seen yet

        pace.Look([.. queue.Take(2).Select(d => d with { State = DocumentState.Ready }), .. queue.Skip(2)], Start.AddSeconds(10));
        Assert.Equal(40, pace.Left!.Value.TotalSeconds, 3); // two in ten seconds, eight to go

        pace.Look([.. queue.Select(d => d with { State = DocumentState.Ready })], Start.AddSeconds(50));
        Assert.Null(pace.Left);
    }

    [Fact]
    public void What_is_added_meanwhile_is_more_to_do_and_does_not_slow_the_pace()
    {
        var pace = new IngestPace();
        var queue = Enumerable.Range(0, 4).Select(_ => Document(DocumentState.Queued)).ToArray();
        pace.Look(queue, Start);
        pace.Look([queue[0] with { State = DocumentState.Failed }, .. queue.Skip(1), Document(DocumentState.Queued)], Start.AddSeconds(10));
        Assert.Equal(40, pace.Left!.Value.TotalSeconds, 3);
    }

    [Fact]
    public void One_document_is_told_by_its_own_pace_once_it_has_one()
    {
        var document = Document(DocumentState.Embedding) with { StageDone = 0, StageTotal = 100, StartedAt = Start };
        Assert.Null(IngestPace.LeftOf(document, Start.AddSeconds(30)));
        Assert.Null(IngestPace.LeftOf(document with { StageDone = 50 }, Start.AddSeconds(1)));
        Assert.InRange(IngestPace.LeftOf(document with { StageDone = 50 }, Start.AddSeconds(30))!.Value.TotalSeconds, 20, 40);
        Assert.Null(IngestPace.LeftOf(document with { State = DocumentState.Ready }, Start.AddSeconds(30)));
    }

    private static DocumentInfo Document(DocumentState state) => new(
        Guid.NewGuid(), Guid.Empty, "a.md", "text/markdown", 1000, "", state, 0, 0, 0, null, null, null, 1, 0, "en", "ada", Start, Start, null, 1);
}
