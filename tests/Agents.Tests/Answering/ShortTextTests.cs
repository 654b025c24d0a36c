using Platform.Agents.Answering;

namespace Platform.Agents.Tests.Answering;

public sealed class ShortTextTests
{
    [Theory]
    [InlineData("leave", 5, "leave")]
    [InlineData("leave", 4, "leav…")]
    [InlineData("ab😀cd", 3, "ab…")]
    [InlineData("ab😀cd", 4, "ab😀…")]
    [InlineData("😀", 1, "…")]
    [InlineData("x", 0, "…")]
    public void A_text_is_cut_between_characters(string text, int most, string kept) => Assert.Equal(kept, ShortText.Of(text, most));
}
