namespace Platform.ModelHost.Server.FineTuning.Rows;

/// <summary>A row, or a file of them, is bad; the message is a sentence.</summary>
internal sealed class RowFault(string message) : Exception(message)
{
    /// <summary>Not the row is at fault but the model's chat template.</summary>
    public bool IsOfTemplate { get; init; }
}
