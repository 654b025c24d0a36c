using System.Text.RegularExpressions;

namespace Platform.Architecture.Tests;

/// <summary>What the documents point to is there.</summary>
public sealed partial class DocumentLinkTests
{
    private static readonly string[] TopFolders = [.. Directory.EnumerateDirectories(Repository.Root).Select(Path.GetFileName).OfType<string>()];

    /// <summary>Documents of the repository itself; the samples are documents of their invented company.</summary>
    private static IReadOnlyList<string> Documents =>
        [.. Repository.Files(".", "*.md").Where(f => !f.StartsWith("samples/", StringComparison.Ordinal) || f.StartsWith("samples/.golden/", StringComparison.Ordinal))];

    [Fact]
    public void Every_relative_link_leads_to_a_file_and_to_a_heading_of_it()
    {
        Assert.Contains("README.md", Documents);
        Assert.All(Documents, file => Assert.All(Link().Matches(Text(file)).Select(m => m.Groups["to"].Value).Where(to => !to.Contains("://", StringComparison.Ordinal) && !to.StartsWith("mailto:", StringComparison.Ordinal)), to =>
        {
            var parts = to.Split('#', 2);
            var target = parts[0].Length == 0 ? file : Path.Combine(Path.GetDirectoryName(file)!, parts[0]);
            Assert.True(Path.Exists(Repository.PathOf(target)), $"{file} links to {to}, which is not there");
            Assert.True(parts.Length == 1 || Anchors(target).Contains(parts[1]), $"{file} links to {to}: {target} has no such heading");
        }));
    }

    [Fact]
    public void Every_path_that_a_document_names_is_there() => Assert.All(Documents, file => Assert.All(Code().Matches(Text(file)).Select(m => m.Groups["code"].Value), code =>
    {
        // flow.md says of itself that its paths are below src.
        var (path, root) = file == "docs/flow.md" && SourcePath().IsMatch(code) ? ($"src/{code}", "src") : (code, code.Split('/')[0]);
        if (Plain().IsMatch(path) && TopFolders.Contains(root) && root != "data" && root != "artifacts")
        {
            Assert.True(Path.Exists(Repository.PathOf(path.Split(':')[0])), $"{file} names {code}, which is not there");
        }
    }));

    private static string Text(string file) => Fence().Replace(Repository.Read(file), "");

    private static HashSet<string> Anchors(string file) =>
        [.. Heading().Matches(Text(file)).Select(m => NotInAnchor().Replace(m.Groups["words"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`(?<code>[^`\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex("^#+ (?<words>.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();

    /// <summary>A path with a folder, and no pattern or placeholder in it.</summary>
    [GeneratedRegex(@"^[\w.\-]+/[\w.\-/]*(:\d+)?$")]
    private static partial Regex Plain();

    [GeneratedRegex(@"^\w[\w.]*/[\w./]+\.(cs|razor|js)$")]
    private static partial Regex SourcePath();
}
