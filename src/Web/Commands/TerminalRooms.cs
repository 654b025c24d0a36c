using System.Data.Common;
using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Platform.Agents;
using Platform.Agents.Answering;
using Platform.Agents.Runs;
using Platform.ModelHost.Client;
using Platform.Retrieval;
using Platform.Retrieval.Access;
using Platform.Retrieval.Bases;
using Platform.Retrieval.Documents;
using Platform.Retrieval.Ingest;
using Platform.Web.Supervision;

namespace Platform.Web.Commands;

/// <summary>Agents, Retrieval and a model host of their own, without the web server: what a terminal verb works with. All of it ends with the verb.</summary>
internal sealed class TerminalRooms
{
    private readonly IServiceProvider _services;

    private TerminalRooms(IServiceProvider services) => _services = services;

    /// <summary>The one person of a terminal.</summary>
    internal Caller Caller { get; } = new("terminal", IsAdministrator: true);

    internal AnswerAgent Answers => _services.GetRequiredService<AnswerAgent>();

    internal IServiceProvider Services => _services;

    internal TimeSpan IngestTime { get; private set; }

    /// <summary>Starts the rooms, runs the work, ends everything; the exit code. Ctrl-C and SIGTERM cancel the work.</summary>
    internal static async Task<int> RunAsync(DirectoryInfo? data, string? model, Func<TerminalRooms, CancellationToken, Task<int>> work, CancellationToken cancellation)
    {
        var directory = data?.FullName ?? Directory.CreateTempSubdirectory("platform-").FullName;
        try
        {
            var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = [], ContentRootPath = AppContext.BaseDirectory });
            builder.Configuration["Data:Directory"] = directory;
            if (model is not null)
            {
                if (await SharedOptions.ResolveModelAsync(model, Path.Combine(directory, "models"), cancellation) is not { } file)
                {
                    return 1;
                }
                builder.Configuration["Models:Chat"] = file;
            }
            builder.Logging.ClearProviders().AddFilter(null, LogLevel.Warning).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
            builder.AddModelHost();
            builder.Services.AddAgents(builder.Configuration);
            using var host = builder.Build();
            var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
            try
            {
                await host.Services.PrepareAgentsAsync(stop.Token);
                await host.StartAsync(stop.Token);
                var state = await host.Services.GetRequiredService<ModelHostStatus>().WaitForAsync(s => s.Phase != ModelHostPhase.Starting, stop.Token);
                if (state.Phase == ModelHostPhase.Down)
                {
                    await Console.Error.WriteLineAsync($"platform: {state.Reason}");
                    return 1;
                }
                return await work(new TerminalRooms(host.Services), stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync("platform: stopped.");
                return 130;
            }
            catch (Exception problem) when (problem is StartRefusedException or OptionsValidationException or RunException or ModelHostException or IngestException or IOException or InvalidDataException or UnauthorizedAccessException or DbException)
            {
                await Console.Error.WriteLineAsync($"platform: {problem.Message}");
                return 1;
            }
            finally
            {
                await host.StopAsync(CancellationToken.None);
            }
        }
        finally
        {
            if (data is null)
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    /// <summary>Makes a base of every file of a folder and waits until each is ready or has failed; failures are told on standard error. Links are not followed.</summary>
    internal async Task<Guid> IngestAsync(DirectoryInfo folder, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var bases = _services.GetRequiredService<KnowledgeBases>();
        var name = folder.FullName.Length > 100 ? folder.FullName[^100..] : folder.FullName;
        var target = (await bases.ListAsync(Caller, cancellation)).FirstOrDefault(b => b.Name == name)
            ?? await bases.CreateAsync(Caller, name, "", shared: false, cancellation);
        var ingest = _services.GetRequiredService<IngestDocument>();
        var found = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden | FileAttributes.System | FileAttributes.Device };
        var files = folder.EnumerateFiles("*", found).OrderBy(f => f.FullName, StringComparer.Ordinal).ToArray();
        var shared = files.GroupBy(f => f.Name).Where(same => same.Count() > 1).Select(same => same.Key).ToHashSet();
        foreach (var file in files)
        {
            // Files of one name in several folders are told apart by their path.
            var called = shared.Contains(file.Name) ? Path.GetRelativePath(folder.FullName, file.FullName).Replace(Path.DirectorySeparatorChar, '-') : file.Name;
            try
            {
                await AddAsync(ingest, target.Id, file, called, cancellation);
            }
            catch (IngestException refused)
            {
                await Console.Error.WriteLineAsync($"platform: {called} was left out. {refused.Message}");
            }
        }
        await WaitAsync(target.Id, cancellation);
        IngestTime = clock.Elapsed;
        return target.Id;
    }

    // What a kept data folder already holds is left as it is, unless the file has changed since.
    private async Task AddAsync(IngestDocument ingest, Guid baseId, FileInfo file, string called, CancellationToken cancellation)
    {
        if (file.Length == 0)
        {
            throw new IngestException(IngestError.Empty, "It is empty, or not a regular file."); // opening a pipe would wait for its writer
        }
        await using var content = file.OpenRead();
        var receipt = await ingest.AddAsync(Caller, baseId, called, content, DuplicateChoice.Ask, cancellation);
        if (receipt is { Outcome: IngestOutcome.Duplicate, Existing: { } there })
        {
            content.Position = 0;
            if (there.Sha256 != Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation)))
            {
                content.Position = 0;
                await ingest.AddAsync(Caller, baseId, called, content, DuplicateChoice.Replace, cancellation);
            }
        }
    }

    private async Task WaitAsync(Guid baseId, CancellationToken cancellation)
    {
        var library = _services.GetRequiredService<DocumentLibrary>();
        while (true)
        {
            var documents = await library.ListAsync(Caller, baseId, cancellation);
            if (documents.All(d => d.State is DocumentState.Ready or DocumentState.Failed or DocumentState.Cancelled))
            {
                foreach (var failed in documents.Where(d => d.State == DocumentState.Failed))
                {
                    await Console.Error.WriteLineAsync($"platform: {failed.Name} was left out. {failed.ErrorDetail}");
                }
                return;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
        }
    }
}
