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
    }

    [Fact]
    public async Task It_ends_when_its_parent_does()
    {
        await using var host = await ModelHostFixture.StartAsync();
        host.CloseInput();
        Assert.Equal(0, await host.WaitForExitAsync());
    }

    [Fact]
    public async Task It_ends_on_sigterm_in_mid_answer_and_says_so_in_the_stream()
    {
        await using var host = await ModelHostFixture.StartAsync(("Server:Drain", "00:00:00"), ("Engine:ContextTokens", "8192"));
        using var answer = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent(EndlessChat, System.Text.Encoding.UTF8, "application/json"),
        };
        using var response = await host.Http.SendAsync(answer, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        await reader.ReadLineAsync(Cancellation);
        Assert.Equal(0, Kill(host.ProcessId, Sigterm));
        var rest = await reader.ReadToEndAsync(Cancellation);
        Assert.Equal(0, await host.WaitForExitAsync());
        Assert.Contains("shutting_down", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", rest, StringComparison.Ordinal);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private const string EndlessChat = """{"model": "seed-chat", "stream": true, "seed": 1, "temperature": 2, "top_k": 0, "top_p": 1, "min_p": 0, "messages": [{"role": "user", "content": "a"}]}""";
}
