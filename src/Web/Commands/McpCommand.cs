using System.CommandLine;
using System.CommandLine.Parsing;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Platform.Web.Commands;

/// <summary>`mcp`: an MCP server on standard input and output. It passes on to a running Platform, by its key; or, with a folder, it is one of its own over that folder's documents.</summary>
internal static class McpCommand
{
    /// <summary>Environment variable with the key: on a command line others could read it.</summary>
    internal const string KeyVariable = "PLATFORM_API_KEY";

    private const string Usual = "http://127.0.0.1:8080";

    internal static Command Create()
    {
        var url = new Option<Uri>("--url") { Description = $"The running Platform (default {Usual}). Its key is read from {KeyVariable}.", DefaultValueFactory = _ => new Uri(Usual), CustomParser = AddressOf };
        var docs = new Option<DirectoryInfo?>("--docs") { Description = "Serve this folder of documents instead, without a running Platform." };
        var data = SharedOptions.Data("a folder that is deleted at the end; with --docs");
        var model = SharedOptions.Model();
        var command = new Command("mcp", "An MCP server on standard input and output, for programs that start it.") { url, docs, data, model };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(docs) is not { } folder)
            {
                return await PassOnAsync(parsed.GetValue(url)!, cancellation);
            }

            if (!folder.Exists)
            {
                await Console.Error.WriteLineAsync($"platform: the folder {folder.FullName} does not exist.");
                return 1;
            }

            return await new FolderServer(folder).RunAsync(parsed.GetValue(data), parsed.GetValue(model), cancellation);
        });
        return command;
    }

    private static Uri? AddressOf(ArgumentResult given)
    {
        if (given.Tokens is [var token] && Uri.TryCreate(token.Value, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps))
        {
            return address;
        }

        given.AddError($"--url takes an address such as {Usual}.");
        return null;
    }

    private static async Task<int> PassOnAsync(Uri url, CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable(KeyVariable) is not { Length: > 0 } key)
        {
            await Console.Error.WriteLineAsync($"platform: {KeyVariable} is not set. Make a key under Settings, API keys, and put it there; or serve a folder with --docs.");
            return 1;
        }

        await using var here = new StdioServerTransport("platform");
        await using var client = new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri(url, "/mcp"), TransportMode = HttpTransportMode.StreamableHttp, AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {key}" },
        });
        await using var there = await client.ConnectAsync(cancellation);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var back = BackAsync(there, here, over.Token);
        List<Task> sending = [];
        await foreach (var message in here.MessageReader.ReadAllAsync(cancellation))
        {
            sending.RemoveAll(sent => sent.IsCompleted);
            var sent = SendAsync(message, there, here, cancellation);
            if (message is JsonRpcRequest { Method: RequestMethods.Initialize })
            {
                await sent; // what follows depends on what was agreed
            }

            sending.Add(sent);
        }

        await Task.WhenAll(sending);
        await over.CancelAsync();
        await back.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    private static async Task BackAsync(ITransport there, StdioServerTransport here, CancellationToken cancellation)
    {
        await foreach (var message in there.MessageReader.ReadAllAsync(cancellation))
        {
            await here.SendMessageAsync(message, cancellation);
        }
    }

    /// <summary>A request that does not get through is answered with why.</summary>
    private static async Task SendAsync(JsonRpcMessage message, ITransport there, StdioServerTransport here, CancellationToken cancellation)
    {
        try
        {
            await there.SendMessageAsync(message, cancellation);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or InvalidOperationException or System.Text.Json.JsonException)
        {
            await Console.Error.WriteLineAsync($"platform: the Platform cannot be reached or refused: {failure.Message}");
            if (message is JsonRpcRequest request)
            {
                await here.SendMessageAsync(new JsonRpcError { Id = request.Id, Error = new JsonRpcErrorDetail { Code = -32603, Message = $"The Platform cannot be reached or refused: {failure.Message}" } }, cancellation);
            }
        }
    }
}
