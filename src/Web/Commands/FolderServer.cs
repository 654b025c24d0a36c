using System.Security.Claims;
using Microsoft.Extensions.Logging.Abstractions;
using ModelContextProtocol.Server;
using Platform.Agents.Approvals;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Tools;
using Platform.Retrieval.Documents;
using Platform.Web.Features.Api;
using Platform.Web.Features.Mcp;
using Platform.Web.Host;

namespace Platform.Web.Commands;

/// <summary>An MCP server on standard input and output over a folder's documents. It greets its client at once, who would not wait for a model to be loaded and documents to be read: what asks for those waits.</summary>
internal sealed class FolderServer(DirectoryInfo folder)
{
    private readonly TaskCompletionSource<ServedTools> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource read = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Until the client ends its input or the program is stopped; the exit code.</summary>
    internal async Task<int> RunAsync(DirectoryInfo? data, string? model, CancellationToken cancellation)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var options = ServedTools.OptionsFor(Person(), started.Task);
        await using var transport = new StdioServerTransport(options);
        // Its log is of what clients do wrong, which they are told themselves; our tools have their own.
        await using var server = McpServer.Create(transport, options, NullLoggerFactory.Instance);
        var serving = server.RunAsync(left.Token);
        var rooms = TerminalRooms.RunAsync(data, model, (rooms, stop) => ReadAsync(rooms, serving, stop), cancellation);
        await Task.WhenAny(serving, rooms);
        await left.CancelAsync();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await rooms;
    }

    private async Task<int> ReadAsync(TerminalRooms rooms, Task serving, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _ = serving.ContinueWith(_ => over.Cancel(), over.Token, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        started.SetResult(Tools(rooms.Services));
        try
        {
            await rooms.IngestAsync(folder, over.Token);
            read.SetResult();
            await serving.WaitAsync(over.Token);
        }
        catch (OperationCanceledException) when (serving.IsCompleted && !stop.IsCancellationRequested)
        {
            return 0; // the client has left
        }
        return 0;
    }

    private ServedTools Tools(IServiceProvider services)
    {
        var agents = services.GetRequiredService<AgentLibrary>();
        AgentRuns starter = new(agents, services.GetRequiredService<RunAgent>(), services.GetRequiredService<ApprovalBox>());
        DocumentTools documents = new(services.GetRequiredService<ToolCatalog>(), services.GetRequiredService<DocumentLibrary>());
        return new(documents, new RunTools(starter, agents), services.GetRequiredService<ILogger<ServedTools>>()) { BeforeCalls = ReadInAsync };
    }

    private Task ReadInAsync(Action<string> told, CancellationToken cancellation)
    {
        if (read.Task.IsCompleted)
        {
            return Task.CompletedTask;
        }
        told("Reads the documents in");
        return read.Task.WaitAsync(cancellation);
    }

    private static ClaimsPrincipal Person() =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, TerminalRooms.Person), new Claim(ClaimTypes.Name, TerminalRooms.Person), new Claim(ClaimTypes.Role, Access.Administrator)], "terminal"));
}
