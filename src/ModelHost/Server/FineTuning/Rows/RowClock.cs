namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>A clock that stands: a template that writes the time makes the same text of a row each time, and the same beginning of a request as of the whole conversation.</summary>
internal sealed class RowClock(DateTimeOffset at) : TimeProvider
{
    /// <summary>Somebody wanted to know the time.</summary>
    public bool IsRead { get; private set; }

    public override DateTimeOffset GetUtcNow()
    {
        IsRead = true;
        return at;
    }
}
