using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>Tokens for one call of decode, each of one sequence. One thread at a time.</summary>
public sealed unsafe class SafeLlamaBatchHandle : SafeHandle
{
    private LlamaBatch batch;

    /// <param name="capacity">Most tokens.</param>
    public SafeLlamaBatchHandle(int capacity) : base(0, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        Capacity = capacity;
        batch = Llama.llama_batch_init(capacity, 0, 1);
        SetHandle((nint)batch.token);
    }

    public override bool IsInvalid => handle == 0;

    public int Capacity { get; }

    public int Count => batch.n_tokens;

    internal LlamaBatch Native => batch;

    public void Clear() => batch.n_tokens = 0;

    /// <summary>Adds a token.</summary>
    /// <returns>Its row, by which its logits are asked for.</returns>
    public int Add(int token, int position, int sequence, bool logits)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        var row = batch.n_tokens;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Capacity);
        batch.token[row] = token;
        batch.pos[row] = position;
        batch.n_seq_id[row] = 1;
        batch.seq_id[row][0] = sequence;
        batch.logits[row] = logits ? (sbyte)1 : (sbyte)0;
        batch.n_tokens++;
        return row;
    }

    protected override bool ReleaseHandle()
    {
        Llama.llama_batch_free(batch);
        return true;
    }
}
