using System.Net;

namespace Platform.ModelHost.Server.Tests;

/// <summary>Adapters as llama.cpp's and vLLM's clients manage them.</summary>
public sealed class AdapterCompatibilityTests : IAsyncLifetime
{
    private AdapterRig rig = null!;

    public async ValueTask InitializeAsync()
    {
        rig = await AdapterRig.StartAsync();
        foreach (var seed in new[] { 1, 2 }) { Assert.Equal(HttpStatusCode.Created, (await rig.UploadAsync("?name=legal", AdapterRig.Adapter(seed))).Status); }
    }

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task Scales_set_for_every_request_hold_where_a_request_names_none()
    {
        var (plain, legal) = (await rig.WriteAsync("seed-chat"), await rig.WriteAsync("seed-chat:legal@1"));
        Assert.NotEqual(plain.Text, legal.Text);
        var (scale, other) = ("", plain);
        foreach (var tried in new[] { "0.5", "-1", "2", "3", "-2", "4" })
        {
            (scale, other) = (tried, await rig.WriteAsync("seed-chat", ",\"lora\":[{\"id\":\"legal@1\",\"scale\":" + tried + "}]"));
            if (other.Text != plain.Text && other.Text != legal.Text) { break; }
        }

        Assert.Equal(3, new[] { plain.Text, legal.Text, other.Text }.Distinct().Count());
        var set = await rig.Http.PostOkAsync("/lora-adapters", "[{\"id\":0,\"scale\":" + scale + "}]");
        Assert.Equal("[{\"id\":0,\"path\":\"legal@1\",\"scale\":" + scale + "},{\"id\":1,\"path\":\"legal@2\",\"scale\":0}]", set.GetRawText());
        Assert.Equal(set.GetRawText(), (await rig.GetAsync("/lora-adapters")).GetRawText());
        var now = await rig.WriteAsync("seed-chat");
        Assert.Equal((other.Text, 1), (now.Text, now.Version));
        Assert.True(now.Cached > 0); // what the same set has read before, and nothing of another's
        Assert.Equal(plain.Text, (await rig.WriteAsync("seed-chat", ",\"lora\":[]")).Text); // the base, said in so many words
        Assert.Equal(legal.Text, (await rig.WriteAsync("seed-chat:legal@1")).Text);
        Assert.Equal(HttpStatusCode.Conflict, (await rig.SendAsync(HttpMethod.Delete, "/v1/adapters/legal/versions/1")).Status);

        await rig.Http.PostOkAsync("/lora-adapters", "[]");
        Assert.Equal((plain.Text, null), await rig.WriteAsync("seed-chat") is var again ? (again.Text, again.Version) : default);
        Assert.Equal(HttpStatusCode.OK, (await rig.SendAsync(HttpMethod.Delete, "/v1/adapters/legal/versions/1")).Status);
    }

    [Fact]
    public async Task A_broken_file_is_not_set_for_every_request()
    {
        await File.WriteAllBytesAsync(Path.Combine(rig.Folder, "broken.gguf"), AdapterRig.Adapter(9, number: _ => float.NaN), TestContext.Current.CancellationToken);
        Assert.Equal("broken", (await rig.GetAsync("/lora-adapters"))[0].GetProperty("path").GetString()); // it comes first by name, and its header is sound
        Assert.Equal(HttpStatusCode.BadRequest, (await rig.Http.PostAsync("/lora-adapters", """[{"id":0,"scale":1}]""")).Status);
        Assert.NotEqual("broken", (await rig.GetAsync("/lora-adapters"))[0].GetProperty("path").GetString()); // now it is known
        Assert.Null((await rig.WriteAsync("seed-chat")).Version);
    }

    [Theory]
    [InlineData("""{"id":0,"scale":1}""", "invalid_type", null, "must be a list")]
    [InlineData("""[{"id":0}]""", "invalid_value", "scale", "has no 'scale'")]
    [InlineData("""[{"id":99,"scale":1}]""", "invalid_value", "id", "99")]
    [InlineData("""[null]""", "invalid_value", "id", "null")]
    public async Task Scales_that_cannot_be_set_are_refused_by_what_is_wrong_with_them(string body, string code, string? param, string saying)
    {
        var (status, refused) = await rig.Http.PostAsync("/lora-adapters", body);
        var error = refused.GetProperty("error");
        Assert.Equal((HttpStatusCode.BadRequest, code, param), (status, refused.Code(), error.GetProperty("param").GetString()));
        Assert.Contains(saying, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vllms_calls_load_and_unload_what_lies_in_the_registry()
    {
        Assert.Equal(HttpStatusCode.OK, await rig.LoadAsync("legal", "legal/2.gguf"));
        Assert.True((await rig.GetAsync("/v1/adapters/legal/versions/2")).GetProperty("is_loaded").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, await rig.UnloadAsync("legal@2"));
        Assert.False((await rig.GetAsync("/v1/adapters/legal/versions/2")).GetProperty("is_loaded").GetBoolean());
        Assert.Equal(HttpStatusCode.NotFound, await rig.UnloadAsync("legal@2")); // it is not loaded
        Assert.Equal(HttpStatusCode.NotFound, await rig.UnloadAsync("absent"));

        Directory.CreateDirectory(Path.Combine(rig.Folder, "incoming"));
        await File.WriteAllBytesAsync(Path.Combine(rig.Folder, "incoming", "trained.gguf"), AdapterRig.Adapter(9), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, await rig.LoadAsync("style", Path.Combine(rig.Folder, "incoming", "trained.gguf")));
        Assert.Equal(1, (await rig.WriteAsync("seed-chat:style")).Version);
    }
}
