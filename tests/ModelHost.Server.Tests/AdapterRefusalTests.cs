using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Platform.ModelHost.Server.Tests;

/// <summary>What is not done with adapters, with two good ones in the registry.</summary>
public sealed class AdapterRefusalTests(AdapterRefusalTests.Running running) : IClassFixture<AdapterRefusalTests.Running>
{
    private readonly AdapterRig rig = running.Rig;

    public static TheoryData<string, string, HttpStatusCode, string> BadUploads => new()
    {
        { "?name=bad", "nan", HttpStatusCode.BadRequest, "NaN" }, { "?name=bad", "base", HttpStatusCode.BadRequest, "trained on" }, { "?name=bad", "cut", HttpStatusCode.BadRequest, "'bad'" },
        { "?name=bad", "text", HttpStatusCode.BadRequest, "GGUF" }, { "?name=bad", "nothing", HttpStatusCode.BadRequest, "'bad'" }, { "?name=bad", "large", HttpStatusCode.RequestEntityTooLarge, "" },
        { "", "good", HttpStatusCode.BadRequest, "'name' is missing" }, { "?name=Bad", "good", HttpStatusCode.BadRequest, "'Bad'" }, { "?name=../x", "good", HttpStatusCode.BadRequest, "'../x'" },
        { "?name=bad&state=production", "good", HttpStatusCode.BadRequest, "'production'" }, { "?name=bad&lineage=5", "good", HttpStatusCode.BadRequest, "'lineage'" },
        { "?name=bad&metrics=" + Uri.EscapeDataString("{\"a\":" + new string('[', 17) + new string(']', 17) + "}"), "good", HttpStatusCode.BadRequest, "'metrics'" },
        { "?name=bad&base_model=absent", "good", HttpStatusCode.NotFound, "'absent'" }, { "?name=bad&base_model=seed-embed", "good", HttpStatusCode.BadRequest, "seed-embed" },
    };

    [Fact]
    public async Task A_form_that_ends_inside_its_file_is_refused_as_a_broken_form()
    {
        using var content = new StringContent("--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nbad\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.gguf\"\r\n\r\nGGUF");
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        using var response = await rig.Http.PostAsync(new Uri("/v1/adapters", UriKind.Relative), content, TestContext.Current.CancellationToken);
        var error = (await Calls.ReadAsync(response)).GetProperty("error");
        Assert.Equal((HttpStatusCode.BadRequest, "file"), (response.StatusCode, error.GetProperty("param").GetString()));
        Assert.Contains("form cannot be read", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(BadUploads))]
    public async Task What_is_wrong_with_an_upload_is_said_and_nothing_of_it_stays(string query, string what, HttpStatusCode status, string said)
    {
        var file = what switch
        {
            "nan" => AdapterRig.Adapter(1, number: _ => float.NaN),
            "base" => AdapterRig.Adapter(1, writer => writer.Set("adapter.base_model.sha256", new string('0', 64))),
            "cut" => AdapterRig.Adapter(1)[..5_000],
            "text" => Encoding.ASCII.GetBytes(new string('x', 1_000)),
            "nothing" => [],
            "large" => new byte[4_000_001],
            _ => AdapterRig.Adapter(1),
        };
        var (answered, body) = await rig.UploadAsync(query, file);
        Assert.Equal(status, answered);
        var message = body.GetProperty("error").GetProperty("message").GetString();
        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.DoesNotContain(rig.Folder, message, StringComparison.Ordinal);
        Assert.DoesNotContain(rig.Files, file => file.StartsWith("bad", StringComparison.Ordinal));
        Assert.DoesNotContain("\"bad\"", (await rig.GetAsync("/v1/adapters")).GetRawText(), StringComparison.Ordinal);
        Assert.Null((await rig.WriteAsync("seed-chat")).Version); // and the base goes on
    }

    [Theory]
    [InlineData("""[{"id":7,"scale":1}]""", "7")]
    [InlineData("""[{"id":-1,"scale":1}]""", "-1")]
    [InlineData("""[{"scale":1}]""", "null")]
    [InlineData("""[{"id":0}]""", "0")]
    [InlineData("""[null]""", "null")]
    [InlineData("""[{"id":0,"scale":9}]""", "9")]
    [InlineData("""[{"id":0,"scale":1},{"id":0,"scale":1}]""", "twice")]
    [InlineData("""{"id":0}""", "")]
    public async Task Scales_that_cannot_be_set_are_refused_and_change_nothing(string body, string said)
    {
        var (status, refusal) = await rig.Http.PostAsync("/lora-adapters", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(said, refusal.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Null((await rig.WriteAsync("seed-chat")).Version);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../outside.gguf")]
    [InlineData("legal/../../outside.gguf")]
    [InlineData("legal/adapter.json")]
    [InlineData("legal/7.gguf")]
    [InlineData("links/link.gguf")]
    [InlineData("links/linked/outside.gguf")]
    [InlineData("")]
    [InlineData("a\\u0000b.gguf")]
    public async Task A_path_out_of_the_registry_is_refused(string path)
    {
        var outside = Directory.CreateTempSubdirectory("outside-").FullName;
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(outside, "outside.gguf"), AdapterRig.Adapter(5), TestContext.Current.CancellationToken);
            Directory.CreateDirectory(Path.Combine(rig.Folder, "links"));
            File.CreateSymbolicLink(Path.Combine(rig.Folder, "links", "link.gguf"), Path.Combine(outside, "outside.gguf"));
            Directory.CreateSymbolicLink(Path.Combine(rig.Folder, "links", "linked"), outside);
            Assert.Equal(HttpStatusCode.BadRequest, await rig.LoadAsync("stolen", path));
            Assert.False(Directory.Exists(Path.Combine(rig.Folder, "stolen")));
        }
        finally
        {
            Directory.Delete(Path.Combine(rig.Folder, "links"), recursive: true);
            Directory.Delete(outside, recursive: true);
        }
    }

    [Theory]
    [InlineData("GET", "/v1/adapters")]
    [InlineData("POST", "/v1/adapters")]
    [InlineData("GET", "/v1/adapters/legal/versions/1")]
    [InlineData("DELETE", "/v1/adapters/legal/versions/1")]
    [InlineData("POST", "/v1/adapters/legal/versions/1/promote")]
    [InlineData("POST", "/v1/adapters/legal/versions/1/rollback")]
    [InlineData("POST", "/v1/load_lora_adapter")]
    [InlineData("POST", "/v1/unload_lora_adapter")]
    [InlineData("GET", "/lora-adapters")]
    [InlineData("POST", "/lora-adapters")]
    public async Task Adapters_are_the_administrators(string method, string path)
    {
        using var http = rig.Host.NewHttp(); // with the usual key
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.Forbidden, "insufficient_scope"), (response.StatusCode, (await Calls.ReadAsync(response)).Code()));
        Assert.Contains("seed-chat:legal@1", await http.GetStringAsync(new Uri("/v1/models", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal); // what can be asked for is everybody's
    }

    /// <summary>One service for all of them: nothing that they ask for is done.</summary>
    public sealed class Running : IAsyncLifetime
    {
        internal AdapterRig Rig { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Rig = await AdapterRig.StartAsync(("Server:MaxAdapterBytes", "4000000"), ("Server:AdminKey", "the-administrators"));
            Rig.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "the-administrators");
            foreach (var seed in new[] { 1, 2 }) { Assert.Equal(HttpStatusCode.Created, (await Rig.UploadAsync("?name=legal", AdapterRig.Adapter(seed))).Status); }
        }

        public ValueTask DisposeAsync() => Rig.DisposeAsync();
    }
}
