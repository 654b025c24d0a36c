using System.Net;
using System.Text;
using System.Text.Json;

namespace Platform.ModelHost.Server.Tests;

/// <summary>Requests as text, answers as JSON.</summary>
internal static class Calls
{
    public static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(this HttpClient http, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        return (response.StatusCode, await ReadAsync(response));
    }

    public static async Task<JsonElement> PostOkAsync(this HttpClient http, string path, string body)
    {
        var (status, answer) = await http.PostAsync(path, body);
        Assert.True(status == HttpStatusCode.OK, answer.ToString());
        return answer;
    }

    public static async Task<JsonElement> GetOkAsync(this HttpClient http, string path)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        var answer = await ReadAsync(response);
        Assert.True(response.IsSuccessStatusCode, answer.ToString());
        return answer;
    }

    /// <summary>The events of a stream, comments left out.</summary>
    public static async Task<List<string>> PostStreamAsync(this HttpClient http, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        return [.. (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != ':')];
    }

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).RootElement;

    public static string? Code(this JsonElement body) => body.GetProperty("error").GetProperty("code").GetString();
}
