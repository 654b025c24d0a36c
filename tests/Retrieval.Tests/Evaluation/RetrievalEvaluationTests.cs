using Platform.Retrieval.Evaluation;
using Platform.Retrieval.Search;

namespace Platform.Retrieval.Tests.Evaluation;

public sealed class RetrievalEvaluationTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private Room _room = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Measures_questions_about_documents_in_all_three_ways()
    {
        Guid baseId = (await _room.NewBaseAsync(Room.Ada)).Id;
        await _room.AddReadyAsync(Room.Ada, baseId, "leave.txt", "Everyone has thirty days of leave a year.");
        await _room.AddReadyAsync(Room.Ada, baseId, "canteen.txt", "The canteen opens at noon and sells leave-in shampoo.");
        IReadOnlyList<GoldenQuestion> questions = await LoadAsync(
            """{"id":"1","lang":"en","question":"How many days of leave?","document":"leave.txt","page":1,"answers":[{"text":"thirty\n days"}],"answerable":true}""",
            """{"id":"2","lang":"en","question":"When does the canteen open?","document":"canteen.txt","page":1}""",
            """{"id":"3","lang":"en","question":"When does the canteen open?","document":"leave.txt","page":1}""",
            """{"id":"4","lang":"en","question":"Who won in Lisbon?","answerable":false}""");
        RetrievalReport report = await _room.Get<RetrievalEvaluation>().RunAsync(Room.Ada, [baseId], questions, q => new SearchQuery(q.Question, []), Token);
        Assert.Equal(["dense", "lexical", "fused, dense weight 0.3"], report.Metrics.Select(m => m.Name));
        RetrievalMetrics lexical = report.Metrics[1];
        Assert.Equal((3, 2 / 3.0, 2 / 3.0), (lexical.Questions, lexical.HitAt1, lexical.MeanReciprocalRank), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) + Math.Abs(a.Item3 - b.Item3) < 1e-9);
        Assert.True(report.AnswerableRelevance.Low > report.UnanswerableRelevance.High);
    }

    [Fact]
    public void Metrics_are_what_their_names_say()
    {
        RetrievalMetrics metrics = RetrievalMetrics.Of("x", [1, 2, 0, 6], [4, 1, 3, 2]);
        Assert.Equal((4, 0.25, 0.5, 3), (metrics.Questions, metrics.HitAt1, metrics.HitAt5, metrics.MedianMilliseconds));
        Assert.Equal((1 + 0.5 + (1 / 6.0)) / 4, metrics.MeanReciprocalRank, 9);
    }

    [Fact]
    public async Task A_line_that_is_no_question_is_named()
    {
        Assert.Contains("line 2", (await Assert.ThrowsAsync<InvalidDataException>(() => LoadAsync("""{"question":"fine"}""", "{not json"))).Message, StringComparison.Ordinal);
        Assert.Contains("line 1", (await Assert.ThrowsAsync<InvalidDataException>(() => LoadAsync("""{"id":"1"}"""))).Message, StringComparison.Ordinal);
    }

    public async ValueTask InitializeAsync() => _room = await Room.OpenAsync(_folder.Data, settings: ("Retrieval:DenseWeight", "0.3"));

    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<IReadOnlyList<GoldenQuestion>> LoadAsync(params string[] lines)
    {
        string path = Path.Combine(_folder.Path, "questions.jsonl");
        await File.WriteAllLinesAsync(path, lines, Token);
        return await GoldenSet.LoadAsync(path, Token);
    }
}
