using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Platform.EndToEnd.Tests;

/// <summary>The verbs of the terminal, as processes.</summary>
public sealed class TerminalTests
{
    [Theory]
    [InlineData("How many days of annual leave does a newcomer get?", "employee-handbook.pdf", 3, "26 days")]
    [InlineData("着火时大家在哪里集合？", "员工手册.pdf", 5, "东门外的篮球场")]
    public async Task Ask_answers_with_the_right_citation_and_leaves_nothing_behind(string question, string document, int page, string words)
    {
        var (code, output, error) = await RunAsync("ask", "--docs", Repository.Samples, "--json", question);
        Assert.True(code == 0, error);
        var answer = JsonDocument.Parse(output).RootElement;
        Assert.Equal("quote", answer.GetProperty("mode").GetString());
        var first = answer.GetProperty("citations")[0];
        Assert.Equal((1, document, page), (first.GetProperty("n").GetInt32(), first.GetProperty("document").GetString(), first.GetProperty("page").GetInt32()));
        var quote = first.GetProperty("quote").GetString()!;
        Assert.Contains(words, quote, StringComparison.Ordinal);
        Assert.Equal(quote.Length, first.GetProperty("end").GetInt32() - first.GetProperty("start").GetInt32());
        Assert.Contains(quote, answer.GetProperty("answer").GetString()!.Replace("\\", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(answer.GetProperty("timings").GetProperty("total_ms").GetDouble() > 0);
        Assert.Equal("", error);
    }

    [Fact]
    public async Task Ask_leaves_out_pipes_and_links_and_says_so_fault_30()
    {
        var docs = Directory.CreateTempSubdirectory("platform-docs-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(docs.FullName, "leave.txt"), "Everybody has 27 days of annual leave.", TestContext.Current.CancellationToken);
            File.CreateSymbolicLink(Path.Combine(docs.FullName, "zero.txt"), "/dev/zero");
            using (var made = Process.Start("mkfifo", Path.Combine(docs.FullName, "pipe.txt")))
            {
                await made.WaitForExitAsync(TestContext.Current.CancellationToken);
            }
            var (code, output, error) = await RunAsync("ask", "--docs", docs.FullName, "How many days of annual leave?");
            Assert.True(code == 0, error);
            Assert.Contains("27 days", output, StringComparison.Ordinal);
            Assert.Contains("pipe.txt was left out.", error, StringComparison.Ordinal);
            Assert.Contains("zero.txt was left out. It is a link", error, StringComparison.Ordinal);
        }
        finally
        {
            docs.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Ask_with_kept_data_forgets_files_that_are_gone_from_the_folder()
    {
        var folder = Directory.CreateTempSubdirectory("platform-docs-");
        try
        {
            var docs = folder.CreateSubdirectory("docs");
            var data = Path.Combine(folder.FullName, "data");
            var gone = Path.Combine(docs.FullName, "leave.txt");
            await File.WriteAllTextAsync(gone, "Everybody has 27 days of annual leave.", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(docs.FullName, "canteen.txt"), "The canteen opens at noon.", TestContext.Current.CancellationToken);
            string[] ask = ["ask", "--docs", docs.FullName, "--data", data, "How many days of annual leave?"];
            var (code, output, error) = await RunAsync(ask);
            Assert.True(code == 0, error);
            Assert.Contains("27 days", output, StringComparison.Ordinal);
            File.Delete(gone);
            (code, output, error) = await RunAsync(ask);
            Assert.True(code == 0, error);
            Assert.DoesNotContain("27 days", output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Ask_says_what_is_wrong_with_its_folder()
    {
        var (code, _, error) = await RunAsync("ask", "--docs", "/no/such/folder", "anything");
        Assert.Equal((1, "platform: the folder /no/such/folder does not exist.\n"), (code, error));
    }

    [Theory]
    [InlineData("--port", "abc")]
    [InlineData("--port", "99999")]
    [InlineData("--prot", "9000")]
    public async Task Serving_refuses_options_that_it_cannot_honour(string option, string value)
    {
        var (code, _, error) = await RunAsync("serve", option, value);
        Assert.Equal(1, code);
        Assert.Contains(option, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_finds_natives_models_and_readers()
    {
        var (_, output, error) = await RunAsync("doctor", "--json");
        var found = JsonDocument.Parse(output).RootElement.EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!, f => f.GetProperty("state").GetString());
        Assert.Equal("", error);
        Assert.All((string[])[".NET", "natives", "chat model", "embedding model", "PDF text", "PDF pages"], name => Assert.Equal("good", found[name]));
        Assert.Contains("processor", found.Keys);
        Assert.Contains("GPU", found.Keys);
        Assert.Contains("data folder", found.Keys);
    }

    [Fact]
    public async Task A_second_program_on_the_same_data_is_refused_with_one_sentence()
    {
        await using var platform = await RunningPlatform.StartAsync();
        var (code, _, error) = await RunAsync("serve", "--port", $"{RunningPlatform.FreePort()}", "--data", platform.Data);
        Assert.Equal(1, code);
        Assert.StartsWith("platform: ", error, StringComparison.Ordinal);
        Assert.Contains($"{platform.ProcessId}", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_model_that_cannot_be_used_ends_the_start_with_one_sentence()
    {
        var data = Directory.CreateTempSubdirectory("e2e-").FullName;
        var model = Path.Combine(data, "broken.gguf");
        await File.WriteAllTextAsync(model, "this is no model", TestContext.Current.CancellationToken);
        var (code, output, error) = await RunAsync("serve", "--port", $"{RunningPlatform.FreePort()}", "--data", data, "--model", model);
        Assert.Equal((1, ""), (code, output));
        var sentence = Assert.Single(error.TrimEnd().Split('\n'));
        Assert.StartsWith("platform: ", sentence, StringComparison.Ordinal);
        Assert.Contains(model, sentence, StringComparison.Ordinal);
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task A_port_in_use_ends_the_start_with_one_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var data = Directory.CreateTempSubdirectory("e2e-").FullName;
        var (code, output, error) = await RunAsync("serve", "--port", $"{port}", "--data", data);
        Assert.Equal((1, ""), (code, output));
        var sentence = Assert.Single(error.TrimEnd().Split('\n'));
        Assert.Contains($"{port}", sentence, StringComparison.Ordinal);
        Assert.Contains("--port", sentence, StringComparison.Ordinal);
        Directory.Delete(data, recursive: true);
    }

    private static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => RunAsync([], arguments);

    /// <summary>Runs the program to its end.</summary>
    [Fact]
    public async Task Mcp_greets_its_client_before_the_documents_are_read_and_a_call_waits_for_them()
    {
        var docs = Directory.CreateTempSubdirectory("platform-docs-");
        await File.WriteAllTextAsync(Path.Combine(docs.FullName, "leave.txt"), "Everybody has 27 days of annual leave.", TestContext.Current.CancellationToken);
        using var process = Process.Start(new ProcessStartInfo(Repository.WebProgram, ["mcp", "--docs", docs.FullName]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(3));
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await SayAsync("""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}""");
            Assert.Equal("platform", (await HearAsync()).GetProperty("result").GetProperty("serverInfo").GetProperty("name").GetString());
            await SayAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
            await SayAsync("""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"search_documents","arguments":{"query":"annual leave"},"_meta":{"progressToken":"p"}}}""");
            var told = await HearAsync();
            Assert.Equal(("notifications/progress", "Reads the documents in"), (told.GetProperty("method").GetString(), told.GetProperty("params").GetProperty("message").GetString()));
            Assert.Contains("27 days", (await HearAsync()).GetProperty("result").GetRawText(), StringComparison.Ordinal);
            await SayAsync("""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"send_fax","arguments":{}}}""");
            Assert.Equal(-32602, (await HearAsync()).GetProperty("error").GetProperty("code").GetInt32());
            process.StandardInput.Close();
            await process.WaitForExitAsync(deadline.Token);
            Assert.Equal((0, ""), (process.ExitCode, await error)); // what a client does wrong is no failure here
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            docs.Delete(recursive: true);
        }

        async Task SayAsync(string message)
        {
            await process.StandardInput.WriteLineAsync(message.AsMemory(), deadline.Token);
            await process.StandardInput.FlushAsync(deadline.Token);
        }

        async Task<JsonElement> HearAsync() => JsonElement.Parse((await process.StandardOutput.ReadLineAsync(deadline.Token))!);
    }

    internal static async Task<(int Code, string Output, string Error)> RunAsync((string Key, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Repository.WebProgram, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"It did not end by itself. It said:\n{await output}\n{await error}");
        }
        return (process.ExitCode, await output, await error);
    }
}
