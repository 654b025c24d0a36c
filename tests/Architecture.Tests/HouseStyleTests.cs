using System.Text.RegularExpressions;

namespace Platform.Architecture.Tests;

/// <summary>Names, sizes and wordings that reviewers would otherwise have to look for.</summary>
public sealed partial class HouseStyleTests
{
    private const int MaxLines = 300;
    private static readonly string[] BannedFolders = ["Utils", "Util", "Helpers", "Common", "Shared", "Misc", "Services", "Extensions", "Interfaces", "Managers"];

    private static IReadOnlyList<string> Sources => Repository.Files("src", "*.cs", "*.razor");

    [Fact]
    public void No_folder_has_a_name_that_says_nothing()
        => Assert.All([.. Sources, .. Repository.Files("tests", "*.cs")], file => Assert.DoesNotContain(file.Split('/')[..^1], part => BannedFolders.Contains(part)));

    [Fact]
    public void No_source_file_is_longer_than_a_reader_can_hold()
        => Assert.All(Sources, file => Assert.True(File.ReadLines(Repository.PathOf(file)).Count() <= MaxLines, $"{file} has more than {MaxLines} lines: split it where a seam shows"));

    [Fact]
    public void No_type_ends_in_a_word_that_says_nothing()
        => Assert.All(Sources, file => Assert.False(BannedEnding().Match(Repository.Read(file)) is { Success: true } hit && hit.Value.Length > 0, $"{file}: {BannedEnding().Match(Repository.Read(file)).Value}"));

    [Fact]
    public void No_exception_is_swallowed_and_no_test_is_skipped()
    {
        Assert.All(Sources, file => Assert.False(EmptyCatch().IsMatch(Repository.Read(file)), $"{file} has an empty catch"));
        Assert.All(Repository.Files("tests", "*.cs"), file => Assert.False(SkippedTest().IsMatch(Repository.Read(file)), $"{file} skips a test"));
    }

    [Fact]
    public void Nothing_unfinished_is_left_in_the_product()
        => Assert.All(Sources, file => Assert.DoesNotMatch(Unfinished(), Repository.Read(file)));

    [Fact]
    public void Decisions_are_numbered_once_and_without_gaps()
    {
        var numbers = Repository.Files("docs/decisions", "*.md").Select(Path.GetFileName).Where(f => char.IsDigit(f![0])).Select(f => int.Parse(f![..4], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(Enumerable.Range(1, numbers.Length), numbers);
    }

    [Fact]
    public void Both_languages_have_every_text()
    {
        var english = Repository.Files("src", "*.resx").Where(f => !f.EndsWith(".zh-Hans.resx", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(english);
        Assert.All(english, file =>
        {
            var chinese = file.Replace(".resx", ".zh-Hans.resx", StringComparison.Ordinal);
            Assert.Equal(Keys(file), Keys(chinese));
        });

        static string[] Keys(string file) => [.. System.Xml.Linq.XDocument.Load(Repository.PathOf(file)).Root!.Elements("data").Select(d => d.Attribute("name")!.Value).Order(StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"\b(class|record|struct|interface)\s+\w+(Manager|Helper|Helpers|Util|Utils|Service|Processor|(?<!Knowledge)Base|Impl)\b(?!\w)")]
    private static partial Regex BannedEnding();

    [GeneratedRegex(@"catch\s*(\([^)]*\))?\s*\{\s*\}")]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"\bSkip\s*=\s*""")]
    private static partial Regex SkippedTest();

    [GeneratedRegex(@"TODO|FIXME|HACK|NotImplementedException|[Cc]oming soon")]
    private static partial Regex Unfinished();
}
