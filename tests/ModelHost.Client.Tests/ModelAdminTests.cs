using Microsoft.Extensions.DependencyInjection;
using Platform.Fakes;
using Platform.ModelHost.Client.Admin;

namespace Platform.ModelHost.Client.Tests;

/// <summary>The administrator's client against the real service.</summary>
public sealed class ModelAdminTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_administrator_lists_loads_chooses_pins_unloads_and_deletes_models()
    {
        var folder = Directory.CreateTempSubdirectory("platform-models-").FullName;
        File.Copy(ModelHostFixture.ChatModelPath, Path.Combine(folder, "other.gguf"));
        await using var host = await ModelHostFixture.StartAsync(("Engine:ModelDirectory", folder));
        await using var client = LocalEngine.ClientOf(host.Endpoint, ("ModelHost:ApiKey", host.ApiKey));
        var admin = client.GetRequiredService<ModelAdmin>();
        var served = client.GetRequiredService<ServedModels>();
        Assert.Equal("seed-chat", (await served.ChatModelAsync(Cancellation)).Id);

        var listed = await admin.ListAsync(Cancellation);
        Assert.Equal(["seed-chat", "seed-embed", "other"], listed.Select(model => model.Id));
        Assert.True(listed[0] is { IsDefault: true, IsPinned: true, CanChat: true, State: AdminModelState.Loaded, Sha256: not null });
        Assert.True(listed[1] is { CanEmbed: true, EmbeddingLength: 512 });
        Assert.True(listed[2] is { State: AdminModelState.Unloaded, SizeBytes: > 5_000_000, Parameters: > 4_000_000, NeedsBytes: > 5_000_000, Architecture.Length: > 0, Quantization.Length: > 0 });

        var fit = await admin.FitAsync("other", null, null, Cancellation);
        Assert.Equal((true, listed[2].NeedsBytes, null), (fit.Fits, (long?)fit.NeedsBytes, fit.Reason));
        Assert.True((await admin.LoadAsync("other", 512, new RopeChoice(RopeKind.Yarn, 2), Cancellation)) is { State: AdminModelState.Loaded, ContextTokens: 512 });
        var memory = await admin.MemoryAsync(Cancellation);
        Assert.Equal(memory.TotalBytes, memory.FreeBytes + memory.Uses.Sum(use => use.Bytes));
        Assert.Contains(memory.Uses, use => use is { Owner: "other", Part: "context" });

        Assert.True((await admin.ChooseAsync("other", Cancellation)).IsDefault);
        Assert.Equal("other", (await served.ChatModelAsync(Cancellation)).Id); // what was kept of the list is forgotten
        Assert.True((await admin.PinAsync("other", true, Cancellation)).IsPinned);
        Assert.Equal("model_in_use", (await Assert.ThrowsAsync<ModelHostException>(() => admin.DeleteAsync("other", Cancellation))).Code);
        Assert.Equal(AdminModelState.Unloaded, (await admin.UnloadAsync("other", Cancellation)).State);
        await admin.DeleteAsync("other", Cancellation);
        Assert.Equal(["seed-chat", "seed-embed"], (await admin.ListAsync(Cancellation)).Select(model => model.Id));
        Assert.Equal("seed-chat", (await served.ChatModelAsync(Cancellation)).Id);
        Assert.Equal(ModelHostErrorKind.ModelNotFound, (await Assert.ThrowsAsync<ModelHostException>(() => admin.LoadAsync("other", null, null, Cancellation))).Kind);
        await TestFolders.DeleteAsync(folder);
    }

    [Fact]
    public async Task A_download_is_followed_to_its_end_and_the_model_is_there()
    {
        var content = await File.ReadAllBytesAsync(ModelHostFixture.ChatModelPath, Cancellation);
        await using var hub = await LocalEngine.StartAsync((http, _) => http.Response.Body.WriteAsync(content, http.RequestAborted).AsTask());
        var folder = Directory.CreateTempSubdirectory("platform-models-").FullName;
        await using (var host = await ModelHostFixture.StartAsync(("Engine:ModelDirectory", folder), ("HF_ENDPOINT", hub.Address.ToString())))
        {
            await using var client = LocalEngine.ClientOf(host.Endpoint, ("ModelHost:ApiKey", host.ApiKey));
            var admin = client.GetRequiredService<ModelAdmin>();
            Assert.DoesNotContain(await client.GetRequiredService<ServedModels>().ListAsync(Cancellation), model => model.Id == "owner--repo--one");
            var started = await admin.StartDownloadAsync("hf:owner/repo/one.gguf", Cancellation);
            Assert.Equal("owner--repo--one", started.Model);
            var states = new List<ModelDownload>();
            await foreach (var state in admin.FollowDownloadAsync(started.Id, Cancellation))
            {
                states.Add(state);
            }

            Assert.True(states[^1] is { State: ModelDownloadState.Completed, ErrorCode: null, FinishedAt: not null, Sha256.Length: 64 } && states[^1].BytesDone == content.Length);
            Assert.Equal(states[^1], await admin.CancelDownloadAsync(started.Id, Cancellation)); // it is over; nothing is undone
            Assert.Contains(await client.GetRequiredService<ServedModels>().ListAsync(Cancellation), model => model.Id == "owner--repo--one"); // the list was asked anew
            Assert.Equal([started.Id], (await admin.DownloadsAsync(Cancellation)).Select(download => download.Id));
            await admin.RemoveDownloadAsync(started.Id, Cancellation);
            Assert.Empty(await admin.DownloadsAsync(Cancellation));
            Assert.Equal(ModelHostErrorKind.BadRequest, (await Assert.ThrowsAsync<ModelHostException>(() => admin.StartDownloadAsync("hf:owner/repo/../one.gguf", Cancellation))).Kind);
        }

        await TestFolders.DeleteAsync(folder);
    }
}
