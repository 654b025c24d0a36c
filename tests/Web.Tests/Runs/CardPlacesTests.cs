using Platform.Fakes;
using Platform.Web.Features.Runs;

namespace Platform.Web.Tests.Runs;

public sealed class CardPlacesTests
{
    private static readonly Guid First = Guid.NewGuid(), Second = Guid.NewGuid(), Third = Guid.NewGuid();

    private readonly ManualClock clock = new();

    [Fact]
    public void A_card_that_moved_up_under_the_pointer_is_deaf_for_a_moment()
    {
        var calmed = 0;
        using CardPlaces places = new(clock, () => calmed++);
        places.Show([First, Second]);
        Assert.False(places.HaveJustMoved);
        places.Show([Second]);
        Assert.True(places.HaveJustMoved);
        clock.Advance(TimeSpan.FromMilliseconds(500));
        places.Show([Second]); // drawn anew
        Assert.True(places.HaveJustMoved);
        Assert.Equal(0, calmed);
        clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.False(places.HaveJustMoved);
        Assert.Equal(1, calmed);
    }

    [Fact]
    public void One_that_moved_down_is_too_and_one_that_came_below_moves_none()
    {
        using CardPlaces places = new(clock, () => { });
        places.Show([First]);
        places.Show([First, Second]);
        places.Show([First]);
        Assert.False(places.HaveJustMoved);
        places.Show([Third, First]);
        Assert.True(places.HaveJustMoved);
    }
}
