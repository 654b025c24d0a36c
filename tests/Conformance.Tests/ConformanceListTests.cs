using System.Text.RegularExpressions;

namespace Platform.Conformance.Tests;

/// <summary>What other services get wrong, by numbers: each has tests of its own, whose names end with the number. 1 the official SDKs; 2 every form of a message; 3 streams to the last byte; 4 errors;
/// 5 a closed connection frees its slot; 6 base and adapter in turn; 7 a prompt that is too long; 8 broken calls; 9 files right after their upload, and after a kill; 10 a reload in mid-answer.</summary>
public sealed partial class ConformanceListTests
{
    private const int Numbers = 10;

    [Fact]
    public void Every_number_has_a_test()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Platform.sln")))
        {
            root = root.Parent!;
        }

        var found = Directory.EnumerateFiles(Path.Combine(root.FullName, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Numbered().Matches(File.ReadAllText(file))).Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).Distinct().Order();
        Assert.Equal(Enumerable.Range(1, Numbers), found);
    }

    [GeneratedRegex(@"public (?:async Task|void) \w+_conformance_(\d+)\(")]
    private static partial Regex Numbered();
}
