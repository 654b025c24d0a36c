using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Platform.Fakes;
using Platform.ModelHost.Engine.Tests.Adapters;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Server.Tests;

/// <summary>A real service with a registry of its own, and files of random adapters to put into it.</summary>
internal sealed class AdapterRig : IAsyncDisposable
{
    private AdapterRig(string folder, ModelHostFixture host) => (Folder, Host) = (folder, host);

    public string Folder { get; }

    public ModelHostFixture Host { get; }

    public HttpClient Http => Host.Http;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<AdapterRig> StartAsync(params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("adapters-").FullName;
        return new AdapterRig(folder, await ModelHostFixture.StartAsync([("Engine:AdapterDirectory", folder), .. settings]));
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await TestFolders.DeleteAsync(Folder);
    }

    /// <summary>The bytes of an adapter that fits the seed model.</summary>
    public static byte[] Adapter(int seed, Action<GgufWriter>? change = null, Func<float, float>? number = null)
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.gguf");
        try
        {
            RandomAdapter.Write(file, seed, change, number: number);
            return File.ReadAllBytes(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Uploads as the body.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> UploadAsync(string query, byte[] file)
    {
        using var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return await SendAsync(HttpMethod.Post, "/v1/adapters" + query, content);
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        request.Headers.ExpectContinue = content is not null; // a refusal comes before the body is sent, and not into the middle of it
        using var response = await Http.SendAsync(request, Cancellation);
        return (response.StatusCode, await Calls.ReadAsync(response));
    }

    /// <summary>Puts a version into production of which nothing was measured.</summary>
    public async Task<JsonElement> PromoteAsync(string name, int version)
    {
        var (status, body) = await Http.PostAsync($"/v1/adapters/{name}/versions/{version}/promote", """{"override_reason": "Random weights measure nothing."}""");
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        return body;
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        var (status, body) = await SendAsync(HttpMethod.Get, path);
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        return body;
    }

    /// <summary>The greedy continuation of a fixed prompt and the version that the answer names; null for the base.</summary>
    public async Task<(string Text, int? Version, int Cached)> WriteAsync(string model, string more = "")
    {
        var answer = await Http.PostOkAsync("/v1/completions", "{\"model\":\"" + model + "\",\"prompt\":\"The river runs through the old town\",\"max_tokens\":12,\"temperature\":0,\"ignore_eos\":true" + more + "}");
        int? version = answer.TryGetProperty("adapter", out var adapter) ? adapter.GetProperty("version").GetInt32() : null;
        return (answer.GetProperty("choices")[0].GetProperty("text").GetString()!, version, answer.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
    }

    /// <summary>Files and folders in the registry, without what they hold.</summary>
    public string[] Files => [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Folder, file)).Order(StringComparer.Ordinal)];

    public Task<HttpStatusCode> LoadAsync(string name, string path) => CallAsync("/v1/load_lora_adapter", "{\"lora_name\":\"" + name + "\",\"lora_path\":\"" + path + "\"}");

    public Task<HttpStatusCode> UnloadAsync(string name) => CallAsync("/v1/unload_lora_adapter", "{\"lora_name\":\"" + name + "\"}");

    /// <summary>These two answer with text, as vLLM does.</summary>
    private async Task<HttpStatusCode> CallAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(new Uri(path, UriKind.Relative), content, Cancellation);
        return response.StatusCode;
    }
}
