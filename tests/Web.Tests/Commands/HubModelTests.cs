using Platform.ModelHost.Client.Admin;
using Platform.Web.Commands;

namespace Platform.Web.Tests.Commands;

public sealed class HubModelTests
{
    private static readonly ModelDownload Begun = new("dl-1", "hf:owner/repo/a.gguf", "owner--repo--a", ModelDownloadState.Downloading, 0, null, 0, null, null, null, DateTimeOffset.UnixEpoch, null);

    [Fact]
    public void The_terminal_says_what_it_waits_for()
    {
        Assert.Equal("Asking the hub for hf:owner/repo/a.gguf…", HubModel.Told(Begun));
        Assert.Equal("hub.example cannot be reached. Trying again…", HubModel.Told(Begun with { ErrorCode = "hub_unreachable", ErrorMessage = "hub.example cannot be reached." }));
        Assert.Equal("Downloading 1 of 4 MiB (25 %)", HubModel.Told(Begun with { BytesDone = 1 << 20, BytesTotal = 4 << 20 }));
        Assert.Equal("Checking what arrived", HubModel.Told(Begun with { State = ModelDownloadState.Trying, BytesTotal = 4 << 20 }));
    }

    [Theory]
    [InlineData("hf:foo")]
    [InlineData("hf:owner/repo")]
    [InlineData("hf:owner/repo/model.safetensors")]
    public async Task A_name_that_no_hub_can_have_is_refused_before_anything_starts(string wanted) => Assert.Null(await SharedOptions.ModelSettingAsync(wanted));

    [Fact]
    public void A_status_line_is_written_over_and_only_where_it_changes()
    {
        using var terminal = new StringWriter { NewLine = "\n" };
        var line = new StatusLine(terminal);
        line.Show("long words");
        line.Show("short");
        line.Show("short");
        line.End();
        Assert.Equal("\rlong words\rshort     \n", terminal.ToString());
    }
}
