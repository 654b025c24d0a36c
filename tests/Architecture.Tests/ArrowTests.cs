using System.Xml.Linq;

namespace Platform.Architecture.Tests;

/// <summary>docs and design draw arrows between the rooms; these hold the projects to them.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Web"] = ["Agents", "Training.Datasets"],
        ["Agents"] = ["Retrieval"],
        ["Retrieval"] = ["ModelHost.Client"],
        ["ModelHost.Client"] = [],
        ["ModelHost.Server"] = ["ModelHost.Engine", "Training.Rows"],
        ["ModelHost.Engine"] = ["ModelHost.Native"],
        ["ModelHost.Native"] = [],
        ["Training.Worker"] = ["ModelHost.Native"],
        ["Training.Rows"] = [],
        ["Training.Datasets"] = ["Agents", "Training.Rows"],
    };

    private static IEnumerable<string> Projects => Repository.Files("src", "*.csproj");

    [Fact]
    public void Every_room_references_only_the_room_its_arrow_points_at()
    {
        var rooms = Projects.ToDictionary(p => Path.GetFileNameWithoutExtension(p), ReferencesOf);
        Assert.Equal(Allowed.Keys.Order(), rooms.Keys.Order());
        Assert.All(rooms, room => Assert.All(room.Value, target => Assert.Contains(target, Allowed[room.Key])));
    }

    [Fact]
    public void A_room_names_only_rooms_that_its_arrows_reach()
    {
        foreach (var project in Projects)
        {
            var room = Path.GetFileNameWithoutExtension(project);
            var reach = Reach(room).Append(room).ToHashSet();
            var unreachable = Allowed.Keys.Where(other => !reach.Contains(other)).Select(other => $"using Platform.{other}").ToArray();
            foreach (var file in Repository.Files(Path.GetDirectoryName(project)!, "*.cs", "*.razor"))
            {
                var text = Repository.Read(file);
                Assert.All(unreachable, name => Assert.False(text.Contains(name + ";", StringComparison.Ordinal) || text.Contains(name + ".", StringComparison.Ordinal), $"{file} has '{name}'"));
            }
        }
    }

    [Fact]
    public void Only_the_native_room_is_unsafe()
    {
        foreach (var project in Projects)
        {
            var allows = Repository.Read(project).Contains("AllowUnsafeBlocks", StringComparison.Ordinal);
            Assert.Equal(Path.GetFileNameWithoutExtension(project) == "ModelHost.Native", allows);
        }
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_has_a_lock_file()
    {
        var solution = Repository.Read("Platform.sln").Replace('\\', '/');
        Assert.All([.. Projects, .. Repository.Files("tests", "*.csproj")], project =>
        {
            Assert.Contains(project, solution, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(project)!, "packages.lock.json")), $"{project} has no packages.lock.json");
        });
    }

    private static string[] ReferencesOf(string project) =>
        [.. XDocument.Load(Repository.PathOf(project)).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')))];

    private static IEnumerable<string> Reach(string room) => Allowed[room].SelectMany(next => Reach(next).Append(next));
}
