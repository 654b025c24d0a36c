using System.Reflection;
using Platform.Retrieval.Index;

namespace Platform.Retrieval.Tests.Ingest;

/// <summary>An index that tells of the moments around a write: "writing", "written", and "shown" when the document's row has taken the new version over.</summary>
public class TellingIndex : DispatchProxy
{
    private IPassageIndex _inner = null!;
    private Func<string, Task> _tell = null!;

    internal static IPassageIndex Around(IPassageIndex inner, Func<string, Task> tell)
    {
        IPassageIndex proxy = Create<IPassageIndex, TellingIndex>();
        ((TellingIndex)proxy)._inner = inner;
        ((TellingIndex)proxy)._tell = tell;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        nameof(IPassageIndex.WriteAsync) => AroundAsync("writing", () => (Task)targetMethod.Invoke(_inner, args)!, "written"),
        nameof(IPassageIndex.KeepOnlyAsync) => AroundAsync("shown", () => (Task)targetMethod.Invoke(_inner, args)!, null),
        _ => targetMethod.Invoke(_inner, args),
    };

    private async Task AroundAsync(string before, Func<Task> act, string? after)
    {
        await _tell(before);
        await act();
        if (after is not null)
        {
            await _tell(after);
        }
    }
}
