namespace Platform.Training.Datasets;

/// <summary>Something about a dataset that who asked can put right. The message says what happened, the value, the limit and what to do.</summary>
/// <param name="code">For programs and translations, such as name_taken, nothing_approved, kind_differs, too_many_rows, file_unreadable.</param>
public sealed class DatasetException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}
