namespace Platform.ModelHost.Engine.Models;

/// <summary>One part of what an owner holds of the ledger, for who grows and shrinks it.</summary>
internal sealed class MemoryShare(MemoryLedger ledger, string owner, string part)
{
    /// <returns>False when so much does not fit now; the share stays as it is then.</returns>
    internal bool TrySet(long bytes) => ledger.TrySet(new MemoryUse(owner, part, bytes));

    /// <summary>Why so many bytes more do not fit.</summary>
    internal EngineException Refusal(long bytes) => ledger.Refusal([new MemoryUse(owner, part, bytes)]);
}
