using Platform.Agents.Answering;

namespace Platform.Agents.Tests.Answering;

public sealed class HiddenCharactersTests
{
    [Theory]
    [InlineData("pen", "")]
    [InlineData("two\r\n\tlines, 钢笔, é, 👩‍💻", "")]
    [InlineData("\u202Ererverend\u202C and a\u200Bb\u200B", "U+202E, U+202C, U+200B")]
    [InlineData("bob@exam\u200Dple.com, a\u3164b", "U+200D, U+3164")]
    [InlineData("bell\a, tag \U000E0041", "U+0007, U+E0041")]
    public void What_is_not_seen_or_turns_the_text_is_named_once(string text, string expected) => Assert.Equal(expected, string.Join(", ", HiddenCharacters.In(text)));
}
