using System.ClientModel;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using OpenAI;
using OpenAI.Chat;
using Platform.Fakes;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Ingest;
using Platform.Web.Features.Keys;

namespace Platform.Web.Tests.Mcp;

/// <summary>Keys, the relay and the MCP server over the real model service with the seed models.</summary>
public sealed class RealModelTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Documents_are_searched_read_and_asked_by_mcp_and_models_used_by_the_openai_sdk()
    {
        await using var models = await ModelHostFixture.StartAsync();
        await using var server = await WebServer.StartAsync($"--ModelHost:Endpoint={models.Endpoint}", $"--ModelHost:ApiKey={models.ApiKey}");
        var owner = await server.AdministratorAsync();
        var services = server.App.Services;
        var library = await services.GetRequiredService<KnowledgeBases>().CreateAsync(owner, "House", "", shared: false, Cancellation);
        using (var content = new MemoryStream(Encoding.UTF8.GetBytes("# Leave\n\nEverybody has 27 days of annual leave.\n\n# Birds\n\nThe canary sings at noon.")))
        {
            await services.GetRequiredService<IngestDocument>().AddAsync(owner, library.Id, "house.md", content, DuplicateChoice.KeepBoth, Cancellation);
        }

        var documents = services.GetRequiredService<DocumentLibrary>();
        for (var start = System.Diagnostics.Stopwatch.StartNew(); (await documents.ListAsync(owner, library.Id, Cancellation))[0].State != DocumentState.Ready; await Task.Delay(50, Cancellation))
        {
            Assert.True(start.Elapsed < TimeSpan.FromMinutes(1), "The document is not ready in time.");
        }

        var (_, key) = await services.GetRequiredService<ApiKeys>().CreateAsync(owner, new("k", [KeyScopes.Knowledge, KeyScopes.Chat, KeyScopes.Models]), Cancellation);
        await using var client = await McpClient.CreateAsync(new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri(server.Address, "/mcp"), TransportMode = HttpTransportMode.StreamableHttp, AdditionalHeaders = new Dictionary<string, string> { ["x-api-key"] = key },
        }), cancellationToken: Cancellation);
        var found = await client.CallToolAsync("search_documents", new Dictionary<string, object?> { ["query"] = "annual leave", ["top"] = 1 }, cancellationToken: Cancellation);
        var passage = found.StructuredContent!.Value.GetProperty("passages")[0];
        Assert.Contains("27 days", passage.GetProperty("text").GetString(), StringComparison.Ordinal);
        var read = await client.CallToolAsync("read_passage", new Dictionary<string, object?> { ["passage"] = passage.GetProperty("passage").GetString() }, cancellationToken: Cancellation);
        Assert.Contains("canary", read.StructuredContent!.Value.GetProperty("text").GetString(), StringComparison.Ordinal);
        var answer = await client.CallToolAsync("ask", new Dictionary<string, object?> { ["question"] = "How many days of annual leave?" }, cancellationToken: Cancellation);
        Assert.Contains("27 days", Assert.IsType<TextContentBlock>(answer.Content[0]).Text, StringComparison.Ordinal);
        Assert.Equal("house.md", answer.StructuredContent!.Value.GetProperty("citations")[0].GetProperty("filename").GetString());

        var openAi = new OpenAIClient(new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = new Uri(server.Address, "/v1") });
        Assert.Contains("seed-chat", (await openAi.GetOpenAIModelClient().GetModelsAsync(Cancellation)).Value.Select(model => model.Id));
        var updates = await openAi.GetChatClient("seed-chat").CompleteChatStreamingAsync(["Hello"], new ChatCompletionOptions { MaxOutputTokenCount = 8 }, Cancellation).ToListAsync(Cancellation);
        Assert.NotEmpty(string.Concat(updates.SelectMany(update => update.ContentUpdate).Select(part => part.Text)));
        Assert.InRange(updates[^1].Usage.OutputTokenCount, 1, 8);
        Assert.Equal(512, (await openAi.GetEmbeddingClient("seed-embed").GenerateEmbeddingAsync("annual leave", null, Cancellation)).Value.ToFloats().Length);
        Assert.Equal(404, (await Assert.ThrowsAsync<ClientResultException>(() => openAi.GetChatClient("absent").CompleteChatAsync(["Hello"], null, Cancellation))).Status);
    }
}
