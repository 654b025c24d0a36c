using System.Globalization;

namespace Platform.ModelHost.Engine.Models;

/// <summary>What memory is promised to whom.</summary>
/// <param name="Owner">A model's id, or what else asked (a training job).</param>
/// <param name="Part">weights, context, adapters, or the owner's own word.</param>
public sealed record MemoryUse(string Owner, string Part, long Bytes);

/// <summary>The ledger as it stands.</summary>
/// <param name="TotalBytes">What may be promised in all.</param>
public sealed record MemoryReport(long TotalBytes, IReadOnlyList<MemoryUse> Uses)
{
    public long FreeBytes => TotalBytes - Uses.Sum(u => u.Bytes);
}

/// <summary>The one account of the memory that models, adapters and trainers share: what does not fit is refused with the numbers, before anything is allocated.</summary>
internal sealed class MemoryLedger(long total)
{
    private readonly Lock gate = new();
    private readonly List<MemoryUse> uses = [];
    private TaskCompletionSource freed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when somebody next lets go of memory.</summary>
    internal Task Freed
    {
        get { lock (gate) { return freed.Task; } }
    }

    internal MemoryReport Report
    {
        get { lock (gate) { return new MemoryReport(total, [.. uses]); } }
    }

    /// <summary>Promises all of it or nothing.</summary>
    /// <returns>False when it does not fit now.</returns>
    internal bool TryTake(IReadOnlyList<MemoryUse> wanted)
    {
        lock (gate)
        {
            if (wanted.Sum(w => w.Bytes) > total - uses.Sum(u => u.Bytes)) { return false; }
            uses.AddRange(wanted);
            return true;
        }
    }

    /// <summary>Replaces what an owner's part takes. Less of it is always granted.</summary>
    /// <returns>False when it does not fit now; what was promised before stays promised then.</returns>
    internal bool TrySet(MemoryUse use)
    {
        lock (gate)
        {
            var before = uses.Where(u => u.Owner == use.Owner && u.Part == use.Part).Sum(u => u.Bytes);
            if (use.Bytes > before && use.Bytes - before > total - uses.Sum(u => u.Bytes)) { return false; }
            uses.RemoveAll(u => u.Owner == use.Owner && u.Part == use.Part);
            if (use.Bytes > 0) { uses.Add(use); }
            if (use.Bytes < before) { TellFreed(); }
            return true;
        }
    }

    internal void Release(string owner)
    {
        lock (gate)
        {
            if (uses.RemoveAll(u => u.Owner == owner) > 0) { TellFreed(); }
        }
    }

    /// <summary>Why a model does not fit, with the numbers and what to do.</summary>
    internal EngineException Refusal(IReadOnlyList<MemoryUse> wanted) =>
        new(EngineErrorKind.OutOfMemory, $"'{wanted[0].Owner}' {Needs(wanted)}; {Holders()}. Unload a model, take a smaller one, or lower Engine:ContextTokens or Engine:Slots.") { MayFitLater = CouldFit(wanted) };

    /// <summary>Why work has to wait for memory, or can never have enough of it.</summary>
    /// <param name="what">What is done, to begin a sentence with.</param>
    /// <param name="wanted">What it takes.</param>
    internal EngineException RefusalOfWork(string what, IReadOnlyList<MemoryUse> wanted) => CouldFit(wanted)
        ? new(EngineErrorKind.OutOfMemory, $"{what} {Needs(wanted)}; {Holders()}. It can begin when enough is given back: unload a model to let it.") { MayFitLater = true }
        : new(EngineErrorKind.OutOfMemory, $"{what} {Needs(wanted)}; all that models and jobs may take together here are {Mebibytes(total)} MiB. Take a smaller model, or raise Engine:MemoryMebibytes on a machine that has the memory.");

    /// <summary>False for what would not fit even if everybody let go of theirs.</summary>
    internal bool CouldFit(IReadOnlyList<MemoryUse> wanted) => wanted.Sum(w => w.Bytes) <= total;

    private static string Needs(IReadOnlyList<MemoryUse> wanted) => $"needs about {Mebibytes(wanted.Sum(w => w.Bytes))} MiB ({string.Join(", ", wanted.Select(w => $"{w.Part} {Mebibytes(w.Bytes)}"))})";

    private string Holders()
    {
        var report = Report;
        var holders = report.Uses.GroupBy(u => u.Owner).Select(g => $"{g.Key} {Mebibytes(g.Sum(u => u.Bytes))} MiB").DefaultIfEmpty("nobody");
        return $"{Mebibytes(report.FreeBytes)} of {Mebibytes(total)} MiB are free, the rest is held by {string.Join(", ", holders)}";
    }

    private void TellFreed()
    {
        freed.SetResult(); // who waits goes on elsewhere
        freed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static string Mebibytes(long bytes) => (bytes >> 20).ToString(CultureInfo.InvariantCulture);
}
