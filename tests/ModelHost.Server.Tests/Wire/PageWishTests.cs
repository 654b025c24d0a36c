using Platform.ModelHost.Server.Hosting;

namespace Platform.ModelHost.Server.Tests.Wire;

public sealed class PageWishTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", "")]
    public void What_is_empty_is_absent(string? limit, string? order) => Assert.Equal(new PageWish(7, IsAscending: false), PageWish.Read(limit, order, 7));
}
