using System.Text;
using Platform.Retrieval.Reading;

namespace Platform.Retrieval.Tests.Reading;

/// <summary>Fault 28: what a file is, its bytes say.</summary>
public sealed class ContentSnifferTests : TestFolder
{
    [Theory]
    [InlineData("MZ\u0090\0\u0003", "invoice.pdf")]
    [InlineData("\u007FELF\u0002\u0001", "notes.txt")]
    [InlineData("GIF89a\u0001", "page.html")]
    [InlineData("{\\rtf1 text}", "letter.txt")]
    [InlineData("\u0001\u0002\u0003\u0004\u0005\u0006\u0007", "data.csv")]
    [InlineData("", "empty.txt")]
    public void Programs_pictures_and_nothing_are_not_read_whatever_their_name(string start, string name) =>
        Assert.Null(ContentSniffer.Sniff(Write(Encoding.Latin1.GetBytes(start), "f"), name));

    [Theory]
    [InlineData("%PDF-1.7\n", "harmless.txt", "application/pdf")]
    [InlineData("\n\n%PDF-1.4\n", "x", "application/pdf")]
    [InlineData("<!DOCTYPE html><p>x", "x.txt", "text/html")]
    [InlineData("<!-- c -->\n<html>", "x", "text/html")]
    [InlineData("<p>only a part</p>", "part.html", "text/html")]
    [InlineData("no tag at all", "part.html", "text/plain")]
    [InlineData("# Title", "readme.MD", "text/markdown")]
    [InlineData("# Title", "readme", "text/plain")]
    [InlineData("a,b\n1,2", "t.csv", "text/csv")]
    [InlineData("{\"a\": 1}", "t.txt", "application/json")]
    [InlineData("{\"a\": 1}\n{\"a\": 2}\n", "t.jsonl", "application/json")]
    [InlineData("[1] A reference list begins like JSON.", "t.json", "text/plain")]
    [InlineData("员工手册", "手册.txt", "text/plain")]
    [InlineData("plain", "photo\u202Egpj.txt", "text/plain")]
    public void Text_is_told_by_its_content_and_only_then_by_its_name(string content, string name, string type) =>
        Assert.Equal(type, ContentSniffer.Sniff(Write(content, "f"), name));

    [Fact]
    public void A_zip_that_is_no_Office_file_is_not_read()
    {
        using var file = new MemoryStream();
        using (var zip = new System.IO.Compression.ZipArchive(file, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true)) zip.CreateEntry("readme.txt");
        Assert.Null(ContentSniffer.Sniff(Write(file.ToArray(), "f"), "book.docx"));
        Assert.Null(ContentSniffer.Sniff(Write("PK\u0003\u0004 and nothing", "g"), "book.zip"));
    }

    [Theory]
    [InlineData("book.DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")]
    [InlineData("book.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    public void An_Office_file_that_is_cut_short_is_known_by_its_name(string name, string type) =>
        Assert.Equal(type, ContentSniffer.Sniff(Write("PK\u0003\u0004 and nothing", "g"), name));

    [Fact]
    public void A_long_Chinese_text_is_not_cut_inside_a_character() =>
        Assert.Equal("text/plain", ContentSniffer.Sniff(Write(string.Concat(Enumerable.Repeat("a年假", 40_000)), "f"), "long.txt"));
}
