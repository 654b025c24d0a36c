namespace Platform.Web.Layout;

/// <summary>Short notices at the bottom right of one person's page. Information leaves by itself; errors stay until closed.</summary>
public sealed class Toasts
{
    private readonly List<Toast> shown = [];

    /// <summary>Raised on the caller's thread; the list re-renders itself.</summary>
    public event Action? Changed;

    public IReadOnlyList<Toast> Shown => shown;

    public void Info(string text) => Add(new Toast(text, null, isError: false));

    /// <summary>`details` (a request id, a trace) can be copied, and is not shown.</summary>
    public void Error(string text, string? details = null) => Add(new Toast(text, details, isError: true));

    public void Close(Toast toast)
    {
        if (shown.Remove(toast))
        {
            Changed?.Invoke();
        }
    }

    // What is said twice stands once, at the end.
    private void Add(Toast toast)
    {
        shown.RemoveAll(other => (other.Text, other.IsError) == (toast.Text, toast.IsError));
        if (shown.Count == 5)
        {
            shown.RemoveAt(0);
        }

        shown.Add(toast);
        Changed?.Invoke();
    }
}

/// <summary>One notice. Equal by identity.</summary>
public sealed class Toast(string text, string? details, bool isError)
{
    public string Text { get; } = text;

    public string? Details { get; } = details;

    public bool IsError { get; } = isError;
}
