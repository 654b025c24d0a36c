using Microsoft.AspNetCore.Http;
using Platform.Retrieval.Ingest;
using Platform.Web.Features.Knowledge;

namespace Platform.Web.Tests.Knowledge;

public sealed class UploadTests
{
    private static HttpRequest Request(long? length, string type = "application/octet-stream") =>
        new DefaultHttpContext { Request = { ContentLength = length, ContentType = type } }.Request;

    [Fact]
    public void A_file_over_the_limit_is_refused_before_its_body_is_read_with_both_sizes_fault_27()
    {
        var refusal = Assert.IsType<IngestException>(Upload.Check(Request(3 * 1024 * 1024), 1024 * 1024));

        Assert.Equal(IngestError.TooLarge, refusal.Error);
        Assert.Contains("3 MB", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("1 MB", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1024L, "application/octet-stream")]
    [InlineData(1500L, "multipart/form-data; boundary=x")] // the envelope counts for itself
    [InlineData(null, "application/octet-stream")] // chunked: the limit acts while it is read
    public void A_file_within_the_limit_is_let_in(long? length, string type) => Assert.Null(Upload.Check(Request(length, type), 1024));

    [Theory]
    [InlineData(null, DuplicateChoice.Ask)]
    [InlineData("skip", DuplicateChoice.Skip)]
    [InlineData("replace", DuplicateChoice.Replace)]
    [InlineData("keep_both", DuplicateChoice.KeepBoth)]
    public void A_choice_is_taken_by_name(string? text, DuplicateChoice choice) => Assert.Equal(choice, Upload.Choice(text));

    [Fact]
    public void An_unknown_choice_is_refused_with_those_there_are() =>
        Assert.Contains("ask, skip, replace or keep_both", Assert.Throws<ArgumentException>(() => Upload.Choice("always")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KB")]
    [InlineData(200L * 1024 * 1024, "200 MB")]
    public void Sizes_read_well(long bytes, string text) => Assert.Equal(text, Sizes.Of(bytes));
}
