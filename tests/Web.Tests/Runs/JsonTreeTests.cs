using System.Text.Json;
using Platform.Web.Features.Runs;

namespace Platform.Web.Tests.Runs;

public sealed class JsonTreeTests
{
    [Theory]
    [InlineData("""{"a":1}""", true)]
    [InlineData(" [1,2]", true)]
    [InlineData("42", false)]
    [InlineData("27 days [1].", false)]
    [InlineData("[1] 27 days", false)]
    [InlineData("{not json", false)]
    [InlineData("""{"a":["\ud83d"]}""", false)] // no text can be read from it
    [InlineData("""{"\ud83d":1}""", false)]
    [InlineData("""{"a":"\ud83d\ude00"}""", true)]
    [InlineData("", false)]
    public void Objects_and_arrays_are_trees_and_any_other_text_stays_a_text(string text, bool isTree) => Assert.Equal(isTree, JsonTree.Of(text) is not null);

    [Fact]
    public void What_has_more_values_than_are_shown_at_once_is_not_small()
    {
        Assert.True(JsonTree.IsSmall(JsonSerializer.SerializeToElement(Enumerable.Range(1, JsonTree.Small - 1))));
        Assert.False(JsonTree.IsSmall(JsonSerializer.SerializeToElement(Enumerable.Range(1, JsonTree.Small))));
        Assert.False(JsonTree.IsSmall(JsonSerializer.SerializeToElement(new { rows = Enumerable.Range(1, JsonTree.Small) })));
    }
}
