namespace Platform.Web.Features.Runs;

/// <summary>Where cards stand that ask for a decision. A click that comes right after they moved, as the second of a double click, was meant for what stood there before.</summary>
/// <param name="calmed">Called when the moment is over in which nothing is decided; on a thread of its own.</param>
public sealed class CardPlaces(TimeProvider time, Action calmed) : IDisposable
{
    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(800);

    private IReadOnlyList<Guid> shown = [];
    private ITimer? timer;

    /// <summary>A card stands where another stood a moment ago: nothing is decided.</summary>
    public bool HaveJustMoved { get; private set; }

    /// <summary>Notes the cards that are shown now, from the first down. One that is added below moves none.</summary>
    public void Show(IReadOnlyList<Guid> cards)
    {
        if (cards.Zip(shown).Any(place => place.First != place.Second))
        {
            HaveJustMoved = true;
            timer ??= time.CreateTimer(_ => CalmDown(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            timer.Change(Calm, Timeout.InfiniteTimeSpan);
        }
        shown = cards;
    }

    public void Dispose() => timer?.Dispose();

    private void CalmDown()
    {
        HaveJustMoved = false;
        calmed();
    }
}
