namespace Platform.Web.Features.Runs;

/// <summary>Where cards stand that ask for a decision. A click that comes right after they moved, as the second of a double click, was meant for what stood there before.</summary>
public sealed class CardPlaces(TimeProvider time)
{
    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(800);

    private IReadOnlyList<Guid> shown = [];
    private long? moved;

    /// <summary>A card stands where another stood a moment ago: nothing is decided.</summary>
    public bool HaveJustMoved => moved is { } at && time.GetElapsedTime(at) < Calm;

    /// <summary>Notes the cards that are shown now, from the first down. One that is added below moves none.</summary>
    public void Show(IReadOnlyList<Guid> cards)
    {
        if (cards.Zip(shown).Any(place => place.First != place.Second))
        {
            moved = time.GetTimestamp();
        }
        shown = cards;
    }
}
