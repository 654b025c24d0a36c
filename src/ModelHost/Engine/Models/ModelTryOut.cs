using Microsoft.Extensions.Logging;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Models;

/// <summary>Tries a model file in a process of its own before it is loaded here: a file that ends llama.cpp ends that process. What was tried is remembered by the file's content.</summary>
public sealed class ModelTryOut : IDisposable
{
    private const long RuntimeBytes = 1L << 30, BytesPerSecond = 25L << 20;
    private static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(60);

    private readonly ModelLoader loader;
    private readonly ModelFolder folder;
    private readonly MemoryLedger ledger;
    private readonly NativeWorker? worker;
    private readonly TriedFiles tried;
    private readonly LlamaLibrary library;
    private readonly ILogger log;
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <param name="worker">Null tries nothing and takes every file for usable.</param>
    internal ModelTryOut(ModelLoader loader, ModelFolder folder, MemoryLedger ledger, NativeWorker? worker, TriedFiles tried, LlamaLibrary library, ILogger log) =>
        (this.loader, this.folder, this.ledger, this.worker, this.tried, this.library, this.log) = (loader, folder, ledger, worker, tried, library, log);

    /// <summary>Checks a file, and tries it unless that was done before. It is not loaded, and need not lie in the models' folder.</summary>
    /// <returns>The file's SHA-256.</returns>
    /// <exception cref="EngineException">InvalidModelFile: it is refused or ended the process that tried it; OutOfMemory: there is no room to try it now.</exception>
    public async Task<string> TryAsync(string path, CancellationToken cancellation)
    {
        var file = await Task.Run(() => loader.Check(folder.IdOf(path), path, embeds: null, LoadSettings.Usual, cancellation), cancellation);
        if (worker is null || tried.Find(file.Sha256) is not null)
        {
            await TryAsync(file, cancellation);
            return file.Sha256;
        }
        var owner = $"try:{file.Id}";
        MemoryUse[] uses = [.. file.Uses.Select(use => use with { Owner = owner })];
        if (!ledger.TryTake(uses)) { throw ledger.Refusal(uses); }
        try
        {
            await TryAsync(file, cancellation);
            return file.Sha256;
        }
        finally
        {
            ledger.Release(owner);
        }
    }

    public void Dispose() => turn.Dispose();

    /// <summary>The same for a file that was checked and whose memory is taken.</summary>
    internal async Task TryAsync(ModelFile file, CancellationToken cancellation)
    {
        if (worker is null) { return; }
        await turn.WaitAsync(cancellation); // also so that two who want one file try it once
        try
        {
            if (tried.Find(file.Sha256) is not { } known) { await RunAsync(file, worker, cancellation); }
            else if (known.Reason is { } reason) { throw Unusable(file, reason); }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task RunAsync(ModelFile file, NativeWorker worker, CancellationToken cancellation)
    {
        var limits = new WorkLimits(RuntimeBytes + 2 * file.Uses.Sum(use => use.Bytes), AtLeast + TimeSpan.FromSeconds(file.Header.FileBytes / BytesPerSecond));
        try
        {
            await worker.RunAsync(new TryOrder(file.Path, file.Embeds, loader.GpuLayers) { NativeDirectory = library.Directory, Threads = loader.Threads(file.Header.FileBytes) }, limits, null, cancellation);
            tried.Remember(file.Sha256, null);
        }
        catch (WorkException fault) when (fault.Failure is WorkFailure.Crashed or WorkFailure.OutOfTime)
        {
            log.LogWarning("The model '{Model}' is unusable: {Reason}.", file.Id, fault.Message);
            tried.Remember(file.Sha256, fault.Message);
            throw Unusable(file, fault.Message, fault);
        }
        catch (WorkException fault) when (fault.Failure is WorkFailure.OutOfMemory)
        {
            throw new EngineException(EngineErrorKind.OutOfMemory, $"The model '{file.Id}' is not loaded: when it was tried in a process of its own, {fault.Message}.", fault);
        }
        catch (WorkException fault) when (fault.Failure is WorkFailure.NotStarted)
        {
            throw new EngineException(EngineErrorKind.Failed, $"The model '{file.Id}' is not loaded, as it cannot be tried: {fault.Message}.", fault);
        }
        catch (WorkException fault)
        {
            throw new EngineException(EngineErrorKind.InvalidModelFile, $"llama.cpp refuses the model '{file.Id}': {fault.Message}", fault); // its next version may not; nothing to remember
        }
    }

    private static EngineException Unusable(ModelFile file, string reason, Exception? inner = null) =>
        new(EngineErrorKind.InvalidModelFile, $"The model '{file.Id}' is not loaded: when it was tried in a process of its own, {reason}. It stays unusable until its file is replaced.", inner);
}
