using Platform.Retrieval.Ingest;

namespace Platform.Retrieval.Tests.Ingest;

public sealed class LanguageGuessTests
{
    [Theory]
    [InlineData("Employees get thirty days of leave.", "en")]
    [InlineData("员工每年享有三十天年假。", "zh")]
    [InlineData("安装 PostgreSQL 15 之后运行 initdb 命令，然后启动服务器。", "zh")]
    [InlineData("The company 示例公司 was founded in 1998 and has its seat in a town by the sea.", "en")]
    [InlineData("1998 – 2026 … 42 %", "")]
    public void Tells_English_from_Chinese(string text, string language) => Assert.Equal(language, LanguageGuess.Of(text));
}
