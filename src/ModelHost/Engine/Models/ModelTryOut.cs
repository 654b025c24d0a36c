using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Platform.ModelHost.Engine.Work;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Models;

/// <summary>Tries a model file in a process of its own before it is loaded here: a file that ends llama.cpp ends that process. What was tried is remembered by the file's content.</summary>
public sealed class ModelTryOut
{
    internal const string Trial = "try:"; // before the id of a model, who holds the memory while it is tried
    private const long RuntimeBytes = 1L << 30, BytesPerSecond = 25L << 20;
    private static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(60);

    private readonly ModelLoader loader;
    private readonly ModelFolder folder;
    private readonly MemoryLedger ledger;
    private readonly NativeWorker? worker;
    private readonly TriedFiles tried;
    private readonly LlamaLibrary library;
    private readonly ILogger log;
    private readonly ConcurrentDictionary<string, SemaphoreSlim> turns = new(StringComparer.Ordinal); // by hash

    /// <param name="worker">Null tries nothing and takes every file for usable.</param>
    internal ModelTryOut(ModelLoader loader, ModelFolder folder, MemoryLedger ledger, NativeWorker? worker, TriedFiles tried, LlamaLibrary library, ILogger log) =>
        (this.loader, this.folder, this.ledger, this.worker, this.tried, this.library, this.log) = (loader, folder, ledger, worker, tried, library, log);

    /// <summary>Checks a file, and tries it unless that was done before. It is not loaded, and need not lie in the models' folder. One that cannot be tried now, for want of room, of a process or of time, is tried when it is loaded.</summary>
    /// <returns>The file's SHA-256.</returns>
    /// <exception cref="EngineException">InvalidModelFile: it is refused or ended the process that tried it.</exception>
    public async Task<string> TryAsync(string path, CancellationToken cancellation)
    {
        var file = await Task.Run(() => loader.Check(folder.IdOf(path), path, embeds: null, LoadSettings.Usual, cancellation), cancellation);
        var uses = TryModel.Uses($"{Trial}{file.Id}:{Guid.NewGuid():N}", file.Header);
        if (IsTried(file) || !ledger.TryTake(uses)) { return file.Sha256; }
        try
        {
            await TryAsync(file, cancellation);
        }
        catch (EngineException later) when (later.Kind is EngineErrorKind.OutOfMemory or EngineErrorKind.WorkFailed)
        {
            log.LogWarning("{Reason}", later.Message);
        }
        finally
        {
            ledger.Release(uses[0].Owner);
        }
        return file.Sha256;
    }

    /// <summary>Whether memory is held by a trial, which gives it back by itself.</summary>
    internal static bool IsTrial(MemoryUse use) => use.Owner.StartsWith(Trial, StringComparison.Ordinal);

    /// <summary>The same for a file that was checked and whose memory is taken.</summary>
    /// <exception cref="EngineException">As above; WorkFailed or OutOfMemory: it could not be tried.</exception>
    internal async Task TryAsync(ModelFile file, CancellationToken cancellation)
    {
        if (IsTried(file)) { return; }
        var turn = turns.GetOrAdd(file.Sha256, _ => new SemaphoreSlim(1, 1)); // two who want one file try it once, and nobody waits for another file's trial
        await turn.WaitAsync(cancellation);
        try
        {
            if (!IsTried(file)) { await RunAsync(file, worker!, cancellation); }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Whether a file need not be tried.</summary>
    /// <exception cref="EngineException">InvalidModelFile: it was, and is unusable.</exception>
    internal bool IsTried(ModelFile file) => worker is null || tried.Find(file.Sha256) switch { null => false, { Reason: { } reason } => throw Unusable(file, reason), _ => true };

    private async Task RunAsync(ModelFile file, NativeWorker worker, CancellationToken cancellation)
    {
        var limits = new WorkLimits(RuntimeBytes + 2 * file.Uses.Sum(use => use.Bytes), AtLeast + TimeSpan.FromSeconds(file.Header.FileBytes / BytesPerSecond));
        try
        {
            await worker.RunAsync(new TryOrder(file.Path, file.Embeds, loader.GpuLayers) { NativeDirectory = library.Directory, Threads = loader.Threads(file.Header.FileBytes) }, limits, null, cancellation);
            tried.Remember(file.Sha256, null);
        }
        catch (WorkException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation); // what ends us may have ended the child first
        }
        catch (WorkException fault) when (fault.Failure == WorkFailure.Crashed)
        {
            log.LogWarning("The model '{Model}' is unusable: {Reason}.", file.Id, fault.Message);
            tried.Remember(file.Sha256, fault.Message);
            throw Unusable(file, fault.Message, fault);
        }
        catch (WorkException fault) when (fault.Failure is WorkFailure.OutOfMemory)
        {
            throw new EngineException(EngineErrorKind.OutOfMemory, $"The model '{file.Id}' is not loaded: when it was tried in a process of its own, {fault.Message}.", fault);
        }
        catch (WorkException fault) when (fault.Failure is WorkFailure.NotStarted or WorkFailure.Ended or WorkFailure.OutOfTime)
        {
            throw new EngineException(EngineErrorKind.WorkFailed, $"The model '{file.Id}' is not loaded, as it was not tried to the end: {fault.Message}. That is no verdict on its file: load it again.", fault);
        }
        catch (WorkException fault)
        {
            throw ModelLoader.Refused(file, fault); // its next version may not; nothing to remember
        }
    }

    private static EngineException Unusable(ModelFile file, string reason, Exception? inner = null) =>
        new(EngineErrorKind.InvalidModelFile, $"The model '{file.Id}' is not loaded: when it was tried in a process of its own, {reason}. It stays unusable until its file is replaced.", inner);
}
