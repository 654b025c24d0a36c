using System.ClientModel;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;
using OpenAI.Files;
using OpenAI.FineTuning;
using Platform.Agents.Definitions;
using Platform.Fakes;
using Platform.ModelHost.Client;
using Platform.Retrieval.Access;
using Platform.Web.Features.Account;
using Platform.Web.Features.Keys;
using Platform.Web.Features.Training;
using Platform.Web.Host;

#pragma warning disable OPENAI001 // the SDK still calls it a preview

namespace Platform.Web.Tests.Api;

/// <summary>OpenAI's own .NET SDK, pointed at the Platform, trains an adapter in the real model service behind it: files, a job to its end, its events and checkpoints. Administrators' keys alone may.</summary>
public sealed class FineTuningSdkTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_uploads_a_file_runs_a_job_to_its_end_and_reads_what_happened()
    {
        var folder = Directory.CreateTempSubdirectory("platform-sdk-tuning-");
        try
        {
            await using var host = await ModelHostFixture.StartAsync(("Training:Directory", folder.FullName), ("Engine:AdapterDirectory", Path.Combine(folder.FullName, "adapters")));
            await using var other = await ScriptedEngine.StartAsync();
            await using var server = await WebServer.StartAsync($"--ModelHost:Endpoint={host.Endpoint}", $"--ModelHost:ApiKey={host.ApiKey}", "--ModelHost:Engines:0:Name=other", $"--ModelHost:Engines:0:Endpoint={other.Address}");
            var key = await KeyAsync(server, await server.AdministratorAsync(), KeyScopes.Training);
            var client = new OpenAIClient(new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = new Uri(server.Address, "/v1") });
            var files = client.GetOpenAIFileClient();
            OpenAIFile file = await files.UploadFileAsync(new MemoryStream(Encoding.UTF8.GetBytes(Rows)), "rows.jsonl", FileUploadPurpose.FineTune, Cancellation);
            Assert.Equal(("rows.jsonl", FilePurpose.FineTune), (file.Filename, file.Purpose));
            Assert.Equal(file.Id, (await files.GetFileAsync(file.Id, Cancellation)).Value.Id);
            Assert.Equal([file.Id], (await files.GetFilesAsync(Cancellation)).Value.Select(one => one.Id));
            Assert.Equal(Rows, (await files.DownloadFileAsync(file.Id, Cancellation)).Value.ToString());

            var tuning = client.GetFineTuningClient();
            var options = new FineTuningOptions { Suffix = "sdk", Seed = 3, TrainingMethod = FineTuningTrainingMethod.CreateSupervised(epochCount: 1, learningRate: 20) };
            var job = await tuning.FineTuneAsync("seed-chat", file.Id, waitUntilCompleted: false, options, Cancellation);
            while (!job.HasCompleted) // the SDK's own waiting asks once in ten seconds
            {
                await Task.Delay(50, Cancellation);
                await job.UpdateStatusAsync(Cancellation);
            }

            Assert.Equal((FineTuningStatus.Succeeded, "seed-chat", "seed-chat:sdk@1", file.Id), (job.Status, job.BaseModel, job.Value, job.TrainingFileId));
            Assert.Equal(4, job.ResultFileIds.Count); // steps, held-out rows, and the answers of base and adapter to them
            var events = await job.GetEventsAsync(new GetEventsOptions(), Cancellation).ToListAsync(Cancellation);
            Assert.Equal("The job has succeeded.", events[0].Message);
            Assert.True(events.Count > 20, "the pages follow each other");
            var checkpoints = await job.GetCheckpointsAsync(new GetCheckpointsOptions(), Cancellation).ToListAsync(Cancellation);
            Assert.All(checkpoints, one => Assert.True(one.StepNumber > 0 && one.Metrics.TrainLoss > 0));
            Assert.NotEmpty(checkpoints);
            Assert.Equal([job.JobId], (await tuning.GetJobsAsync(new FineTuningJobCollectionOptions(), Cancellation).ToListAsync(Cancellation)).Select(one => one.JobId));
            Assert.True((await files.DeleteFileAsync(file.Id, Cancellation)).Value.Deleted);

            using var http = new HttpClient { BaseAddress = server.Address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
            using var stream = await http.GetAsync(new Uri($"/v1/fine_tuning/jobs/{job.JobId}/stream", UriKind.Relative), Cancellation);
            Assert.Equal(("no-cache", "no"), (stream.Headers.CacheControl?.ToString(), stream.Headers.GetValues("X-Accel-Buffering").Single())); // else a proxy gathers what is to be seen at once
            Assert.Contains("The job has succeeded.", await stream.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal); // of a job that has ended the stream has an end
            var told = await http.GetFromJsonAsync<JsonElement>(new Uri($"/v1/fine_tuning/jobs/{job.JobId}", UriKind.Relative), Cancellation);
            Assert.Equal($"{WebServer.AdminEmail} (tests)", told.GetProperty("metadata").GetProperty("started_by").GetString());
            using var adapter = await http.GetAsync(new Uri("/v1/adapters/sdk/versions/1/content", UriKind.Relative), Cancellation);
            Assert.Equal("GGUF", Encoding.ASCII.GetString((await adapter.Content.ReadAsByteArrayAsync(Cancellation)).AsSpan(0, 4)));
            using var promoted = await http.PostAsJsonAsync(new Uri("/v1/adapters/sdk/versions/1/promote", UriKind.Relative), new { override_reason = "A try.", by = "Somebody else" }, Cancellation);
            Assert.Equal((HttpStatusCode.OK, $"{WebServer.AdminEmail} (tests)"), (promoted.StatusCode, (await promoted.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("promoted_by").GetString())); // whose key it is
            using var outside = await http.GetAsync(new Uri("/v1/files/%252e%252e/models", UriKind.Relative), Cancellation);
            Assert.Equal(HttpStatusCode.NotFound, outside.StatusCode); // nothing but what the scope opens
            await PublishAsync(server, "seed-chat:sdk@1", "counter");
            await PublishAsync(server, "seed-chat:sdk", "named");
            using var back = await http.PostAsync(new Uri("/v1/adapters/sdk/versions/1/rollback", UriKind.Relative), null, Cancellation);
            var refused = await ErrorAsync(back); // no version would take its place; who names the version itself goes on
            Assert.Equal((HttpStatusCode.Conflict, "in_use", true, false), (back.StatusCode, refused.GetProperty("code").GetString(), refused.ToString().Contains("named", StringComparison.Ordinal), refused.ToString().Contains("counter", StringComparison.Ordinal)));
            using var kept = await http.DeleteAsync(new Uri("/v1/adapters/sdk/versions/1", UriKind.Relative), Cancellation);
            Assert.Equal((HttpStatusCode.Conflict, "in_use"), (kept.StatusCode, (await ErrorAsync(kept)).GetProperty("code").GetString()));
            using var absent = await http.DeleteAsync(new Uri("/v1/adapters/sdk/versions/2", UriKind.Relative), Cancellation);
            Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
            using var refusal = await http.PostAsJsonAsync(new Uri("/v1/fine_tuning/jobs", UriKind.Relative), new { model = "seed-chat" }, Cancellation);
            Assert.Equal((HttpStatusCode.BadRequest, "training_file"), (refusal.StatusCode, (await ErrorAsync(refusal)).GetProperty("param").GetString())); // the service's own words
            foreach (var path in (string[])["/v1/fine_tuning/jobs", "/v1/fine_tuning/forecast"])
            {
                foreach (var model in (string[])["scripted", "other/scripted"])
                {
                    using var elsewhere = await http.PostAsJsonAsync(new Uri(path, UriKind.Relative), new { model, training_file = file.Id }, Cancellation);
                    var said = await ErrorAsync(elsewhere);
                    Assert.Equal((HttpStatusCode.BadRequest, "model", "model_not_trainable"), (elsewhere.StatusCode, said.GetProperty("param").GetString(), said.GetProperty("code").GetString()));
                    Assert.Contains("'other'", said.GetProperty("message").GetString(), StringComparison.Ordinal);
                }
            }
            await using (var page = server.App.Services.CreateAsyncScope())
            {
                ClaimsPrincipal person = new(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, "one"), new(ClaimTypes.Role, Access.Administrator)], "tests"));
                ((ServerAuthenticationStateProvider)page.ServiceProvider.GetRequiredService<AuthenticationStateProvider>()).SetAuthenticationState(Task.FromResult(new AuthenticationState(person)));
                Assert.Equal("scripted", (await page.ServiceProvider.GetRequiredService<ServedModels>().ChatModelAsync(Cancellation)).Id); // answers, and cannot be trained
                Assert.Equal("seed-chat", (await page.ServiceProvider.GetRequiredService<TeachableModel>().FindAsync(Cancellation))?.Id);
            }
            using var crowded = await http.PostAsJsonAsync(new Uri("/v1/fine_tuning/jobs", UriKind.Relative), new { model = "seed-chat", training_file = file.Id, metadata = Enumerable.Range(0, 16).ToDictionary(pair => $"key{pair}", _ => "x") }, Cancellation);
            Assert.Equal((HttpStatusCode.BadRequest, "metadata"), (crowded.StatusCode, (await ErrorAsync(crowded)).GetProperty("param").GetString())); // there would be no room for who asks
            using var twice = new StringContent($$"""{"model":"seed-chat","training_file":"{{file.Id}}","metadata":{"started_by":"Eve"},"metadata":{"started_by":"Eve"} }""", Encoding.UTF8, "application/json");
            using var forged = await http.PostAsync(new Uri("/v1/fine_tuning/jobs", UriKind.Relative), twice, Cancellation);
            Assert.Equal((HttpStatusCode.BadRequest, "invalid_json"), (forged.StatusCode, (await ErrorAsync(forged)).GetProperty("code").GetString())); // else the service would read what was not looked at
        }
        finally
        {
            await TestFolders.DeleteAsync(folder.FullName);
        }
    }

    [Fact]
    public async Task A_key_without_the_scope_or_without_an_administrator_trains_nothing()
    {
        await using var server = await WebServer.StartAsync();
        var administrator = await server.AdministratorAsync();
        Assert.Equal((403, "insufficient_scope"), await AskAsync(server, await KeyAsync(server, administrator, KeyScopes.Chat)));
        Assert.Equal((503, "model_unavailable"), await AskAsync(server, await KeyAsync(server, administrator, KeyScopes.Training)));

        var accounts = server.App.Services.GetRequiredService<AccountDirectory>();
        Assert.Empty(await accounts.AddAsync(administrator, "bo@example.org", "a start password", administrator: true, Cancellation));
        var bo = (await accounts.ListAsync(administrator, Cancellation)).Single(account => account.Email == "bo@example.org");
        await Assert.ThrowsAsync<ArgumentException>(() => KeyAsync(server, new Caller(bo.Id, IsAdministrator: false), KeyScopes.Training));
    }

    private static async Task PublishAsync(WebServer server, string model, string slug)
    {
        var (agents, owner) = (server.App.Services.GetRequiredService<AgentLibrary>(), await server.AdministratorAsync());
        var agent = await agents.CreateAsync(owner, new() { Name = slug, Slug = slug, Instructions = "Count.", Model = new(model) }, Cancellation);
        await agents.PublishAsync(owner, agent.Id, "", Cancellation);
    }

    private static async Task<string> KeyAsync(WebServer server, Caller owner, string scope) =>
        (await server.App.Services.GetRequiredService<ApiKeys>().CreateAsync(owner, new("tests", [scope], RequestsAMinute: 10_000), Cancellation)).Secret;

    private static async Task<(int Status, string? Code)> AskAsync(WebServer server, string key)
    {
        using var http = new HttpClient { BaseAddress = server.Address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
        using var answer = await http.GetAsync(new Uri("/v1/files", UriKind.Relative), Cancellation);
        return ((int)answer.StatusCode, (await ErrorAsync(answer)).GetProperty("code").GetString());
    }

    private static async Task<JsonElement> ErrorAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("error");

    private static string Rows => string.Concat(Enumerable.Range(1, 24).Select(i => "{\"messages\": [{\"role\": \"user\", \"content\": \"What is number " + i + "?\"}, {\"role\": \"assistant\", \"content\": \"It is number " + i + " of many.\"}]}\n"));
}
