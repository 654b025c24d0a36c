using System.Net.Sockets;
using System.Runtime.InteropServices;
using Platform.Fakes;

namespace Platform.ModelHost.Server.Tests;

/// <summary>How the process starts, and how it ends.</summary>
public sealed partial class ProcessTests
{
    private const int Sigterm = 15;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_empty_key_refuses_to_start_fault_37()
    {
        await using var host = ModelHostFixture.Launch(("Server:ApiKey", " "));
        Assert.Equal(2, await host.WaitForExitAsync());
        Assert.Contains("Server:ApiKey is empty", host.ErrorOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_model_ends_the_process_with_one_sentence()
    {
        await using var host = ModelHostFixture.Launch(("Engine:ChatModel", "/absent/model.gguf"));
        Assert.Equal(3, await host.WaitForExitAsync());
        Assert.Contains("/absent/model.gguf", Assert.Single(host.ErrorOutput.Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_model_ends_the_process_with_one_sentence_fault_11()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.gguf");
        await File.WriteAllTextAsync(file, "this is no model", Cancellation);
        try
        {
            await using var host = ModelHostFixture.Launch(("Engine:EmbeddingModel", file));
            Assert.Equal(3, await host.WaitForExitAsync());
            Assert.Single(host.ErrorOutput.Split('\n'));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_port_in_use_ends_the_process_with_one_sentence()
    {
        using var taken = new TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        await using var host = ModelHostFixture.Launch(("Server:Url", $"http://{taken.LocalEndpoint}"));
        Assert.Equal(4, await host.WaitForExitAsync());
        Assert.Contains("Set Server:Url", Assert.Single(host.ErrorOutput.Split('\n')), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_ends_when_its_parent_does()
    {
        await using var host = await ModelHostFixture.StartAsync();
        host.CloseInput();
        Assert.Equal(0, await host.WaitForExitAsync());
    }

    [Fact]
    public async Task It_ends_on_sigterm_in_mid_answer_and_says_so_in_the_streams()
    {
        // Eight answers one after the other: the first may end well, the last cannot. One that ends with its parent hears no signal.
        await using var host = await ModelHostFixture.StartAsync(("Server:ExitWithParent", "false"), ("Server:Drain", "00:00:00"), ("Engine:Slots", "1"));
        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => StartChatAsync(host)));
        Assert.Equal(0, Kill(host.ProcessId, Sigterm));
        var streams = await Task.WhenAll(responses.Select(response => response.Content.ReadAsStringAsync(Cancellation)));
        Assert.Equal(0, await host.WaitForExitAsync());
        Assert.Contains(streams, stream => stream.Contains("shutting_down", StringComparison.Ordinal));
        Assert.All(streams, stream => Assert.True(stream.Contains("shutting_down", StringComparison.Ordinal) != stream.Contains("[DONE]", StringComparison.Ordinal), stream));
    }

    private static Task<HttpResponseMessage> StartChatAsync(ModelHostFixture host) => host.Http.SendAsync(
        new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(LongChat, System.Text.Encoding.UTF8, "application/json") },
        HttpCompletionOption.ResponseHeadersRead, Cancellation);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private const string LongChat = """{"model": "seed-chat", "stream": true, "seed": 1, "temperature": 2, "top_k": 0, "top_p": 1, "min_p": 0, "messages": [{"role": "user", "content": "a"}]}""";
}
