using System.Net;

namespace Platform.ModelHost.Server.Tests;

/// <summary>Requests that take released versions alone, by every way in which a request names an adapter.</summary>
public sealed class ReleasedAdapterTests
{
    private static readonly (string Path, string Fields)[] Ways =
    [
        ("/v1/chat/completions", """ "messages":[{"role":"user","content":"a"}],"max_tokens":1 """), ("/v1/completions", """ "prompt":"a","max_tokens":1 """),
        ("/v1/responses", """ "input":"a","max_output_tokens":1 """), ("/v1/messages", """ "messages":[{"role":"user","content":"a"}],"max_tokens":1 """),
    ];

    [Fact]
    public async Task What_nobody_let_through_is_refused_as_what_is_not_there()
    {
        await using var rig = await AdapterRig.StartAsync();
        foreach (var query in (string[])["?name=legal", "?name=legal&state=draft", "?name=legal", "?name=fresh&state=draft"])
        {
            await rig.UploadAsync(query, AdapterRig.Adapter(1));
        }

        await rig.PromoteAsync("legal", 1);
        await rig.PromoteAsync("legal", 3); // 1 is retired by it
        foreach (var (path, rest) in Ways)
        {
            foreach (var kept in (string[])["legal@1", "legal@2", "fresh@1", "legal@9", "fresh", "nope"])
            {
                Assert.Equal(kept is "legal@9" or "fresh" or "nope" ? HttpStatusCode.NotFound : HttpStatusCode.OK, (await AskAsync(ByModel(kept), released: false)).Status);
                foreach (var named in (string[])[ByModel(kept), ByLora(kept)])
                {
                    var (status, body) = await AskAsync(named, released: true);
                    Assert.True(status == HttpStatusCode.NotFound, $"{path} {named}: {body}");
                    Assert.Equal($"There is no adapter '{kept}'.", body.GetProperty("error").GetProperty("message").GetString());
                }
            }

            foreach (var let in (string[])["legal", "legal@3"])
            {
                Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), ((await AskAsync(ByModel(let), released: true)).Status, (await AskAsync(ByLora(let), released: true)).Status));
            }

            Task<(HttpStatusCode Status, System.Text.Json.JsonElement Body)> AskAsync(string named, bool released) => rig.Http.PostAsync(path, $"{{{named},{rest},\"released_only\":{(released ? "true" : "false")}}}");
        }

        await rig.Http.PostOkAsync("/v1/adapters/legal/versions/2/canary", """{"share":0.5,"override_reason":"A trial."}""");
        Assert.Equal(2, (await rig.WriteAsync("seed-chat:legal@2", ",\"released_only\":true")).Version); // a share of the requests gets it
        await rig.Http.PostOkAsync("/v1/adapters/legal/versions/2/canary", """{"share":0}""");
        var drafts = (await rig.GetAsync("/lora-adapters")).EnumerateArray().Where(adapter => adapter.GetProperty("path").GetString() == "fresh@1").Select(adapter => adapter.GetProperty("id").GetInt32());
        Assert.Equal(HttpStatusCode.NotFound, (await rig.Http.PostAsync("/v1/completions", $$"""{"model":"seed-chat","prompt":"a","lora":[{"id":{{drafts.Single()}}}],"released_only":true}""")).Status); // by its place in the list
        await rig.Http.PostOkAsync("/lora-adapters", $$"""[{"id":{{drafts.Single()}},"scale":1}]""");
        Assert.Equal(1, (await rig.WriteAsync("seed-chat", ",\"released_only\":true")).Version); // an administrator set it for every request
    }

    /// <summary>What is counted for a request that would be refused is no cost of anything.</summary>
    [Fact]
    public async Task Tokens_are_counted_for_adapters_that_are_there_alone()
    {
        await using var rig = await AdapterRig.StartAsync();
        await rig.UploadAsync("?name=legal", AdapterRig.Adapter(1));
        await rig.UploadAsync("?name=legal&state=draft", AdapterRig.Adapter(2));
        foreach (var (path, rest) in (IEnumerable<(string, string)>)[.. Ways.Where(way => way.Path is "/v1/messages").Select(way => ("/v1/messages/count_tokens", way.Fields)), ("/v1/responses/input_tokens", "\"input\":\"a\""), ("/v1/chat/completions/input_tokens", Ways[0].Fields)])
        {
            foreach (var named in (string[])[ByModel("nope"), ByLora("nope"), ByModel("legal@3")])
            {
                Assert.Equal(HttpStatusCode.NotFound, (await rig.Http.PostAsync(path, $"{{{named},{rest}}}")).Status);
            }

            Assert.Equal(HttpStatusCode.NotFound, (await rig.Http.PostAsync(path, $"{{{ByModel("legal@2")},{rest},\"released_only\":true}}")).Status);
            Assert.Equal(HttpStatusCode.OK, (await rig.Http.PostAsync(path, $"{{{ByModel("legal@2")},{rest}}}")).Status);
            Assert.Equal(HttpStatusCode.OK, (await rig.Http.PostAsync(path, $"{{{ByLora("legal@1")},{rest}}}")).Status);
        }
    }

    private static string ByModel(string adapter) => $"\"model\":\"seed-chat:{adapter}\"";

    private static string ByLora(string adapter) => $$"""
        "model":"seed-chat","lora":[{"id":"{{adapter}}"}]
        """;
}
