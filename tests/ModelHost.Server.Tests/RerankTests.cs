using System.Net;
using System.Text.Json;
using Platform.Fakes;
using Platform.ModelHost.Engine.Tests.Reranking;

namespace Platform.ModelHost.Server.Tests;

/// <summary>A model that judges pairs, asked over HTTP.</summary>
public sealed class RerankTests
{
    [Fact]
    public async Task A_reranking_model_judges_by_its_own_scores()
    {
        var folder = Directory.CreateTempSubdirectory("platform-rerank-").FullName;
        new TinyReranker().Write(Path.Combine(folder, "judge.gguf"));
        await using (var host = await ModelHostFixture.StartAsync(("Engine:ModelDirectory", folder)))
        {
            var body = await host.Http.PostOkAsync("/v1/rerank", """{"model": "judge", "query": "annual leave", "documents": ["the cat sleeps", "annual leave is days", "printer"], "return_documents": true}""");
            var results = body.GetProperty("results").EnumerateArray().ToList();
            var scores = results.ConvertAll(result => result.GetProperty("relevance_score").GetDouble());
            Assert.Equal(scores.OrderDescending(), scores);
            Assert.Equal([0, 1, 2], results.Select(result => result.GetProperty("index").GetInt32()).Order());
            Assert.Contains(scores, score => Math.Abs(score) > 1 || score < 0); // no cosine of vectors: what the model says
            var card = JsonDocument.Parse(await host.Http.GetStringAsync(new Uri("/v1/models/judge", UriKind.Relative), TestContext.Current.CancellationToken)).RootElement;
            Assert.Equal(["rerank"], card.GetProperty("capabilities").EnumerateArray().Select(capability => capability.GetString()));
            var (status, refusal) = await host.Http.PostAsync("/v1/rerank", "{\"model\": \"judge\", \"query\": \"a\", \"documents\": [\"" + string.Join(' ', Enumerable.Repeat("cat", 99)) + "\"]}");
            Assert.Equal((HttpStatusCode.BadRequest, "context_length_exceeded"), (status, refusal.Code()));
            Assert.Equal(HttpStatusCode.BadRequest, (await host.Http.PostAsync("/v1/embeddings", """{"model": "judge", "input": "a"}""")).Status);
        }

        Directory.Delete(folder, recursive: true);
    }
}
