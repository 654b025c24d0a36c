using Microsoft.Extensions.Configuration;
using Platform.Web.Host;

namespace Platform.Web.Tests.Host;

public sealed class DataFolderTests
{
    [Theory]
    [InlineData(null, "data")]
    [InlineData(" ", "data")]
    [InlineData("elsewhere", "elsewhere")]
    [InlineData("/var/lib/platform", "/var/lib/platform")]
    public void The_data_folder_is_the_configured_one(string? configured, string expected)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Data:Directory", configured)]).Build();
        Assert.Equal(Path.GetFullPath(expected), DataFolderAtStart.PathOf(configuration));
    }
}
