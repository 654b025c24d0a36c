using Platform.ModelHost.Engine.Models;
using Platform.ModelHost.Native;

namespace Platform.ModelHost.Engine.Work;

/// <summary>Runs native work on a model's file for somebody: takes the memory from the ledger for as long, for which models that nobody uses make room, and tells failures as the engine tells them.</summary>
internal sealed class WorkRoom(NativeWorker? worker, ModelCatalog catalog, ModelLoader loader, MemoryLedger ledger, LlamaLibrary library)
{
    private const long RuntimeBytes = 1L << 30;
    private static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    internal string NativeDirectory => library.Directory;

    /// <summary>As many threads as a model of this size is served with.</summary>
    internal int Threads(long fileBytes) => loader.Threads(fileBytes);

    /// <summary>Refuses what would not fit even if all others let go of their memory; for the rest there will be room one day.</summary>
    /// <param name="what">What is done to which model, for messages.</param>
    /// <param name="uses">What it takes.</param>
    /// <exception cref="EngineException">OutOfMemory.</exception>
    internal void CheckSize(string what, IReadOnlyList<MemoryUse> uses)
    {
        if (!ledger.CouldFit(uses)) { throw ledger.RefusalOfWork(what, uses); }
    }

    /// <param name="what">What is done to which model, for messages.</param>
    /// <exception cref="EngineException">OutOfMemory; WorkFailed with the reason.</exception>
    internal async Task<WorkReport> RunAsync(string what, WorkOrder order, IReadOnlyList<MemoryUse> uses, Action<double> progress, CancellationToken cancellation)
    {
        if (worker is null) { throw new EngineException(EngineErrorKind.WorkFailed, $"{what} needs a process of its own, and this engine starts none."); }
        if (!await catalog.TrySetAsideAsync(uses, cancellation)) { throw ledger.RefusalOfWork(what, uses); }
        try
        {
            return await worker.RunAsync(order, new WorkLimits(RuntimeBytes + 2 * uses.Sum(use => use.Bytes), Longest), progress, cancellation);
        }
        catch (WorkException fault)
        {
            throw new EngineException(fault.Failure == WorkFailure.OutOfMemory ? EngineErrorKind.OutOfMemory : EngineErrorKind.WorkFailed, $"{what} failed: {fault.Message.TrimEnd('.')}.", fault);
        }
        finally
        {
            ledger.Release(uses[0].Owner);
        }
    }

    /// <summary>The same by another program of this house.</summary>
    /// <param name="what">What is done, for messages.</param>
    /// <param name="program">The program.</param>
    /// <param name="words">Its arguments.</param>
    /// <param name="uses">What it takes.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <exception cref="EngineException">OutOfMemory; WorkFailed with the reason.</exception>
    internal async Task RunAsync(string what, ChildProgram program, IEnumerable<string> words, IReadOnlyList<MemoryUse> uses, CancellationToken cancellation)
    {
        if (!await catalog.TrySetAsideAsync(uses, cancellation)) { throw ledger.RefusalOfWork(what, uses); }
        try
        {
            await program.RunAsync(what, RuntimeBytes + 2 * uses.Sum(use => use.Bytes), words, cancellation);
        }
        finally
        {
            ledger.Release(uses[0].Owner);
        }
    }
}
