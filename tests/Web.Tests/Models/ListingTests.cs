using Platform.Web.Features.Models;

namespace Platform.Web.Tests.Models;

public sealed class ListingTests
{
    private static readonly (string Name, long Bytes)[] Items = [("beta q8", 1), ("Alpha q4", 3), ("gamma Q4", 2)];

    [Theory]
    [InlineData("", 3)]
    [InlineData("q4", 2)]
    [InlineData(" alpha  q4 ", 1)]
    [InlineData("delta", 0)]
    public void Every_word_is_looked_for(string query, int found) => Assert.Equal(found, Items.Matching(query, item => item.Name).Count());

    [Theory]
    [InlineData(ListOrder.Usual, "beta q8")]
    [InlineData(ListOrder.Name, "Alpha q4")]
    [InlineData(ListOrder.Largest, "Alpha q4")]
    [InlineData(ListOrder.Newest, "gamma Q4")]
    public void An_order_is_kept(ListOrder order, string first) =>
        Assert.Equal(first, Items.In(order, item => item.Name, item => item.Bytes, item => item.Bytes == 2 ? DateTimeOffset.MaxValue : DateTimeOffset.MinValue).First().Name);
}
