namespace Platform.ModelHost.Native.Tests;

public sealed class NativeLogTests
{
    [Fact]
    public void Parts_become_lines_of_the_level_that_the_first_part_had()
    {
        var lines = new NativeLogLines();
        Assert.Null(lines.Append(4, "it "));
        Assert.Null(lines.Append(5, "bro"));
        Assert.Equal((NativeLogLevel.Error, "it broke"), lines.Append(5, "ke\n"));
        Assert.Equal((NativeLogLevel.Information, "well"), lines.Append(2, "well\n"));
        Assert.Null(lines.Append(3, "\n"));
    }
}
