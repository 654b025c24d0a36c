namespace Platform.ModelHost.Engine.Tests.Templates;

/// <summary>Character for character what the reference implementation writes, so token for token too.</summary>
public sealed class GoldenTests
{
    [Fact]
    public void Every_piece_of_the_language_does_what_the_reference_does()
    {
        var variables = GoldenFiles.Variables(GoldenFiles.Read(Path.Combine(GoldenFiles.Folder, "language.json")).GetProperty("variables")).ToArray();
        var cases = GoldenFiles.Read(Path.Combine(GoldenFiles.Folder, "golden", "language.json")).EnumerateObject().ToArray();
        Assert.True(cases.Length > 150);
        var differences = cases.Select(c => GoldenFiles.Difference(c.Name, variables, c.Value) is { } difference ? $"{c.Name}\n{difference}" : null).Where(d => d is not null).ToArray();
        Assert.True(differences.Length == 0, string.Join("\n\n", differences));
    }

    [Fact]
    public void The_templates_of_every_family_write_what_the_reference_writes()
    {
        var conversations = GoldenFiles.Read(Path.Combine(GoldenFiles.Folder, "conversations.json"));
        var differences = new List<string>();
        var checkedOnes = 0;
        foreach (var (template, golden) in GoldenFiles.Families())
        {
            var source = File.ReadAllText(template);
            foreach (var expected in GoldenFiles.Read(golden).EnumerateObject())
            {
                checkedOnes++;
                var variables = new Dictionary<string, object?> { ["bos_token"] = "<bos>", ["eos_token"] = "<eos>", ["tools"] = null, ["documents"] = null };
                foreach (var (name, value) in GoldenFiles.Variables(conversations.GetProperty(expected.Name))) { variables[name] = value; }
                if (GoldenFiles.Difference(source, variables, expected.Value) is { } difference) { differences.Add($"{Path.GetFileName(template)}, {expected.Name}\n{difference}"); }
            }
        }
        Assert.True(checkedOnes > 300);
        Assert.True(differences.Count == 0, $"{differences.Count} of {checkedOnes} differ:\n{string.Join("\n\n", differences.Take(20))}");
    }
}
