using Platform.Agents.Acting;
using Platform.Agents.Answering;
using Platform.Agents.Runs;
using Platform.Agents.Runs.Tracing;
using Platform.Web.Features.Runs;

namespace Platform.Web.Tests.Runs;

public sealed class RunFileTests
{
    private static readonly Guid Base = Guid.NewGuid(), Handbook = Guid.NewGuid(), Memo = Guid.NewGuid(), First = Guid.NewGuid(), Second = Guid.NewGuid();

    [Fact]
    public void Each_document_and_page_that_was_read_stands_once_the_cited_ones_first()
    {
        var read = new ToolResultData("s1_1", "s1", "search_documents", "…", null, false,
            [Of(1, Memo, "aide.txt", Guid.NewGuid()), Of(2, Memo, "aide.txt", Guid.NewGuid()), Of(3, Handbook, "handbook.pdf", First), Of(4, Handbook, "handbook.pdf", Second)], 1);
        var fetched = new ToolResultData("s1_2", "s1", "fetch_page", "…", null, false, [Of(5, Guid.NewGuid(), "Example", Guid.NewGuid()) with { Url = "https://example.org/" }], 1);
        var trace = RunTrace.Of([Event(1, "tool.result", read), Event(2, "tool.result", read), Event(3, "tool.result", fetched), Event(4, "citation.added", Of(1, Handbook, "handbook.pdf", First))]);

        var files = RunFile.Of(trace);
        Assert.Equal(["handbook.pdf 2 True", "aide.txt 2 False", "Example 1 False"], files.Select(file => $"{file.Name} {file.Passages} {file.IsCited}"));
        Assert.Equal((Base, null, "https://example.org/"), (files[0].BaseId, files[2].BaseId, files[2].Url));
    }

    private static Citation Of(int n, Guid document, string name, Guid passage) => new(n, document, Base, name, "text/plain", 1, passage, "", 1, 0, 1, "x", "x", 0, [], 1, Verdict.Verbatim, 0, 0);

    private static RunEvent Event<T>(int seq, string name, T data) => new(Guid.Empty, seq, DateTimeOffset.UnixEpoch, name, RunJson.Write(data));
}
