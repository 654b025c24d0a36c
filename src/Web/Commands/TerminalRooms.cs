using System.Data.Common;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Platform.Agents;
using Platform.Agents.Answering;
using Platform.Agents.Runs;
using Platform.ModelHost.Client;
using Platform.ModelHost.Client.Admin;
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

    /// <summary>The id of the one person of a terminal.</summary>
    internal const string Person = "terminal";

    /// <summary>That person.</summary>
    internal Caller Caller { get; } = new(Person, IsAdministrator: true);

    internal AnswerAgent Answers => _services.GetRequiredService<AnswerAgent>();

    internal IServiceProvider Services => _services;

    internal TimeSpan IngestTime { get; private set; }

    /// <summary>Starts the rooms, runs the work, ends everything; the exit code. Ctrl-C and SIGTERM cancel the work.</summary>
    internal static async Task<int> RunAsync(DirectoryInfo? data, string? model, Func<TerminalRooms, CancellationToken, Task<int>> work, CancellationToken cancellation)
    {
        // From before there is anything to leave behind until it is gone; the host listens only once it has started.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var directory = data?.FullName ?? Directory.CreateTempSubdirectory("platform-").FullName;
        try
        {
            return await RunAsync(directory, model, work, stop.Token);
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
            if (data is null)
            {
                Directory.Delete(directory, recursive: true);
            }
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task<int> RunAsync(string directory, string? model, Func<TerminalRooms, CancellationToken, Task<int>> work, CancellationToken stop)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = [], ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration["Data:Directory"] = directory;
        if (model is not null)
        {
            if (await SharedOptions.ModelSettingAsync(model) is not { } setting)
            {
                return 1;
            }
            builder.Configuration[setting.Key] = setting.Value;
        }
        // What fails in the database is thrown as well, and told as one sentence; what is cut short by a stop is no failure.
        builder.Logging.ClearProviders().AddFilter(null, LogLevel.Warning).AddFilter("Microsoft.EntityFrameworkCore", LogLevel.None).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.AddModelHost();
        builder.Services.AddAgents(builder.Configuration);
        using var host = builder.Build();
        try
        {
            await host.Services.PrepareAgentsAsync(stop);
            await host.StartAsync(stop);
            var state = await host.Services.GetRequiredService<ModelHostStatus>().WaitForAsync(s => s.Phase != ModelHostPhase.Starting, stop);
            if (state.Phase == ModelHostPhase.Down)
            {
                await Console.Error.WriteLineAsync($"platform: {state.Reason}");
                return 1;
            }
            if (builder.Configuration[HubModel.Setting] is { Length: > 0 } source && !await HubModel.TakeUpAsync(source, host.Services.GetRequiredService<ModelAdmin>(), stop))
            {
                return 1;
            }
            return await work(new TerminalRooms(host.Services), stop);
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
    }

    /// <summary>The base of a folder, made when there is none.</summary>
    internal async Task<Guid> BaseOfAsync(DirectoryInfo folder, CancellationToken cancellation)
    {
        var bases = _services.GetRequiredService<KnowledgeBases>();
        var name = folder.FullName.Length > 100 ? folder.FullName[^100..] : folder.FullName;
        return ((await bases.ListAsync(Caller, cancellation)).FirstOrDefault(b => b.Name == name) ?? await bases.CreateAsync(Caller, name, "", shared: false, cancellation)).Id;
    }

    /// <summary>Takes every file of a folder into its base and waits until each is ready or has failed; what is left out and what fails is told on standard error.</summary>
    internal async Task<Guid> IngestAsync(DirectoryInfo folder, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var target = await BaseOfAsync(folder, cancellation);
        var ingest = _services.GetRequiredService<IngestDocument>();
        var files = FolderFile.Of(folder);
        await DropGoneAsync(target, files, cancellation);
        foreach (var file in files)
        {
            var obstacle = file.LeftOut;
            try
            {
                if (obstacle is null)
                {
                    await AddAsync(ingest, target, file, cancellation);
                }
            }
            catch (IngestException refused)
            {
                obstacle = refused.Message;
            }
            if (obstacle is not null)
            {
                await Console.Error.WriteLineAsync($"platform: {file.Called} was left out. {obstacle}");
            }
        }
        await WaitAsync(target, cancellation);
        IngestTime = clock.Elapsed;
        return target;
    }

    // What is gone from the folder answers no more.
    private async Task DropGoneAsync(Guid baseId, IReadOnlyList<FolderFile> files, CancellationToken cancellation)
    {
        var library = _services.GetRequiredService<DocumentLibrary>();
        var there = files.Where(f => f.LeftOut is null).Select(f => DocumentName.Key(DocumentName.Clean(f.Called))).ToHashSet();
        foreach (var gone in (await library.ListAsync(Caller, baseId, cancellation)).Where(d => !there.Contains(DocumentName.Key(d.Name))))
        {
            await library.DeleteAsync(Caller, gone.Id, cancellation);
        }
    }

    // What a kept data folder already holds is left as it is, unless the file has changed since.
    private async Task AddAsync(IngestDocument ingest, Guid baseId, FolderFile file, CancellationToken cancellation)
    {
        await using var content = file.File.OpenRead();
        var receipt = await ingest.AddAsync(Caller, baseId, file.Called, content, DuplicateChoice.Ask, cancellation);
        if (receipt is { Outcome: IngestOutcome.Duplicate, Existing: { } there })
        {
            content.Position = 0;
            if (there.Sha256 != Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation)))
            {
                content.Position = 0;
                await ingest.AddAsync(Caller, baseId, file.Called, content, DuplicateChoice.Replace, cancellation);
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
